//! Where in a column of facts those of each customer are.

use hashbrown::HashMap;

/// A row of all customers takes eight bytes each; by customer it is some twenty for each who has a fact. So a row pays from
/// one customer in this many on.
const ROW_FROM: usize = 3;

/// A customer's facts in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where the customer's part of the base begins.
    pub(crate) start: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// One more than the position in the tail of the fact that came last; 0 for none.
    pub(crate) head: u32,
}

/// By slot. Begins with few, and becomes what is smaller whenever the column is settled.
pub(crate) enum Places {
    Few(Few),
    Many(Vec<Start>),
}

/// Customers in a row, as far as anybody has a fact.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// As [`Place::start`]; the part ends where the next one's begins.
    start: u32,
    head: u32,
}

/// Customers of whom few have facts. Nearly everybody has none, which one bit tells.
#[derive(Default)]
pub(crate) struct Few {
    has: Bits,
    places: HashMap<u32, Place>,
}

impl Default for Places {
    fn default() -> Self {
        Self::Few(Few::default())
    }
}

/// A bit for each slot.
#[derive(Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    #[inline]
    pub(crate) fn has(&self, slot: usize) -> bool {
        self.0.get(slot / 64).is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    pub(crate) fn set(&mut self, slot: usize) {
        if self.0.len() <= slot / 64 {
            self.0.resize(slot / 64 + 1, 0);
        }
        self.0[slot / 64] |= 1 << (slot % 64);
    }
}

impl Few {
    // Not where a scan passes by everybody else.
    #[inline(never)]
    fn place(&self, slot: usize) -> Option<Place> {
        self.places.get(&(slot as u32)).copied()
    }

    fn place_mut(&mut self, slot: usize) -> &mut Place {
        self.has.set(slot);
        self.places.entry(slot as u32).or_insert(Place { start: 0, end: 0, head: 0 })
    }
}

impl Places {
    /// Where a customer's facts are; none for somebody without. `base` is how long the base is.
    #[inline]
    pub(crate) fn get(&self, slot: usize, base: usize) -> Option<Place> {
        match self {
            Self::Few(few) if few.has.has(slot) => few.place(slot),
            Self::Few(_) => None,
            Self::Many(row) => {
                let Start { start, head } = *row.get(slot)?;
                let end = row.get(slot + 1).map_or(base as u32, |next| next.start);
                Some(Place { start, end, head })
            }
        }
    }

    /// The customer's head, to be moved. `base` is how long the base is.
    pub(crate) fn head_mut(&mut self, slot: usize, base: u32) -> &mut u32 {
        match self {
            Self::Few(few) => &mut few.place_mut(slot).head,
            Self::Many(row) => {
                if slot >= row.len() {
                    row.resize(slot + 1, Start { start: base, head: 0 });
                }
                &mut row[slot].head
            }
        }
    }

    /// Shows every place in the order of slots, which is that of the base, to be told where its facts are now.
    pub(crate) fn settle(&mut self, base: usize, mut moved: impl FnMut(usize, Place) -> (u32, u32)) {
        let mut held: Vec<(u32, Place)> = match self {
            Self::Few(few) => few.places.drain().collect(),
            Self::Many(row) => {
                let slots = 0..row.len();
                slots.filter_map(|slot| Some((slot as u32, self.get(slot, base)?))).collect()
            }
        };
        held.sort_unstable_by_key(|(slot, _)| *slot);
        for (slot, place) in &mut held {
            let (start, end) = moved(*slot as usize, *place);
            *place = Place { start, end, head: 0 };
        }
        let length = held.last().map_or(0, |(slot, _)| *slot as usize + 1);
        held.retain(|(_, place)| place.start < place.end);
        *self = match held.len() * ROW_FROM >= length {
            true => Self::many(&held),
            false => {
                let mut few = Few::default();
                held.into_iter().for_each(|(slot, place)| *few.place_mut(slot as usize) = place);
                Self::Few(few)
            }
        };
    }

    fn many(held: &[(u32, Place)]) -> Self {
        let mut row: Vec<Start> = Vec::new();
        for (slot, Place { start, .. }) in held {
            // Whoever is between has nothing: their part begins where the next one's does.
            row.resize(*slot as usize + 1, Start { start: *start, head: 0 });
        }
        Self::Many(row)
    }
}
