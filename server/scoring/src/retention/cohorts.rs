//! Customers who began together, age by age.
//!
//! A customer's age is counted in periods from their own start: 0 is the period they began in. A column of the table is
//! an age k, or a bracket [a, b] of ages. They are *mature* in a column once its last period has passed for them;
//! before that nobody can know whether they will still come. With M_k the mature customers,
//!
//! | mode | retained in column k are those of M_k who bought |
//! |---|---|
//! | on | in period k |
//! | on or after | in period k or any later one, as far as is known |
//! | on or before | again in any of the periods 1 to k; all of them for k = 0 |
//! | streak | in each of the periods 0 to k |
//! | brackets | in any of the periods a to b |
//!
//! ```text
//! rate = retained / mature,   weighted mean over cohorts = sum retained / sum mature
//! ```
//!
//! Dividing by the whole cohort instead lets the last column of every table fall, however loyal customers are.
//!
//! Where it fails: "on or after" of a young column misses those who have yet to come back, so curves of one table end in a
//! drop that older cohorts do not have.

use serde::{Deserialize, Serialize};

use crate::retention::cohort_answers::CohortAnswers;

/// What it takes to be retained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CohortMode {
    /// Bought in the period.
    On,
    /// Bought in the period or later.
    OnOrAfter,
    /// Bought again in the period or earlier.
    OnOrBefore,
    /// Bought in every period so far.
    Streak,
    /// Bought in any period of the bracket, first to last, both included.
    Brackets(Vec<(usize, usize)>),
}

/// One cohort, or several together, column by column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CohortTally {
    mode: CohortMode,
    /// First and last age of each column.
    columns: Vec<(usize, usize)>,
    /// Ages that any column looks at.
    ages: usize,
    customers: u64,
    /// The most ages that have begun for anybody.
    begun: usize,
    /// By how many ages have passed, at most `ages`.
    passed: Vec<u64>,
    /// By column, as differences: retained with the immature, and without.
    active: Vec<i64>,
    retained: Vec<i64>,
    /// By column, of the mature.
    orders: Vec<u64>,
    revenue: Vec<i128>,
    /// By column: revenue from the start to its end, of the mature.
    cumulative: Vec<i128>,
    /// By column and kind of survey.
    answers: Vec<[CohortAnswers; 2]>,
    /// The ages at which the customer at hand bought, one bit each.
    bought: Vec<u64>,
}

/// One cell of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CohortCell {
    /// First and last age of the column.
    pub ages: (usize, usize),
    /// Customers retained so far, those included who are not mature.
    pub active: u64,
    /// Mature customers retained.
    pub retained: u64,
    /// Mature customers.
    pub mature: u64,
    /// Whether all customers of the cohort are mature.
    pub complete: bool,
    /// Orders of mature customers in the column.
    pub orders: u64,
    /// What they paid for these, in micros.
    pub revenue_micros: i128,
    /// What mature customers paid from their start to the end of the column, in micros.
    pub cumulative_micros: i128,
    /// Their answers in the column, mature or not, by kind of survey.
    pub answers: [CohortAnswers; 2],
}

impl CohortTally {
    /// Nobody yet, with columns for ages 0 to `last_age`, or for the brackets.
    #[must_use]
    pub fn new(mode: CohortMode, last_age: usize) -> Self {
        let columns = match &mode {
            CohortMode::Brackets(brackets) => brackets.clone(),
            _ => (0..=last_age).map(|age| (age, age)).collect(),
        };
        let ages = columns.iter().map(|(_, last)| last + 1).max().unwrap_or(0);
        let width = columns.len();
        Self {
            mode,
            ages,
            customers: 0,
            begun: 0,
            passed: vec![0; ages + 1],
            active: vec![0; width + 1],
            retained: vec![0; width + 1],
            orders: vec![0; width],
            revenue: vec![0; width],
            cumulative: vec![0; width],
            answers: vec![[CohortAnswers::default(); 2]; width],
            bought: vec![0; ages.div_ceil(64)],
            columns,
        }
    }

    /// How much room it takes, in cells.
    #[must_use]
    pub fn room(&self) -> usize {
        /// Ages that take as much as a cell.
        const AGES: usize = 8;
        self.columns.len().max(self.ages / AGES)
    }

    /// Customers of the cohort.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Adds a customer: how many of their ages have begun and how many of these have passed, and their purchases as
    /// (age, net value in micros), ascending.
    pub fn add(&mut self, begun: usize, passed: usize, purchases: impl IntoIterator<Item = (usize, i64)>) {
        let (begun, passed) = (begun.min(self.ages), passed.min(self.ages));
        self.begun = self.begun.max(begun);
        self.customers += 1;
        self.passed[passed] += 1;
        self.bought.fill(0);
        let mut paid = 0;
        for (age, micros) in purchases {
            if age >= self.ages {
                // "On or after" looks beyond the last column.
                if self.mode == CohortMode::OnOrAfter {
                    self.bought[(self.ages - 1) / 64] |= 1 << ((self.ages - 1) % 64);
                }
                continue;
            }
            self.bought[age / 64] |= 1 << (age % 64);
            if age < passed {
                let micros = i128::from(micros);
                self.pay(age, passed, micros);
                paid += micros;
            }
        }
        // The sums of brackets are their own.
        if !matches!(self.mode, CohortMode::Brackets(_))
            && let Some(end) = self.cumulative.get_mut(passed)
        {
            *end -= paid;
        }
        self.count(begun, passed);
    }

    /// Columns that have begun for somebody.
    #[must_use]
    pub fn begun(&self, cell: &CohortCell) -> bool {
        cell.ages.0 < self.begun
    }

    /// Adds the answers of a customer who was or will be added, each as age, kind of survey and score.
    pub fn answers(&mut self, answers: &[(usize, usize, u8)]) {
        if answers.is_empty() {
            return;
        }
        for ((first, last), sums) in self.columns.iter().zip(&mut self.answers) {
            for (kind, sum) in sums.iter_mut().enumerate() {
                let of = answers
                    .iter()
                    .filter(|(age, of, _)| (first..=last).contains(&age) && (*of).min(1) == kind);
                sum.add_customer(of.map(|(.., score)| *score));
            }
        }
    }

    fn pay(&mut self, age: usize, passed: usize, micros: i128) {
        if let CohortMode::Brackets(brackets) = &self.mode {
            for (column, (first, last)) in brackets.iter().enumerate() {
                if *last < passed && age <= *last {
                    self.cumulative[column] += micros;
                    if *first <= age {
                        self.orders[column] += 1;
                        self.revenue[column] += micros;
                    }
                }
            }
        } else {
            self.orders[age] += 1;
            self.revenue[age] += micros;
            // As differences; made into sums when asked.
            self.cumulative[age] += micros;
        }
    }

    fn count(&mut self, begun: usize, passed: usize) {
        let Self { mode, bought, active, retained, .. } = self;
        let mut hit = |from: usize, to: usize| {
            for (counts, end) in [(&mut *active, begun), (&mut *retained, passed)] {
                if from < to.min(end) {
                    counts[from] += 1;
                    counts[to.min(end)] -= 1;
                }
            }
        };
        match mode {
            CohortMode::On => ages_in(bought).for_each(|age| hit(age, age + 1)),
            CohortMode::OnOrAfter => {
                if let Some(last) = ages_in(bought).last() {
                    hit(0, last + 1);
                }
            }
            CohortMode::OnOrBefore => {
                hit(0, 1);
                if let Some(first) = ages_in(bought).find(|age| *age > 0) {
                    hit(first, usize::MAX);
                }
            }
            CohortMode::Streak => hit(0, (0..).zip(ages_in(bought)).take_while(|(n, age)| n == age).count()),
            CohortMode::Brackets(brackets) => {
                for (column, (first, last)) in brackets.iter().enumerate() {
                    if ages_in(bought).any(|age| (*first..=*last).contains(&age)) {
                        active[column] += 1;
                        active[column + 1] -= 1;
                        if *last < passed {
                            retained[column] += 1;
                            retained[column + 1] -= 1;
                        }
                    }
                }
            }
        }
    }

    /// Adds another cohort with the same columns.
    pub fn merge(&mut self, other: &Self) {
        fn sum<T: Copy + std::ops::AddAssign>(all: &mut [T], parts: &[T]) {
            for (all, part) in all.iter_mut().zip(parts) {
                *all += *part;
            }
        }
        self.customers += other.customers;
        self.begun = self.begun.max(other.begun);
        sum(&mut self.passed, &other.passed);
        sum(&mut self.active, &other.active);
        sum(&mut self.retained, &other.retained);
        sum(&mut self.orders, &other.orders);
        sum(&mut self.revenue, &other.revenue);
        sum(&mut self.cumulative, &other.cumulative);
        for (all, part) in self.answers.iter_mut().flatten().zip(other.answers.iter().flatten()) {
            all.add(part);
        }
    }

    /// The cells, column by column.
    #[must_use]
    pub fn cells(&self) -> Vec<CohortCell> {
        // By age: how many have passed it.
        let mut mature = vec![0_u64; self.ages + 1];
        for age in (0..self.ages).rev() {
            mature[age] = mature[age + 1] + self.passed[age + 1];
        }
        let (mut active, mut retained, mut cumulative) = (0, 0, 0);
        let in_brackets = matches!(self.mode, CohortMode::Brackets(_));
        let cell = |(column, ages): (usize, &(usize, usize))| {
            active += self.active[column];
            retained += self.retained[column];
            cumulative = self.cumulative[column] + if in_brackets { 0 } else { cumulative };
            CohortCell {
                ages: *ages,
                active: u64::try_from(active).unwrap_or(0),
                retained: u64::try_from(retained).unwrap_or(0),
                mature: mature[ages.1],
                complete: mature[ages.1] == self.customers,
                orders: self.orders[column],
                revenue_micros: self.revenue[column],
                cumulative_micros: cumulative,
                answers: self.answers[column],
            }
        };
        self.columns.iter().enumerate().map(cell).collect()
    }
}

/// The numbers of the bits that are set, ascending.
fn ages_in(bits: &[u64]) -> impl Iterator<Item = usize> + '_ {
    bits.iter().enumerate().flat_map(|(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            (left != 0).then(|| {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                word * 64 + bit
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nps::NpsCounts;
    use proptest::prelude::*;

    fn tally(mode: CohortMode, last_age: usize, customers: &[(usize, Vec<usize>)]) -> CohortTally {
        let mut tally = CohortTally::new(mode, last_age);
        for (passed, ages) in customers {
            tally.add(*passed + 1, *passed, ages.iter().map(|age| (*age, 1_000_000)));
        }
        tally
    }

    fn rates(mode: CohortMode, customers: &[(usize, Vec<usize>)]) -> Vec<(u64, u64)> {
        tally(mode, 3, customers).cells().iter().map(|cell| (cell.retained, cell.mature)).collect()
    }

    /// Three who are old enough for all columns, and one who is in their period 2.
    fn customers() -> Vec<(usize, Vec<usize>)> {
        vec![(9, vec![0, 1, 2, 3]), (9, vec![0, 2, 7]), (9, vec![0]), (2, vec![0, 1, 2])]
    }

    #[test]
    fn modes() {
        let customers = customers();
        assert_eq!(rates(CohortMode::On, &customers), [(4, 4), (2, 4), (2, 3), (1, 3)]);
        assert_eq!(rates(CohortMode::OnOrAfter, &customers), [(4, 4), (3, 4), (2, 3), (2, 3)]);
        assert_eq!(rates(CohortMode::OnOrBefore, &customers), [(4, 4), (2, 4), (2, 3), (2, 3)]);
        assert_eq!(rates(CohortMode::Streak, &customers), [(4, 4), (2, 4), (1, 3), (1, 3)]);
        let brackets = CohortMode::Brackets(vec![(1, 2), (3, 8), (1, 1)]);
        assert_eq!(rates(brackets, &customers), [(2, 3), (2, 3), (2, 4)]);
    }

    #[test]
    fn who_is_not_mature_is_active_but_divides_nothing() {
        let cells = tally(CohortMode::On, 3, &customers()).cells();
        assert_eq!(
            (cells[2].active, cells[2].retained, cells[2].mature, cells[2].complete),
            (3, 2, 3, false)
        );
        assert!(cells[1].complete);
    }

    #[test]
    fn money_of_the_mature_adds_up() {
        let table = tally(CohortMode::On, 3, &customers());
        let cumulative: Vec<i128> =
            table.cells().iter().map(|cell| cell.cumulative_micros / 1_000_000).collect();
        // The young one's purchases count in columns 0 and 1 only.
        assert_eq!(cumulative, [4, 6, 6, 7]);
        let revenue: Vec<i128> = table.cells().iter().map(|cell| cell.revenue_micros / 1_000_000).collect();
        assert_eq!(revenue, [4, 2, 2, 1]);
        let brackets = tally(CohortMode::Brackets(vec![(1, 2)]), 0, &customers()).cells();
        assert_eq!((brackets[0].orders, brackets[0].cumulative_micros), (3, 6_000_000));
    }

    #[test]
    fn answers_fall_into_their_columns() {
        let mut table = tally(CohortMode::On, 3, &customers());
        table.answers(&[(1, 0, 10), (1, 0, 0), (3, 1, 9), (4, 0, 9)]);
        table.answers(&[(1, 0, 9)]);
        let cells = table.cells();
        assert_eq!(cells[1].answers[0].counts, NpsCounts { promoters: 2, passives: 0, detractors: 1 });
        // The first customer is one at age 1 although they answered twice.
        assert_eq!((cells[1].answers[0].nps().customers(), cells[1].answers[0].pairs.xx), (2, -2));
        assert_eq!((cells[3].answers[1].counts.promoters, cells[3].answers[1].beyond_first), (1, 0));
        assert_eq!(cells[3].answers[0].counts.total(), 0);
    }

    proptest! {
        #[test]
        fn modes_are_what_they_say(
            all in prop::collection::vec((0_usize..8, prop::collection::btree_set(1_usize..10, 0..6)), 1..20),
            cut in 0_usize..20,
        ) {
            const LAST: usize = 5;
            // Nobody buys in a period that has not begun.
            let customers: Vec<(usize, Vec<usize>)> = all
                .into_iter()
                .map(|(passed, ages)| {
                    let ages = std::iter::once(0).chain(ages).filter(|age| *age <= passed).collect();
                    (passed, ages)
                })
                .collect();
            let holds = |mode: &CohortMode, ages: &[usize], k: usize| match mode {
                CohortMode::On => ages.contains(&k),
                CohortMode::OnOrAfter => ages.iter().any(|age| *age >= k),
                CohortMode::OnOrBefore => k == 0 || ages.iter().any(|age| (1..=k).contains(age)),
                CohortMode::Streak => (0..=k).all(|age| ages.contains(&age)),
                CohortMode::Brackets(brackets) => ages.iter().any(|age| (brackets[k].0..=brackets[k].1).contains(age)),
            };
            let brackets = CohortMode::Brackets(vec![(0, 0), (1, 3), (2, 5), (4, 4)]);
            for mode in [CohortMode::On, CohortMode::OnOrAfter, CohortMode::OnOrBefore, CohortMode::Streak, brackets] {
                let cut = cut.min(customers.len());
                let mut table = tally(mode.clone(), LAST, &customers[..cut]);
                table.merge(&tally(mode.clone(), LAST, &customers[cut..]));
                for (column, cell) in table.cells().iter().enumerate() {
                    let mature = customers.iter().filter(|(passed, _)| *passed > cell.ages.1);
                    prop_assert_eq!(cell.mature, mature.clone().count() as u64);
                    let retained = mature.filter(|(_, ages)| holds(&mode, ages, column)).count();
                    prop_assert_eq!(cell.retained, retained as u64, "{:?} column {}", mode, column);
                    prop_assert!(cell.retained <= cell.mature && cell.retained <= cell.active);
                }
            }
        }
    }
}
