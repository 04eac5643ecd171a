//! Where in a column of facts those of each customer are.
//!
//! A bit for each customer tells who has any, and how many of those come before tells where theirs begin. So a customer with
//! nothing takes a bit and a half, and one with something four bytes more, whether many have something or few.

use hashbrown::HashMap;

/// A customer's facts in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where the customer's part of the base begins.
    pub(crate) start: u32,
    /// Where it ends.
    pub(crate) end: u32,
    /// One more than the position in the tail of the fact that came last; 0 for none.
    pub(crate) head: u32,
}

/// By slot.
#[derive(Default)]
pub(crate) struct Places {
    /// Who has a part of the base.
    held: Bits,
    /// How many of those come before each word of `held`.
    before: Vec<u32>,
    /// Where their parts begin, in the order of slots, and where the last one ends.
    starts: Vec<u32>,
    /// Who has facts in the tail: few, since a long tail is settled.
    waiting: Bits,
    /// As [`Place::head`], for each of them.
    heads: HashMap<u32, u32>,
}

/// A bit for each slot.
#[derive(Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    #[inline]
    pub(crate) fn has(&self, slot: usize) -> bool {
        self.word(slot / 64) >> (slot % 64) & 1 == 1
    }

    pub(crate) fn set(&mut self, slot: usize) {
        if self.0.len() <= slot / 64 {
            self.0.resize(slot / 64 + 1, 0);
        }
        self.0[slot / 64] |= 1 << (slot % 64);
    }

    #[inline]
    fn word(&self, number: usize) -> u64 {
        self.0.get(number).copied().unwrap_or(0)
    }
}

impl Places {
    /// Where a customer's facts are; none for somebody without.
    #[inline(always)]
    pub(crate) fn get(&self, slot: usize) -> Option<Place> {
        if self.waiting.has(slot) {
            return Some(self.with_head(slot));
        }
        self.part(slot)
    }

    #[inline(always)]
    fn part(&self, slot: usize) -> Option<Place> {
        let (word, bit) = (self.held.word(slot / 64), slot % 64);
        if word >> bit & 1 == 0 {
            return None;
        }
        // Where everybody has something there is nothing to count.
        let earlier = if word == u64::MAX { bit as u32 } else { (word & ((1 << bit) - 1)).count_ones() };
        let rank = (self.before[slot / 64] + earlier) as usize;
        Some(Place { start: self.starts[rank], end: self.starts[rank + 1], head: 0 })
    }

    #[cold]
    fn with_head(&self, slot: usize) -> Place {
        let head = self.heads.get(&(slot as u32)).copied().unwrap_or(0);
        Place { head, ..self.part(slot).unwrap_or_default() }
    }

    /// The customer's head, to be moved.
    pub(crate) fn head_mut(&mut self, slot: usize) -> &mut u32 {
        self.waiting.set(slot);
        self.heads.entry(slot as u32).or_default()
    }

    /// Shows every place in the order of slots, which is that of the base, to be told where its facts end now. They begin where
    /// those before end.
    pub(crate) fn settle(&mut self, mut moved: impl FnMut(usize, Place) -> u32) {
        let mut settled =
            Self { starts: Vec::with_capacity(self.starts.len() + self.heads.len()), ..Self::default() };
        let mut start = 0;
        for number in 0..self.held.0.len().max(self.waiting.0.len()) {
            settled.before.push(settled.starts.len() as u32);
            let mut left = self.held.word(number) | self.waiting.word(number);
            while left != 0 {
                let slot = number * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let end = moved(slot, self.get(slot).unwrap_or_default());
                if start < end {
                    settled.held.set(slot);
                    settled.starts.push(start);
                }
                start = end;
            }
        }
        settled.starts.push(start);
        *self = settled;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_are_those_that_were_told(
            // Of everybody, of many, of few, of hardly anybody.
            share in prop::sample::select(vec![1.0, 0.7, 0.1, 0.01]),
            parts in prop::collection::vec((0.0..1.0, 1_u32..4), 0..400),
            later in prop::collection::vec(0_usize..400, 0..30),
        ) {
            let (mut places, mut model, mut end) = (Places::default(), BTreeMap::new(), 0);
            let holders = (0..).zip(&parts).filter(|(_, (chance, _))| *chance < share);
            for (slot, (_, count)) in holders {
                *places.head_mut(slot) = 1;
                model.insert(slot, Place { start: end, end: end + count, head: 0 });
                end += count;
            }
            places.settle(|slot, place| {
                assert_eq!(place, Place { head: 1, ..Place::default() });
                model[&slot].end
            });
            for slot in later {
                *places.head_mut(slot) = 7;
                model.entry(slot).or_default().head = 7;
            }
            for slot in 0..400 {
                prop_assert_eq!(places.get(slot), model.get(&slot).copied());
            }
        }
    }
}
