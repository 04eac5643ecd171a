//! Groups of customers that the server and whoever knows the purchases make alike, and what may come of them.

use std::collections::HashMap;

use lojal_proto::v1;
use lojal_tests::Clients;
use tonic::Status;

use super::data_set::{DataSet, Known, date_of};

/// Groups of fewer customers are left out: what comes of them is what single customers do.
const FEWEST: usize = 30;
/// Bands of orders begin at these.
const BANDS: [usize; 4] = [2, 3, 5, 9];

/// What came of a group, and the range that it was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) range: v1::OutcomeRange,
    pub(crate) came: f64,
}

/// What customers are grouped by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grouping {
    /// The month of their first order.
    Month,
    /// On how many days they have paid for something.
    Frequency,
}

impl Grouping {
    const ALL: [Self; 2] = [Self::Month, Self::Frequency];

    fn group_by(self) -> String {
        match self {
            Self::Month => "acquisition_month".to_owned(),
            Self::Frequency => format!("band(orders, {})", BANDS.map(|from| from.to_string()).join(", ")),
        }
    }

    /// The group of a customer, as the server calls it. What was free is a purchase, and no order.
    fn of(self, known: &Known<'_>) -> String {
        let mut orders = known.days.iter().zip(known.paid).filter(|(_, paid)| paid.cents > 0);
        match self {
            Self::Month => orders.next().map_or_else(String::new, |(&day, _)| {
                let date = date_of(day);
                format!("{:04}-{:02}", date.year(), date.month())
            }),
            Self::Frequency => {
                let orders = orders.count();
                let band = BANDS.partition_point(|from| *from <= orders);
                match (band.checked_sub(1).map(|below| BANDS[below]), BANDS.get(band)) {
                    (None, to) => format!("under {}", to.expect("a first band")),
                    (Some(from), Some(to)) => format!("{from} to under {to}"),
                    (Some(from), None) => format!("{from} or more"),
                }
            }
        }
    }
}

/// What the default says may come of the groups of a set, and what came.
pub(crate) async fn told(
    clients: &Clients,
    set: &DataSet,
    known: &[Known<'_>],
) -> Result<Vec<Group>, Status> {
    let mut groups = Vec::new();
    for grouping in Grouping::ALL {
        let request = v1::SummarizePredictionsRequest {
            horizon: format!("{}d", set.horizon_days()),
            as_of: Some(set.as_of()),
            group_by: grouping.group_by(),
            with_ranges: true,
            ..Default::default()
        };
        let answer = clients.clv.clone().summarize_predictions(request).await?.into_inner();
        let mut came: HashMap<String, (usize, f64)> = HashMap::new();
        for known in known {
            let (customers, sum) = came.entry(grouping.of(known)).or_default();
            *customers += 1;
            *sum += known.came;
        }
        for row in answer.rows {
            let (customers, came) = came.get(&row.group).copied().unwrap_or_default();
            assert_eq!(customers as i64, row.customers, "customers of {:?}", row.group);
            let range = row.purchases_range.filter(|_| customers >= FEWEST);
            groups.extend(range.map(|range| Group { range, came }));
        }
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecasts::data_set::Paid;
    use lojal_scoring::clv::CustomerHistory;

    #[test]
    fn groups_are_called_as_the_server_calls_them() {
        let days: Vec<i32> = (0..12).collect();
        let group = |grouping: Grouping, count: usize| {
            let paid = vec![Paid::TEN; count];
            let history = CustomerHistory::NEW;
            grouping.of(&Known { id: "a", days: &days[..count], paid: &paid, history, came: 0.0 })
        };
        assert_eq!(group(Grouping::Month, 1), "1970-01");
        let bands = [1, 2, 4, 8, 9, 12].map(|count| group(Grouping::Frequency, count));
        let named = ["under 2", "2 to under 3", "3 to under 5", "5 to under 9", "9 or more", "9 or more"];
        assert_eq!(bands, named);
        assert_eq!(Grouping::Frequency.group_by(), "band(orders, 2, 3, 5, 9)");
    }
}
