//! Made-up shops: customers who buy at their own rates, regularly or not, and leave in one of several ways.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Beta, Distribution as _, Exp1, Gamma, Uniform};

/// Days of the year that is forecast.
const AHEAD: f64 = 364.0;

/// How one customer leaves.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    /// With this chance after each purchase, the first one included.
    AtPurchases(f64),
    /// At this rate a day, whatever they buy.
    AtAnyTime(f64),
}

/// A customer as the shop sees them, and what it does not see.
pub(crate) struct Customer {
    /// Days before now on which they bought, the first one first; now is 0.
    pub(crate) days_ago: Vec<u32>,
    /// Purchases a day, and events to a purchase.
    rate: f64,
    events: u32,
    leaving: Leaving,
}

pub(crate) struct MadeUp {
    pub(crate) customers: Vec<Customer>,
    pub(crate) about: String,
    law: Law,
    seed: u64,
}

/// How the customers of a shop are drawn.
struct Law {
    /// Purchases a day in the mean, and how little customers differ in it.
    rate: f64,
    rates: Gamma<f64>,
    events: u32,
    leaving: LawOfLeaving,
}

enum LawOfLeaving {
    Never,
    AtPurchases(Beta<f64>),
    /// Rates a day in the mean, and how they are spread.
    AtAnyTime(f64, Gamma<f64>),
}

/// How any shop may be made up.
struct Made {
    law: Law,
    gap_weeks: f64,
    shape: f64,
    way: u32,
    mean_chance: f64,
    stay_weeks: f64,
    arrival: u32,
}

impl Made {
    /// Customers who buy every 2 to 40 weeks in the mean, differ little or much, buy at random or regularly, and leave never, after purchases, or at
    /// any time.
    fn any(random: &mut ChaCha8Rng) -> Self {
        let gap_weeks = between(2.0, 40.0, random);
        let shape = between(0.5, 5.0, random);
        let events = if uniform(random) < 0.7 { 1 } else { 2 + (2.0 * uniform(random)) as u32 };
        let arrival = (4.0 * uniform(random)) as u32;
        let way = (5.0 * uniform(random)) as u32;
        let (mean_chance, together) = (between(0.05, 0.7, random), between(1.0, 20.0, random));
        let (stay_weeks, stay_shape) = (between(15.0, 200.0, random), between(0.7, 5.0, random));
        let leaving = match way {
            0 => LawOfLeaving::Never,
            1 | 2 => LawOfLeaving::AtPurchases(
                Beta::new(mean_chance * together, (1.0 - mean_chance) * together).unwrap(),
            ),
            _ => LawOfLeaving::AtAnyTime(
                1.0 / (7.0 * stay_weeks),
                Gamma::new(stay_shape, 1.0 / stay_shape).unwrap(),
            ),
        };
        let rates = Gamma::new(shape, 1.0 / shape).unwrap();
        let law = Law { rate: 1.0 / (7.0 * gap_weeks), rates, events, leaving };
        Self { law, gap_weeks, shape, way, mean_chance, stay_weeks, arrival }
    }
}

impl Law {
    fn draw(&self, random: &mut ChaCha8Rng) -> Customer {
        let rate = (self.rates.sample(random) * self.rate).max(1e-6);
        let leaving = match &self.leaving {
            LawOfLeaving::Never => Leaving::AtPurchases(0.0),
            LawOfLeaving::AtPurchases(chances) => Leaving::AtPurchases(chances.sample(random)),
            LawOfLeaving::AtAnyTime(rate, rates) => {
                Leaving::AtAnyTime((rates.sample(random) * rate).max(1e-9))
            }
        };
        Customer { days_ago: Vec::new(), rate, events: self.events, leaving }
    }
}

impl Customer {
    /// Of whom nothing else is known.
    pub(crate) fn seen(days_ago: Vec<u32>) -> Self {
        Self { days_ago, rate: 0.0, events: 1, leaving: Leaving::AtPurchases(0.0) }
    }

    /// Who first bought so many days ago and has come back at random about every ten weeks, at least once.
    pub(crate) fn returning(age: u32, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let leaving = Leaving::AtPurchases(0.0);
        let mut customer = Self { days_ago: Vec::new(), rate: 1.0 / 70.0, events: 1, leaving };
        while customer.days_ago.len() < 2 {
            customer.live(age, &mut random);
        }
        customer
    }

    fn gap(&self, random: &mut ChaCha8Rng) -> f64 {
        let events = f64::from(self.events);
        (0..self.events).map(|_| exponential(random)).sum::<f64>() / (events * self.rate)
    }

    /// Probability of a gap longer than this.
    fn silent(&self, days: f64) -> f64 {
        let load = f64::from(self.events) * self.rate * days;
        let mut term = 1.0;
        let sum: f64 = (1..=self.events)
            .map(|k| {
                let now = term;
                term *= load / f64::from(k);
                now
            })
            .sum();
        sum * (-load).exp()
    }

    /// Lives from the first purchase `age` days ago on; purchases of one day are one.
    fn live(&mut self, age: u32, random: &mut ChaCha8Rng) {
        let mut time = 0.0;
        let leaves_at = match self.leaving {
            Leaving::AtAnyTime(rate) => exponential(random) / rate,
            Leaving::AtPurchases(_) => f64::INFINITY,
        };
        self.days_ago = vec![age];
        loop {
            if matches!(self.leaving, Leaving::AtPurchases(chance) if uniform(random) < chance) {
                return;
            }
            time += self.gap(random);
            if time >= leaves_at.min(f64::from(age)) {
                return;
            }
            let day = age - time as u32;
            if self.days_ago.last() != Some(&day) {
                self.days_ago.push(day);
            }
        }
    }

    /// Probability that they are still there, after so many days of silence.
    fn alive(&self, silence: f64) -> f64 {
        let (there, gone) = self.there_and_gone(silence);
        if there > 0.0 { there / (there + gone) } else { 0.0 }
    }

    /// Probabilities of so many days of silence from someone who is still there, and who has left.
    fn there_and_gone(&self, silence: f64) -> (f64, f64) {
        let there = self.silent(silence);
        match self.leaving {
            Leaving::AtPurchases(chance) => ((1.0 - chance) * there, chance),
            Leaving::AtAnyTime(rate) if self.events == 1 => {
                let either = rate + self.rate;
                (there * (-rate * silence).exp(), -rate / either * (-either * silence).exp_m1())
            }
            Leaving::AtAnyTime(rate) => {
                const STEPS: u32 = 64;
                let step = silence / f64::from(STEPS);
                let at = |i: u32| (f64::from(i) + 0.5) * step;
                let gone = (0..STEPS).map(|i| rate * step * (-rate * at(i)).exp() * self.silent(at(i))).sum();
                (there * (-rate * silence).exp(), gone)
            }
        }
    }

    /// The logarithm of how likely somebody like this makes so many repeat purchases in so many days, up to what does not depend on
    /// who they are; what follows the last of them is apart.
    fn log_likelihood_until_last(&self, repeats: f64, days: f64) -> f64 {
        let load = f64::from(self.events) * self.rate;
        let purchases = f64::from(self.events) * repeats * load.ln() - load * days;
        purchases
            + match self.leaving {
                Leaving::AtPurchases(chance) if repeats > 0.0 => repeats * (1.0 - chance).ln(),
                Leaving::AtPurchases(_) => 0.0,
                Leaving::AtAnyTime(rate) => -rate * days,
            }
    }

    /// How likely each of others would have done what they did, in logarithms, and with what probability they would still be there.
    fn likely(&self, others: &[Self], out: &mut [(f64, f64)]) {
        let (first, last) = (self.days_ago[0], self.days_ago[self.days_ago.len() - 1]);
        let (repeats, silence) = ((self.days_ago.len() - 1) as f64, f64::from(last));
        for (weight, other) in out.iter_mut().zip(others) {
            let until_last = other.log_likelihood_until_last(repeats, f64::from(first - last));
            let (there, gone) = other.there_and_gone(silence);
            *weight = (until_last + (there + gone).ln(), there / (there + gone).max(f64::MIN_POSITIVE));
        }
    }

    /// Days on which they buy in the next year, if they are there now.
    fn future(&self, silence: f64, random: &mut ChaCha8Rng) -> u32 {
        const TRIES: u32 = 200;
        let first = (0..TRIES).map(|_| self.gap(random) - silence).find(|wait| *wait > 0.0);
        let mut time = first.unwrap_or_else(|| exponential(random) / (f64::from(self.events) * self.rate));
        let leaves_at = match self.leaving {
            Leaving::AtAnyTime(rate) => exponential(random) / rate,
            Leaving::AtPurchases(_) => f64::INFINITY,
        };
        let (mut days, mut last) = (0, f64::NAN);
        while time < leaves_at.min(AHEAD) {
            if last.total_cmp(&time.floor()).is_ne() {
                days += 1;
                last = time.floor();
            }
            if matches!(self.leaving, Leaving::AtPurchases(chance) if uniform(random) < chance) {
                break;
            }
            time += self.gap(random);
        }
        days
    }
}

fn exponential(random: &mut ChaCha8Rng) -> f64 {
    Exp1.sample(random)
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    Uniform::new(0.0, 1.0).unwrap().sample(random)
}

/// Between two numbers, each ratio as likely.
fn between(low: f64, high: f64, random: &mut ChaCha8Rng) -> f64 {
    low * (high / low).powf(uniform(random))
}

impl MadeUp {
    /// Any shop: 5 to 5,000 customers over a quarter to three years, made up as any may be.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let random = &mut random;
        let customers = between(5.0, 5_000.0, random).round() as usize;
        let weeks = between(13.0, 156.0, random);
        let Made { law, gap_weeks, shape, way, mean_chance, stay_weeks, arrival } = Made::any(random);
        let events = law.events;
        let mut all = Vec::with_capacity(customers);
        for _ in 0..customers {
            let mut customer = law.draw(random);
            let at = uniform(random);
            let share = match arrival {
                0 => at,
                1 => 0.9 + 0.1 * at,
                2 => at * at,
                _ => {
                    if uniform(random) < 0.5 {
                        0.1 * at
                    } else {
                        0.9 + 0.1 * at
                    }
                }
            };
            customer.live(1 + (share * 7.0 * weeks) as u32, random);
            all.push(customer);
        }
        let came_back = all.iter().filter(|customer| customer.days_ago.len() > 1).count();
        let leave = match way {
            0 => "never leave".to_owned(),
            1 | 2 => format!("leave after {:.0} % of purchases", 100.0 * mean_chance),
            _ => format!("leave after {stay_weeks:.0} weeks"),
        };
        let about = format!(
            "{customers} customers over {weeks:.0} weeks (arrival {arrival}), {came_back} came back, every {gap_weeks:.1} weeks (shape {shape:.1}, k {events}), {leave}"
        );
        Self { customers: all, about, law, seed }
    }

    /// A year of customers who never leave, with rates as Gamma(1).
    pub(crate) fn that_nobody_leaves(seed: u64, customers: usize, gap_weeks: f64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let rates = Gamma::new(1.0, 1.0).unwrap();
        let law = Law { rate: 1.0 / (7.0 * gap_weeks), rates, events: 1, leaving: LawOfLeaving::Never };
        let one = |_| {
            let mut customer = law.draw(&mut random);
            customer.live(1 + (uniform(&mut random) * 364.0) as u32, &mut random);
            customer
        };
        Self { customers: (0..customers).map(one).collect(), about: "nobody leaves".to_owned(), law, seed }
    }

    /// Repeat purchases that the shop saw.
    pub(crate) fn repeat_purchases(&self) -> usize {
        self.customers.iter().map(|customer| customer.days_ago.len() - 1).sum()
    }

    /// Days on which these customers buy in the next year: the mean over futures, given what each did.
    pub(crate) fn next_year(&self) -> f64 {
        /// So many lives in all; the mean is then good to about a hundredth.
        const LIVES: usize = 20_000;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(1);
        let futures = (LIVES / self.customers.len()).max(4);
        let each = |customer: &Customer| {
            let silence = f64::from(customer.days_ago.last().copied().unwrap_or(1));
            let alive = customer.alive(silence);
            let days: u32 = (0..futures).map(|_| customer.future(silence, &mut random)).sum();
            alive * f64::from(days) / futures as f64
        };
        self.customers.iter().map(each).sum()
    }

    /// The same as far as anybody can know it who knows the law: the mean over futures of all the customers whom this shop could have, each as
    /// likely as what was seen makes them.
    pub(crate) fn next_year_by_law(&self) -> f64 {
        /// So many customers of the law are compared with those of the shop, in all.
        const COMPARED: usize = 2_000_000;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(2);
        let drawn = (COMPARED / self.customers.len()).clamp(500, 20_000);
        self.next_year_by(&self.law, drawn, &mut random)
    }

    /// And as far as anybody can know it who has seen the shop and knows how shops are made up: the mean over all laws, each as likely as what was seen
    /// makes it. Nobody can be nearer in the mean; of a few purchases many laws are as likely.
    pub(crate) fn next_year_as_seen(&self, laws: usize) -> f64 {
        /// Of the laws that are tried so many, as likely as they are, forecast the year.
        const KEPT: usize = 48;
        /// Customers of each who are compared with those of the shop.
        const DRAWN: usize = 200;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(3);
        let random = &mut random;
        let laws: Vec<Law> = (0..laws).map(|_| Made::any(random).law).collect();
        let likely: Vec<f64> = laws
            .iter()
            .map(|law| {
                let drawn: Vec<Customer> = (0..DRAWN).map(|_| law.draw(random)).collect();
                let mut weights = vec![(0.0, 0.0); DRAWN];
                let of = |customer: &Customer| {
                    customer.likely(&drawn, &mut weights);
                    let most = weights.iter().map(|weight| weight.0).fold(f64::NEG_INFINITY, f64::max);
                    most + weights.iter().map(|weight| (weight.0 - most).exp()).sum::<f64>().ln()
                };
                self.customers.iter().map(of).sum()
            })
            .collect();
        let most = likely.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = likely.iter().map(|likely| (likely - most).exp()).sum();
        let (mut at, mut passed, mut total) = (uniform(random), 0.0, 0.0);
        for (law, likely) in laws.iter().zip(&likely) {
            passed += (likely - most).exp() / sum * KEPT as f64;
            let times = (passed - at).ceil().max(0.0);
            if times > 0.0 {
                total += times * self.next_year_by(law, 10 * DRAWN, random);
                at += times;
            }
        }
        total / KEPT as f64
    }

    fn next_year_by(&self, law: &Law, drawn: usize, random: &mut ChaCha8Rng) -> f64 {
        /// So many of them live on, in all.
        const LIVES: usize = 20_000;
        let futures = (LIVES / self.customers.len()).max(4);
        let drawn: Vec<Customer> = (0..drawn).map(|_| law.draw(random)).collect();
        let mut total = 0.0;
        let mut weights = vec![(0.0, 0.0); drawn.len()];
        for customer in &self.customers {
            customer.likely(&drawn, &mut weights);
            let silence = f64::from(customer.days_ago[customer.days_ago.len() - 1]);
            let most = weights.iter().map(|weight| weight.0).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = weights.iter().map(|weight| (weight.0 - most).exp()).sum();
            // Evenly spaced points of the distribution, which spread less than random ones.
            let (mut at, mut passed, mut alive_days) = (uniform(random), 0.0, 0.0);
            for (weight, other) in weights.iter().zip(&drawn) {
                passed += (weight.0 - most).exp() / sum * futures as f64;
                while at < passed {
                    alive_days += weight.1 * f64::from(other.future(silence, random));
                    at += 1.0;
                }
            }
            total += alive_days / futures as f64;
        }
        total
    }
}
