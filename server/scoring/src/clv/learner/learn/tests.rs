use super::super::grow::{TREES, grow, parameters};
use super::super::habit::HABITS;
use super::*;
use crate::clv::uncertainty::scale::logit;
use crate::clv::{Contacts, Purchase};
use hessboost::prelude::{DMatrix, Trainer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardUniform};

const GO_ON: &(dyn Fn() -> bool + Sync) = &|| true;

/// Customers on three landmarks, of whom models say that each comes back with probability 0.3. Half of them bought twice in the last month, and
/// `warm` of these do.
fn world(customers: u64, warm: f64) -> Vec<Vec<Example>> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut uniform = move || -> f64 { StandardUniform.sample(&mut rng) };
    let mut landmark = || -> Vec<Example> {
        let of = |customer: u64| {
            let is_warm = uniform() < 0.5;
            let age = 100 + (300.0 * uniform()) as i32;
            let bought = |day| Purchase { day, gross_micros: 1_000_000, refunded_micros: 0 };
            let last = if is_warm { [age - 20, age - 3] } else { [20, 60] };
            let habits =
                Habits::of([bought(0), bought(last[0]), bought(last[1])], age, &[], &Contacts::default())
                    .unwrap();
            let came_back = uniform() < if is_warm { warm } else { 0.6 - warm };
            Example { customer, habits, alive: 0.6, returns: 0.3, expected: 0.5, came: u32::from(came_back) }
        };
        (0..customers).map(of).collect()
    };
    (0..3).map(|_| landmark()).collect()
}

#[test]
fn what_models_do_not_see_is_learned_and_counts() {
    let world = world(2_000, 0.5);
    let learned = learn(&world, GO_ON).unwrap().unwrap();
    let Score { value: weight, standard_error } = learned.weight;
    assert!(weight > 0.9 && standard_error.unwrap() < 0.1, "{:?}", learned.weight);
    // In the mean of those who come with 0.5 and 0.1 instead of 0.3: 0.6109 - 0.5091 of the entropy.
    assert!((learned.gain.value - 0.1018).abs() < 0.012, "{:?}", learned.gain);
    assert!(learned.gain.value > 5.0 * learned.gain.standard_error.unwrap());
    let learner = learned.learner.unwrap();
    let errors = |example: &Example| {
        let wanted =
            if example.habits.with_alive(0.6)[Habit::LastFourWeeks as usize] > 1.0 { 0.5 } else { 0.1 };
        (learner.shift(&example.habits, 0.6).of(0.3) - wanted).abs()
    };
    let error = world[0].iter().map(errors).sum::<f64>() / 2_000.0;
    assert!(error < 0.03, "{error}");
    // What it is learned from is all there is: nothing of the mean gap alone.
    let most = learned.importance.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap();
    assert!(most.1 > 0.5, "{:?}", learned.importance);
    // As many come back as the models say.
    assert!(learned.moved.iter().all(|moved| (moved - 1.0).abs() < 0.05), "{:?}", learned.moved);
}

#[test]
fn what_is_learned_counts_as_much_as_landmarks_do() {
    let world = world(500, 0.5);
    let whole = learn(&world, GO_ON).unwrap().unwrap();
    let half = whole.clone().counting(0.5);
    let weight = |of: &Learned| of.learner.as_ref().map(Learner::weight);
    assert_eq!(weight(&half), weight(&whole).map(|weight| 0.5 * weight));
    for (half, whole) in half.moved.iter().zip(&whole.moved) {
        assert!((half - 1.0 - 0.5 * (whole - 1.0)).abs() < 1e-12, "{half} {whole}");
    }
    assert!(whole.factor((0, 3), 0.3).total_cmp(&1.0).is_ne());
    let (half, whole) = (half.factor((0, 3), 0.3), whole.factor((0, 3), 0.3));
    assert!((half - 1.0 - 0.5 * (whole - 1.0)).abs() < 1e-12, "{half} {whole}");
    let none = learn(&world, GO_ON).unwrap().unwrap().counting(0.0);
    assert_eq!((none.learner.clone(), none.factor((0, 3), 0.3).to_bits()), (None, 1.0_f64.to_bits()));
}

#[test]
fn where_models_know_it_all_trees_do_not_speak() {
    for customers in [40, 400, 4_000] {
        let learned = learn(&world(customers, 0.3), GO_ON).unwrap().unwrap();
        assert!(learned.weight.value < 0.25, "{customers}: {:?}", learned.weight);
        assert!(learned.gain.value > -1e-3, "{customers}: {:?}", learned.gain);
    }
}

#[test]
fn a_season_that_comes_once_does_not_count() {
    // Those who bought of late come back after one landmark, and do not after the others.
    let mut landmarks: Vec<Vec<Example>> = [0.55, 0.05, 0.3].map(|warm| world(2_000, warm).remove(0)).into();
    let by_one = learn(&landmarks, GO_ON).unwrap().unwrap();
    assert!(by_one.weight.value < 0.2, "{:?}", by_one.weight);
    landmarks[1] = world(2_000, 0.55).remove(1);
    landmarks[2] = world(2_000, 0.55).remove(2);
    let by_all = learn(&landmarks, GO_ON).unwrap().unwrap();
    assert!(by_all.weight.value > 0.9, "{:?}", by_all.weight);
}

#[test]
fn the_same_is_learned_on_any_number_of_threads() {
    let world = world(500, 0.5);
    let by = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| learn(&world, GO_ON)).unwrap().unwrap()
    };
    assert_eq!(by(1), by(3));
}

#[test]
fn little_to_learn_from_is_no_learner_and_nothing_odd_is_an_error() {
    let world = world(50, 0.5);
    let nobody: &[Vec<Example>] = &[];
    assert_eq!(learn(nobody, GO_ON).unwrap(), None);
    assert_eq!(learn(&world[..1], GO_ON).unwrap(), None, "one landmark has no other");
    assert_eq!(learn(&[world[0].clone(), Vec::new()], GO_ON).unwrap(), None);
    let of_even = |landmark: &Vec<Example>| -> Vec<Example> {
        landmark.iter().copied().filter(|example| example.customer.is_multiple_of(2)).collect()
    };
    assert_eq!(learn(&world.iter().map(of_even).collect::<Vec<_>>(), GO_ON).unwrap(), None);
    // Habits that are the same for everybody, nobody who came back, and everybody sure to.
    let same = |change: &dyn Fn(&mut Example)| {
        let mut changed = world.clone();
        changed.iter_mut().flatten().for_each(change);
        learn(&changed, GO_ON).unwrap().unwrap()
    };
    same(&|example| example.habits = Habits::new_customer());
    let nobody = same(&|example| example.came = 0);
    assert!(nobody.moved.iter().all(|moved| *moved < 1.0));
    same(&|example| (example.returns, example.came) = (1.0, 1));
    same(&|example| (example.returns, example.expected) = (0.0, 0.0));
    assert!(matches!(learn(&world, &|| false), Err(LearnError::Cancelled)));
}

#[test]
fn trees_that_are_kept_say_what_they_said_when_they_were_grown() {
    let world = world(500, 0.5);
    let examples: Vec<&Example> = world.iter().flatten().collect();
    let told: Vec<(usize, &Example)> = examples.iter().map(|&example| (0, example)).collect();
    let trees = grow(&lesson(&told), Moves::Odds, GO_ON).unwrap();
    // By the crate itself, with the same data.
    let looked: Vec<f32> = examples.iter().flat_map(|example| example.looked()).collect();
    let came: Vec<f32> = examples.iter().map(|example| f32::from(u8::from(example.came_back()))).collect();
    let offset: Vec<f32> = examples.iter().map(|example| logit(example.returns()) as f32).collect();
    let data = DMatrix::from_dense(&looked, examples.len(), HABITS).unwrap();
    let data = data.with_labels(&came).unwrap().with_base_margin(&offset).unwrap();
    let trained = Trainer::new(&parameters(Moves::Odds).unwrap(), &data, TREES).train().unwrap();
    let said = trained.model.predict(&data, hessboost::prelude::Iterations::Best).unwrap();
    for (example, said) in examples.iter().zip(said.as_slice()) {
        let shift = Shift::by(trees.moved(&example.looked()), 1.0);
        assert!((shift.of(0.3) - f64::from(*said)).abs() < 1e-5, "{example:?}: {said}");
    }
}
