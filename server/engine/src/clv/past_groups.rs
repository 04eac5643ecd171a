//! How far off forecasts of groups are beside that of the whole shop, by what came of groups of past days.

use std::collections::BTreeMap;

use lojal_scoring::clv::{Learned, PastGroup, variance_of_groups};
use lojal_store::Wanted;

use crate::clv::judge_models::JudgedModels;
use crate::clv::weights::Weighted;
use crate::clv::witness::Witness;

/// Days of first purchases that are a cohort together: a month.
const COHORT_DAYS: f64 = 30.4375;

/// What customers are grouped by, each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// When they first bought, in months before the landmark.
    Cohort(u32),
    /// How often they had bought again: never, once, 2 or 3 times, 4 to 7 times and so on.
    Frequency(u32),
}

impl Group {
    fn all_of(witness: &Witness) -> [Self; 2] {
        let repeats = witness.history.repeat_purchases;
        let months = (witness.history.age_days / COHORT_DAYS) as u32;
        [Self::Cohort(months), Self::Frequency(u32::BITS - repeats.leading_zeros())]
    }
}

impl JudgedModels {
    /// The variance of the logarithm of what forecasts of groups are off by beside that of all, as models that count so much would have told of past days at a
    /// pace of each; none once nobody wants it any more. Groups are those that every shop has: customers who came in the same month, and customers
    /// who came about as often.
    pub(crate) fn variance_of_groups(
        &self,
        weighted: &Weighted,
        learned: Option<&Learned>,
        paces: Option<&[f64]>,
        wanted: &Wanted,
    ) -> Option<f64> {
        let told: Vec<Vec<f64>> = self.of_each((learned, paces), wanted, |panel, place, pace, factor| {
            panel.told(place, weighted, pace, factor)
        })?;
        let of_landmarks = self.panels.iter().zip(&told);
        let groups: Vec<PastGroup> =
            of_landmarks.flat_map(|(panel, told)| groups_of(&panel.witnesses, told)).collect();
        Some(variance_of_groups(&groups))
    }
}

/// The groups of customers of a landmark, of each of whom so much was told, at the level that all of them came to.
fn groups_of(witnesses: &[Witness], told: &[f64]) -> Vec<PastGroup> {
    let came: f64 = witnesses.iter().map(|witness| witness.came as f64).sum();
    let level = came / told.iter().sum::<f64>();
    if !(level > 0.0 && level.is_finite()) {
        return Vec::new();
    }
    let mut groups: BTreeMap<Group, PastGroup> = BTreeMap::new();
    for (witness, told) in witnesses.iter().zip(told) {
        for group in Group::all_of(witness) {
            groups.entry(group).or_default().add(level * told, witness.came as f64);
        }
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lojal_scoring::clv::CustomerHistory;

    fn witness(repeat_purchases: u32, age_days: f64, came: usize) -> Witness {
        let history = CustomerHistory { repeat_purchases, age_days, ..CustomerHistory::NEW };
        Witness { key: 0, history, habits: None, came, own_pace: 1.0 }
    }

    #[test]
    fn customers_are_of_their_month_and_of_those_who_come_as_often() {
        let groups = |repeats, age| Group::all_of(&witness(repeats, age, 0));
        assert_eq!(groups(0, 30.0), [Group::Cohort(0), Group::Frequency(0)]);
        assert_eq!(groups(1, 31.0), [Group::Cohort(1), Group::Frequency(1)]);
        assert_eq!(groups(2, 365.25)[1], groups(3, 0.0)[1]);
        assert_eq!(groups(7, 365.25), [Group::Cohort(12), Group::Frequency(3)]);
    }

    #[test]
    fn what_all_are_off_by_is_no_group_s() {
        // Two cohorts of whom both came twice as often as was told, or one four times as often and the other as told.
        let shop = |came: [usize; 2]| -> Vec<Witness> {
            (0..4_000).map(|who| witness(1, 40.0 * f64::from(who % 2), came[(who % 2) as usize])).collect()
        };
        let told = vec![1.0; 4_000];
        let together = variance_of_groups(&groups_of(&shop([2, 2]), &told));
        let apart = variance_of_groups(&groups_of(&shop([4, 1]), &told));
        // Who came as often is everybody. Cohorts are off by 0.6 either way, which two say against a belief of 0.1 that is worth three groups.
        let shops = (3.0 * 0.01 + 2.0 * 0.36) / 6.0;
        assert!(together < 0.006 && (apart / shops - 1.0).abs() < 0.05, "{together} {apart}");
        // Nobody came, or nothing was told.
        assert_eq!(groups_of(&shop([0, 0]), &told), Vec::new());
        assert_eq!(groups_of(&shop([1, 1]), &vec![0.0; 4_000]), Vec::new());
    }
}
