//! Made-up worlds, each with something that shops in general have and models may not expect. What the customers do is drawn from a
//! fixed seed: the same for everybody who asks.

mod chance;
mod kinds;
mod leaving;
mod life;
mod spending;
mod timing;

use chance::Chance;
use life::Life;

use super::data_set::{Customer, DataSet, Paid};

/// 2020-01-01, on which all worlds begin.
const FIRST_DAY: i32 = 18_262;
const TWO_YEARS: i32 = 731;
/// So that the holdout is no whole year, and what came on the same days a year before is known.
const TWO_YEARS_AND_A_HALF: i32 = 912;

/// A made-up world.
pub(crate) struct World {
    pub(crate) name: &'static str,
    /// What is special, in a line.
    pub(crate) about: &'static str,
    days: i32,
    live: fn(&mut Chance, f64) -> Life,
}

/// All of them.
pub(crate) const WORLDS: [World; 18] = [
    world("regular", "regular gaps (Erlang-4), some leave after purchases", timing::regular),
    world("pareto", "at random, leaving at any moment: Pareto/NBD", leaving::at_any_moment),
    world("bg", "at random, leaving after repeat purchases: BG/NBD", leaving::after_purchases),
    world("nobody-leaves", "at random, nobody leaves: NBD", leaving::never),
    world("half-once", "half never return", leaving::half_at_once),
    World {
        days: TWO_YEARS_AND_A_HALF,
        ..world("seasonal", "rates nine times as high in July as in January", timing::seasonal)
    },
    world("december", "a month before Christmas at five times the rate", timing::december),
    world("upward", "rates of everybody double within a year", timing::upward),
    world("downward", "rates of everybody halve within a year", timing::downward),
    world("clumpy", "bursts of purchases, then long silence", timing::clumpy),
    world("subscribers", "every week until they cancel", timing::subscribers),
    world("two-kinds", "loyal customers and one-time buyers", kinds::two_kinds),
    world("cohorts", "new customers all the time, worse and worse", kinds::worse_and_worse),
    world("few-repeats", "one customer in twenty comes back at all", leaving::nearly_all_at_once),
    world("attitude", "a hidden attitude decides who leaves; half are asked", leaving::by_attitude),
    world("heavy-tailed", "log-normal rates: a few buy far more often than all others", kinds::heavy_tailed),
    world("discounts", "who comes for discounts leaves after one", spending::bargains),
    world("fading", "spend of those who are about to leave halves", spending::fading),
];

const fn world(name: &'static str, about: &'static str, live: fn(&mut Chance, f64) -> Life) -> World {
    World { name, about, days: TWO_YEARS, live }
}

impl World {
    /// So many customers of this world; the same ones whenever it is asked with this seed.
    pub(crate) fn data_set(&self, customers: u64, seed: u64) -> DataSet {
        let customers = (0..customers).map(|number| {
            let life = (self.live)(&mut Chance::of(seed, number), f64::from(self.days));
            let day = |time: f64| FIRST_DAY + time as i32;
            let mut days: Vec<i32> = Vec::new();
            let mut paid: Vec<Paid> = Vec::new();
            let each = life.paid.into_iter().chain(std::iter::repeat(Paid::TEN));
            // Of a day the first purchase counts.
            for (time, of_time) in life.times.into_iter().zip(each) {
                if days.last() != Some(&day(time)) {
                    days.push(day(time));
                    paid.push(of_time);
                }
            }
            let answer = life.answer.map(|(time, score)| (day(time), score));
            Customer { id: format!("c{number:05}"), days, paid, answer }
        });
        DataSet::new(self.name, customers.collect(), FIRST_DAY + self.days - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(set: &DataSet) -> Vec<u8> {
        set.chunks().iter().flat_map(prost::Message::encode_to_vec).collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_bytes_and_another_one_others() {
        for world in &WORLDS {
            let set = world.data_set(50, 7);
            assert_eq!(set, world.data_set(50, 7), "{}", world.name);
            assert_eq!(bytes(&set), bytes(&world.data_set(50, 7)), "{}", world.name);
            assert_ne!(bytes(&set), bytes(&world.data_set(50, 8)), "{}", world.name);
        }
    }

    #[test]
    fn more_customers_change_none() {
        for world in &WORLDS {
            let (few, many) = (world.data_set(20, 7), world.data_set(40, 7));
            assert_eq!(few.customers[..], many.customers[..20], "{}", world.name);
        }
    }

    #[test]
    fn customers_buy_within_the_world_and_in_order() {
        for world in &WORLDS {
            let set = world.data_set(200, 7);
            for customer in &set.customers {
                assert!(customer.days.is_sorted_by(|a, b| a < b), "{}: {customer:?}", world.name);
                assert_eq!(customer.days.len(), customer.paid.len(), "{}: {customer:?}", world.name);
                assert!((FIRST_DAY..=set.end).contains(&customer.days[0]), "{}: {customer:?}", world.name);
                assert!(*customer.days.last().unwrap() <= set.end, "{}: {customer:?}", world.name);
            }
        }
    }

    /// The purchases of a world on the days of its `from`th to `until`th share.
    fn bought(name: &str, from: f64, until: f64) -> f64 {
        let world = WORLDS.iter().find(|world| world.name == name).unwrap();
        let day = |share: f64| FIRST_DAY + (share * f64::from(world.days)) as i32;
        let set = world.data_set(1_000, 7);
        let days = set.customers.iter().flat_map(|customer| customer.days.iter().skip(1));
        days.filter(|bought| (day(from)..day(until)).contains(*bought)).count() as f64
    }

    #[test]
    fn worlds_are_what_they_say() {
        // Those who came in the first half stay for 500 days in the mean, and a year is half of the time.
        let [before, after] =
            ["upward", "downward"].map(|name| bought(name, 0.5, 0.6) / bought(name, 0.9, 1.0));
        // e^(-0.4 * 731 / 500) of the customers are left, at 2^(0.4 * 2) or 2^(-0.4 * 2) times the rate.
        let left = (-0.4 * 731.0 / 500.0_f64).exp();
        assert!((before * left * 0.8_f64.exp2() - 1.0).abs() < 0.15, "{before}");
        assert!((after * left / 0.8_f64.exp2() - 1.0).abs() < 0.15, "{after}");
        let once = |name: &str| {
            let world = WORLDS.iter().find(|world| world.name == name).unwrap();
            let set = world.data_set(1_000, 7);
            set.customers.iter().filter(|customer| customer.days.len() == 1).count()
        };
        assert!((500..600).contains(&once("half-once")), "{}", once("half-once"));
        assert!((940..975).contains(&once("few-repeats")), "{}", once("few-repeats"));
    }
}
