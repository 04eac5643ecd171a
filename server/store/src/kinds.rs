//! The kinds of record, each described once.
//!
//! What is counted, told and numbered by kind goes by this table: a new kind is a line here, and what lists kinds (counts in
//! the status, in receipts of erasure and of the doctor, numbers of rows in a log, which keys are kept apart) follows.

use std::ops::{Add, Index, IndexMut, Sub};

use lojal_domain::Record;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A purchase.
    Transaction,
    /// Money given back.
    Refund,
    /// A survey answer, an invitation and the like.
    Response,
    /// Facts about a customer.
    Attributes,
    /// A transaction taken back.
    Void,
    /// A case, a visit, a campaign.
    Interaction,
    /// Money spent on customers.
    Cost,
}

/// What tells a record from every other of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NaturalKey {
    /// The id its system gave it.
    Id,
    /// Its id, or what it is and which one of its equals.
    IdOrContent,
    /// Its id, and the stage of what shares that id.
    IdAndStage,
    /// The transaction it is about, of which there is one.
    Transaction,
    /// Nothing: it is there already if it changes nothing.
    None,
}

/// What is the same for all records of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The kind.
    pub kind: RecordKind,
    /// Its records, for programs that read counts.
    pub name: &'static str,
    /// Its records, in a sentence.
    pub words: &'static str,
    /// How its records are told apart.
    pub key: NaturalKey,
    /// The numbers of its rows in a log. A new kind takes a new number; none is ever used again.
    pub rows: &'static [u8],
}

/// All kinds, in their order.
const KINDS: [Description; 7] = [
    Description {
        kind: RecordKind::Transaction,
        name: "transactions",
        words: "transactions",
        key: NaturalKey::IdOrContent,
        rows: &[1, 8],
    },
    Description {
        kind: RecordKind::Refund,
        name: "refunds",
        words: "refunds",
        key: NaturalKey::Id,
        rows: &[2],
    },
    Description {
        kind: RecordKind::Response,
        name: "survey_responses",
        words: "survey answers",
        key: NaturalKey::IdAndStage,
        rows: &[3, 6],
    },
    Description {
        kind: RecordKind::Attributes,
        name: "attribute_records",
        words: "records of attributes",
        key: NaturalKey::None,
        rows: &[4],
    },
    Description {
        kind: RecordKind::Void,
        name: "voids",
        words: "voids",
        key: NaturalKey::Transaction,
        rows: &[5],
    },
    Description {
        kind: RecordKind::Interaction,
        name: "interactions",
        words: "interactions",
        key: NaturalKey::Id,
        rows: &[7, 10],
    },
    Description { kind: RecordKind::Cost, name: "costs", words: "costs", key: NaturalKey::Id, rows: &[9] },
];

impl RecordKind {
    /// What is the same for all records of the kind.
    #[must_use]
    pub const fn description(self) -> &'static Description {
        &KINDS[self as usize]
    }

    /// All kinds, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|description| description.kind)
    }

    /// The kind of a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        match record {
            Record::Transaction(_) => Self::Transaction,
            Record::Refund(_) => Self::Refund,
            Record::SurveyResponse(_) => Self::Response,
            Record::CustomerUpsert(_) => Self::Attributes,
            Record::Void(_) => Self::Void,
            Record::Interaction(_) => Self::Interaction,
            Record::Cost(_) => Self::Cost,
        }
    }
}

/// A number for each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; KINDS.len()]);

impl Counts {
    /// Counts records.
    pub fn of(kinds: impl IntoIterator<Item = RecordKind>) -> Self {
        let mut counts = Self::default();
        kinds.into_iter().for_each(|kind| counts[kind] += 1);
        counts
    }

    /// The same with another number for a kind.
    #[must_use]
    pub fn with(mut self, kind: RecordKind, count: u64) -> Self {
        self[kind] = count;
        self
    }

    /// Each kind with its number, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Description, u64)> {
        KINDS.iter().zip(self.0)
    }

    /// Records of whatever kind.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Transactions.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self[RecordKind::Transaction]
    }

    /// Refunds.
    #[must_use]
    pub fn refunds(&self) -> u64 {
        self[RecordKind::Refund]
    }

    /// Survey answers, invitations and the like.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self[RecordKind::Response]
    }

    /// Records of attributes.
    #[must_use]
    pub fn upserts(&self) -> u64 {
        self[RecordKind::Attributes]
    }

    /// Voids.
    #[must_use]
    pub fn voids(&self) -> u64 {
        self[RecordKind::Void]
    }

    /// Interactions.
    #[must_use]
    pub fn interactions(&self) -> u64 {
        self[RecordKind::Interaction]
    }

    /// Costs.
    #[must_use]
    pub fn costs(&self) -> u64 {
        self[RecordKind::Cost]
    }
}

impl Index<RecordKind> for Counts {
    type Output = u64;

    fn index(&self, kind: RecordKind) -> &u64 {
        &self.0[kind as usize]
    }
}

impl IndexMut<RecordKind> for Counts {
    fn index_mut(&mut self, kind: RecordKind) -> &mut u64 {
        &mut self.0[kind as usize]
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind] + other.0[kind]))
    }
}

/// What is left; never below zero.
impl Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].saturating_sub(other.0[kind])))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_its_own_place_names_and_rows() {
        for (place, description) in KINDS.iter().enumerate() {
            assert_eq!(description.kind as usize, place, "{description:?}");
            assert_eq!(description.kind.description().name, description.name);
        }
        let names: BTreeSet<_> = KINDS.iter().map(|description| description.name).collect();
        let rows: Vec<u8> = KINDS.iter().flat_map(|description| description.rows).copied().collect();
        assert_eq!(names.len(), KINDS.len());
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len(), "{rows:?}");
    }

    #[test]
    fn counts_are_told_by_kind() {
        let counts = Counts::of([RecordKind::Void, RecordKind::Refund, RecordKind::Void]);
        assert_eq!((counts.voids(), counts.refunds(), counts.total()), (2, 1, 3));
        let less = counts - Counts::default().with(RecordKind::Void, 1);
        assert_eq!((less.voids(), less + counts == counts + less), (1, true));
        let told: Vec<_> = less.iter().filter(|(_, count)| *count > 0).map(|(kind, _)| kind.name).collect();
        assert_eq!(told, ["refunds", "voids"]);
    }
}
