//! Numbers of customers, remembered by their number for as long as their history stays as it was.
//!
//! A question about everybody that needs a forecast of each would make millions of them anew, though hardly anybody did anything since the
//! last question. Each customer has a cell of a few words and a check, which is the print of the history that the words were made of, mixed
//! with the words: whoever reads words of another history, or half of one and half of another, finds that the check does not match, and
//! makes them anew. So no locks are needed, and a column holds for any revision, each customer by themselves (Hyatt and Mann, "A lock-less
//! transposition table implementation for parallel search", *ICGA Journal* 25, 2002).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lojal_domain::{History, WorkspaceName};
use parking_lot::Mutex;

/// Customers below which nothing is worth remembering.
const FEWEST: u64 = 1_000;
/// Cells of all columns of a kind, at most.
const MOST_CELLS: usize = 4_000_000;

struct Cell<const N: usize> {
    check: AtomicU64,
    words: [AtomicU64; N],
}

impl<const N: usize> Default for Cell<N> {
    fn default() -> Self {
        Self { check: AtomicU64::new(0), words: std::array::from_fn(|_| AtomicU64::new(0)) }
    }
}

/// Words of each customer.
pub(crate) struct Remembered<const N: usize>(Box<[Cell<N>]>);

impl<const N: usize> Remembered<N> {
    fn of(customers: usize) -> Self {
        Self(std::iter::repeat_with(Cell::default).take(customers).collect())
    }

    /// The words of a customer whose history has this print; made by `make` where they are not known, which none is remembered of.
    pub(crate) fn get(
        &self,
        number: u32,
        print: Print,
        make: impl FnOnce() -> Option<[u64; N]>,
    ) -> Option<[u64; N]> {
        let Some(cell) = self.0.get(number as usize) else { return make() };
        let words: [u64; N] = std::array::from_fn(|i| cell.words[i].load(Ordering::Relaxed));
        if cell.check.load(Ordering::Relaxed) == check(print, &words) {
            return Some(words);
        }
        let words = make()?;
        cell.words.iter().zip(words).for_each(|(held, word)| held.store(word, Ordering::Relaxed));
        cell.check.store(check(print, &words), Ordering::Relaxed);
        Some(words)
    }
}

/// Each word at a place of its own, so that words of two histories do not cancel out.
fn check<const N: usize>(print: Print, words: &[u64; N]) -> u64 {
    words
        .iter()
        .enumerate()
        .fold(print.0, |check, (i, word)| check.wrapping_add(mixed(word.rotate_left(i as u32))))
}

/// Steele, Lea and Flood's finalizer (2014), in which each bit of `x` moves half of the others.
const fn mixed(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number as a word; what is not there is no number.
pub(crate) fn word(number: Option<f64>) -> u64 {
    number.unwrap_or(f64::NAN).to_bits()
}

/// The number of a word.
pub(crate) fn number(word: u64) -> Option<f64> {
    Some(f64::from_bits(word)).filter(|number| !number.is_nan())
}

/// What tells a history from another of the same customer: which records are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Print(u64);

/// The parts that a print is made of besides purchases and refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PrintOf {
    /// Discounts.
    pub(crate) discounts: bool,
    /// Answers and interactions.
    pub(crate) contacts: bool,
    /// Attributes.
    pub(crate) attributes: bool,
}

impl Print {
    /// The print of these parts of a history. A record is never changed, so its place in the order of recording says what it is.
    pub(crate) fn of(history: &History<'_>, parts: PrintOf) -> Self {
        // An empty cell is that of nobody.
        let mut print = Self(1);
        print.add(1, history.transactions.iter().map(|one| one.record));
        print.add(2, history.refunds.iter().map(|one| one.record));
        if parts.discounts {
            print.add(3, history.discounts.iter().map(|one| one.record));
        }
        if parts.contacts {
            print.add(4, history.responses.iter().map(|one| one.record));
            print.add(5, history.interactions.iter().map(|one| one.record));
        }
        if parts.attributes {
            print.add(6, history.attributes.iter().map(|one| one.record));
        }
        print
    }

    /// The same with a number that what is made depends on.
    pub(crate) fn and(mut self, number: u64) -> Self {
        self.0 = self.0.wrapping_add(mixed(number ^ 7 << 60));
        self
    }

    fn add(&mut self, part: u64, records: impl Iterator<Item = u32>) {
        // A sum, whose terms do not wait for each other.
        self.0 = records.fold(self.0, |sum, record| sum.wrapping_add(mixed(u64::from(record) | part << 60)));
    }
}

/// Something of a workspace.
pub(crate) trait OfWorkspace {
    /// Which.
    fn workspace(&self) -> &WorkspaceName;
}

/// Columns by what they were made for, the latest last.
pub(crate) struct Columns<K, const N: usize>(Mutex<Vec<(K, Arc<Remembered<N>>)>>);

impl<K, const N: usize> Default for Columns<K, N> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<K: PartialEq, const N: usize> Columns<K, N> {
    /// The column for this; none where there are too few customers to be worth it, or too many.
    pub(crate) fn column(&self, key: K, customers: u64) -> Option<Arc<Remembered<N>>> {
        let customers = usize::try_from(customers).ok().filter(|_| customers >= FEWEST)?;
        if customers > MOST_CELLS {
            return None;
        }
        let mut kept = self.0.lock();
        let found = kept.iter().position(|(known, _)| *known == key);
        let held = found.map(|place| kept.remove(place));
        let column = match held {
            Some((_, column)) if column.0.len() >= customers => column,
            // With room for those who come.
            _ => Arc::new(Remembered::of((customers + customers / 8).min(MOST_CELLS))),
        };
        kept.push((key, column.clone()));
        while kept.len() > 1 && kept.iter().map(|(_, column)| column.0.len()).sum::<usize>() > MOST_CELLS {
            kept.remove(0);
        }
        Some(column)
    }

    /// The column for this if there is one.
    pub(crate) fn known(&self, key: &K) -> Option<Arc<Remembered<N>>> {
        self.0.lock().iter().find(|(known, _)| known == key).map(|(_, column)| column.clone())
    }
}

impl<K: OfWorkspace, const N: usize> Columns<K, N> {
    /// Forgets those of a workspace.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.0.lock().retain(|(key, _)| key.workspace() != workspace);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use lojal_domain::{Amount, EventTime, TransactionFact};

    use super::*;

    fn purchases(records: &[u32]) -> Vec<TransactionFact> {
        let fact = |record: &u32| TransactionFact {
            time: EventTime::MIN,
            amount: Amount::ZERO,
            record: *record,
            occurrence: 0,
        };
        records.iter().map(fact).collect()
    }

    fn print(records: &[u32]) -> Print {
        let transactions = purchases(records);
        let history = History { transactions: &transactions, ..History::default() };
        Print::of(&history, PrintOf { discounts: true, contacts: true, attributes: true })
    }

    #[test]
    fn a_history_of_other_records_has_another_print() {
        let prints =
            [print(&[]), print(&[0]), print(&[1]), print(&[0, 3]), print(&[1, 2]), print(&[1, 2]).and(1)];
        for (i, one) in prints.iter().enumerate() {
            assert!(prints[i + 1..].iter().all(|other| one != other), "{i}");
        }
        assert_eq!(print(&[1, 2]), print(&[1, 2]));
    }

    #[test]
    fn words_are_made_once_for_a_history() {
        let column = Remembered::<2>::of(3);
        let made = |print, words| column.get(1, print, || Some(words)).unwrap();
        assert_eq!(made(print(&[7]), [1, 2]), [1, 2]);
        assert_eq!(made(print(&[7]), [3, 4]), [1, 2], "remembered");
        assert_eq!(made(print(&[7, 8]), [5, 6]), [5, 6], "of another history");
        assert_eq!(made(print(&[7]), [1, 2]), [1, 2], "and of the first again");
        // Nobody has nothing but zeros in a cell that was never filled.
        assert_eq!(column.get(2, print(&[]), || Some([9, 9])), Some([9, 9]));
        assert_eq!(column.get(0, print(&[7]), || None), None);
        assert_eq!(column.get(99, print(&[7]), || Some([1, 1])), Some([1, 1]));
    }

    #[test]
    fn half_of_one_and_half_of_another_is_nothing() {
        let column = Remembered::<2>::of(1);
        column.get(0, print(&[7]), || Some([1, 2]));
        column.0[0].words[1].store(4, Ordering::Relaxed);
        assert_eq!(column.get(0, print(&[7]), || Some([1, 2])), Some([1, 2]));
    }

    #[test]
    fn the_oldest_columns_are_let_go() {
        let columns = Columns::<u32, 1>::default();
        assert!(columns.column(0, FEWEST - 1).is_none());
        assert!(columns.column(0, MOST_CELLS as u64 + 1).is_none());
        let first = columns.column(0, 1_500_000).unwrap();
        assert!(Arc::ptr_eq(&first, &columns.column(0, 1_600_000).unwrap()), "there was room");
        assert!(Arc::ptr_eq(&first, &columns.known(&0).unwrap()) && columns.known(&1).is_none());
        columns.column(1, 1_500_000).unwrap();
        columns.column(2, 1_500_000).unwrap();
        assert!(!Arc::ptr_eq(&first, &columns.column(0, 1_500_000).unwrap()));
    }
}
