//! Trees that say how much habits move what models say, the log-odds of another purchase or the logarithm of a pace, and how much of that is due
//! to which habit.
//!
//! A tree asks one habit after the other whether it is below a threshold. Each of its nodes has a value, that of an inner one the mean of the
//! customers who were there when it was learned. On the way from the root to a leaf the value changes step by step, and each step is due to the
//! habit asked there (Saabas, "Interpreting random forests", 2014), so that
//!
//! ```text
//! moved = sum over trees of value(root) + sum over habits of what they moved                                   (1)
//! ```
//!
//! holds exactly and costs no more than the answer.

use super::habit::{HABITS, Habit, Looked};
use serde::{Deserialize, Serialize};

/// No child has this place, since the first node is a root.
const LEAF: u16 = 0;

/// One node of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Node {
    /// Place of the habit asked.
    pub(super) habit: u8,
    /// Whether those of whom it is not known go on as if it were below.
    pub(super) unknown_below: bool,
    /// Where those go on who have less than [`Self::threshold`]; [`LEAF`] at a leaf.
    pub(super) below: u16,
    /// Where the others do.
    pub(super) above: u16,
    pub(super) threshold: f32,
    /// Of a leaf what it says, of others the mean.
    pub(super) value: f32,
}

/// Trees whose sum is how much habits move log-odds, or the logarithm of a pace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(in crate::clv) struct Trees {
    nodes: Vec<Node>,
    roots: Vec<u16>,
    /// Which habits are asked, by their places.
    asked: [bool; HABITS],
}

/// How they are kept: a list each, so that the names of a node's parts are not written a thousand times.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    roots: Vec<u16>,
    habit: Vec<u8>,
    unknown_below: Vec<bool>,
    below: Vec<u16>,
    above: Vec<u16>,
    threshold: Vec<f32>,
    value: Vec<f32>,
}

impl From<Trees> for Stored {
    fn from(Trees { nodes, roots, .. }: Trees) -> Self {
        Self {
            roots,
            habit: nodes.iter().map(|node| node.habit).collect(),
            unknown_below: nodes.iter().map(|node| node.unknown_below).collect(),
            below: nodes.iter().map(|node| node.below).collect(),
            above: nodes.iter().map(|node| node.above).collect(),
            threshold: nodes.iter().map(|node| node.threshold).collect(),
            value: nodes.iter().map(|node| node.value).collect(),
        }
    }
}

impl TryFrom<Stored> for Trees {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let node = |i: usize| {
            Some(Node {
                habit: *stored.habit.get(i)?,
                unknown_below: *stored.unknown_below.get(i)?,
                below: *stored.below.get(i)?,
                above: *stored.above.get(i)?,
                threshold: *stored.threshold.get(i)?,
                value: *stored.value.get(i)?,
            })
        };
        let nodes: Option<Vec<Node>> = (0..stored.habit.len()).map(node).collect();
        let nodes = nodes.ok_or("the parts of its nodes are not as many as the nodes")?;
        Self::new(nodes, stored.roots).ok_or_else(|| "its nodes do not make trees".to_owned())
    }
}

/// Why customers are more or less likely to come back than the models say, or come at another pace.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// What is said of everybody.
    pub of_everybody: f64,
    /// What each habit moves, in the order of [`Habit::ALL`], in log-odds or the logarithm of the pace.
    pub of_habits: [f64; HABITS],
}

impl Attribution {
    /// (1).
    #[must_use]
    pub fn moved(&self) -> f64 {
        self.of_everybody + self.of_habits.iter().sum::<f64>()
    }
}

impl Trees {
    /// `None` unless every way down ends.
    pub(super) fn new(nodes: Vec<Node>, roots: Vec<u16>) -> Option<Self> {
        let is_further = |from: usize, to: u16| usize::from(to) > from && usize::from(to) < nodes.len();
        let ends = |(place, node): (usize, &Node)| {
            node.below == LEAF
                || (usize::from(node.habit) < HABITS
                    && is_further(place, node.below)
                    && is_further(place, node.above))
        };
        let is_whole = nodes.iter().enumerate().all(ends)
            && roots.iter().all(|&root| usize::from(root) < nodes.len())
            && nodes.iter().all(|node| node.value.is_finite());
        let mut asked = [false; HABITS];
        let questions = nodes.iter().filter(|node| node.below != LEAF && is_whole);
        questions.for_each(|node| asked[usize::from(node.habit)] = true);
        is_whole.then_some(Self { nodes, roots, asked })
    }

    /// Calls `step` with the place of the habit asked and the nodes before and after it, from each root to a leaf.
    #[inline]
    fn walk(&self, looked: &Looked, mut leaf: impl FnMut(&Node), mut step: impl FnMut(u8, &Node, &Node)) {
        for &root in &self.roots {
            let mut node = &self.nodes[usize::from(root)];
            while node.below != LEAF {
                let found = looked[usize::from(node.habit)];
                let is_below = if found.is_nan() { node.unknown_below } else { found < node.threshold };
                let next = &self.nodes[usize::from(if is_below { node.below } else { node.above })];
                step(node.habit, node, next);
                node = next;
            }
            leaf(node);
        }
    }

    /// Whether any of them asks for a habit.
    pub(in crate::clv) const fn ask(&self, habit: Habit) -> bool {
        self.asked[habit as usize]
    }

    /// How much somebody's habits move.
    pub(in crate::clv) fn moved(&self, looked: &Looked) -> f64 {
        let mut sum = 0.0;
        self.walk(looked, |leaf| sum += f64::from(leaf.value), |_, _, _| ());
        sum
    }

    /// The same habit by habit (1).
    pub(in crate::clv) fn attribution(&self, looked: &Looked) -> Attribution {
        let value = |node: &Node| f64::from(node.value);
        let of_everybody = self.roots.iter().map(|&root| value(&self.nodes[usize::from(root)])).sum();
        let mut of_habits = [0.0; HABITS];
        self.walk(looked, |_| (), |habit, from, to| of_habits[usize::from(habit)] += value(to) - value(from));
        Attribution { of_everybody, of_habits }
    }

    /// How far each habit moves that in the mean of customers, either way, in the order of [`Habit::ALL`].
    pub(super) fn importance<'l>(&self, of: impl Iterator<Item = &'l Looked>) -> Vec<(Habit, f64)> {
        let (mut sums, mut customers) = ([0.0; HABITS], 0.0);
        for looked in of {
            customers += 1.0;
            for (sum, moved) in sums.iter_mut().zip(self.attribution(looked).of_habits) {
                *sum += moved.abs();
            }
        }
        Habit::ALL.into_iter().zip(sums).map(|(habit, sum)| (habit, sum / f64::max(customers, 1.0))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(value: f32) -> Node {
        Node { habit: 0, unknown_below: false, below: LEAF, above: LEAF, threshold: 0.0, value }
    }

    fn ask(habit: Habit, threshold: f32, [below, above]: [u16; 2], value: f32) -> Node {
        Node { habit: habit as u8, unknown_below: true, below, above, threshold, value }
    }

    /// Two trees: silence and then the mean gap, and a leaf alone.
    fn two() -> Trees {
        let nodes = vec![
            ask(Habit::DaysSilent, 30.0, [1, 2], 0.1),
            leaf(0.5),
            ask(Habit::MeanGap, 20.0, [3, 4], -0.25),
            leaf(-0.75),
            leaf(0.25),
            leaf(0.125),
        ];
        Trees::new(nodes, vec![0, 5]).unwrap()
    }

    fn looked(silent: f32, gap: f32) -> Looked {
        let mut all = [0.0; HABITS];
        (all[Habit::DaysSilent as usize], all[Habit::MeanGap as usize]) = (silent, gap);
        all
    }

    #[test]
    fn what_habits_move_adds_up_to_what_is_said() {
        for (silent, gap, wanted) in [
            (29.9, 50.0, 0.625),
            (30.0, 50.0, 0.375),
            (40.0, 10.0, -0.625),
            // Of whom a gap is not known, go on below.
            (40.0, f32::NAN, -0.625),
        ] {
            let looked = looked(silent, gap);
            assert!((two().moved(&looked) - wanted).abs() < 1e-7, "{silent} {gap}");
            assert!((two().attribution(&looked).moved() - wanted).abs() < 1e-7, "{silent} {gap}");
        }
        let why = two().attribution(&looked(40.0, 10.0));
        let of = |habit: Habit| why.of_habits[habit as usize];
        assert!((why.of_everybody - 0.225).abs() < 1e-7);
        assert!((of(Habit::DaysSilent) + 0.35).abs() < 1e-7 && (of(Habit::MeanGap) + 0.5).abs() < 1e-7);
        assert!(why.of_habits.iter().filter(|moved| **moved == 0.0).count() == HABITS - 2);
    }

    #[test]
    fn what_is_kept_is_read_again_and_what_makes_no_tree_is_refused() {
        let text = serde_json::to_string(&two()).unwrap();
        assert_eq!(serde_json::from_str::<Trees>(&text).unwrap(), two());
        let asked = Habit::ALL.into_iter().filter(|&habit| two().ask(habit));
        assert_eq!(asked.collect::<Vec<_>>(), [Habit::DaysSilent, Habit::MeanGap]);
        for (from, to) in [
            // A way without an end, a node and a habit that there are not, a root beyond, and a list that is too short.
            ("\"below\":[1,0,3", "\"below\":[1,0,1"),
            ("\"above\":[2,", "\"above\":[9,"),
            ("\"habit\":[3,", "\"habit\":[99,"),
            ("\"roots\":[0,5]", "\"roots\":[0,6]"),
            ("\"value\":[0.1,", "\"value\":["),
        ] {
            let broken = text.replace(from, to);
            assert_ne!(broken, text, "{from}");
            assert!(serde_json::from_str::<Trees>(&broken).is_err(), "{to}");
        }
    }

    /// As kept when there were 18 habits, the last of which was what models say.
    #[test]
    fn trees_of_before_there_was_spend_say_what_they_said() {
        let kept = r#"{"roots":[0,5],"habit":[17,0,3,0,0,14,0,0],"unknown_below":[true,false,false,false,false,true,false,false],
            "below":[1,0,3,0,0,6,0,0],"above":[2,0,4,0,0,7,0,0],"threshold":[0.4,0.0,30.0,0.0,0.0,6.5,0.0,0.0],
            "value":[0.1,-0.5,0.3,0.75,-0.25,0.0,-0.125,0.5]}"#;
        let trees: Trees = serde_json::from_str(kept).unwrap();
        for (alive, silent, nps, wanted) in
            [(0.3, 10.0, 9.0, 0.0), (0.5, 10.0, f32::NAN, 0.625), (0.5, 40.0, 2.0, -0.375)]
        {
            let mut looked = [f32::NAN; HABITS];
            looked[Habit::AliveProbability as usize] = alive;
            looked[Habit::DaysSilent as usize] = silent;
            looked[Habit::LastNps as usize] = nps;
            assert!((trees.moved(&looked) - wanted).abs() < 1e-7, "{alive} {silent} {nps}");
        }
    }
}
