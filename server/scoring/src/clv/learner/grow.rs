//! How trees are grown, and made ours.

use super::habit::{HABITS, Looked};
use super::trees::{Node, Trees};
use hessboost::error::HessboostError;
use hessboost::prelude::{DMatrix, Objective, RegLoss, Trainer, TrainingParams};
use std::ops::ControlFlow;

/// Trees, which are few enough for a customer to take less than a microsecond.
pub(super) const TREES: usize = 50;
/// How much of what is missing each tree takes.
const LEARNING_RATE: f64 = 0.1;
/// Pulls what a leaf says to nothing, as if so much information spoke for that; a customer with even odds has 1/4.
const PENALTY: f64 = 5.0;
/// Thresholds a habit has at most.
const THRESHOLDS: usize = 64;

/// What trees move of what models say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moves {
    /// The log-odds of a purchase.
    Odds,
    /// The logarithm of how many come.
    Rate,
}

impl Moves {
    /// Questions from the root of a tree to a leaf. How fast somebody buys goes by one habit or two; by three, trees learned chance of few customers.
    const fn depth(self) -> usize {
        match self {
            Self::Odds => 3,
            Self::Rate => 2,
        }
    }

    /// A leaf needs at least so much information: p (1 - p) of each customer, or what a number tells of its logarithm.
    const fn least_in_leaf(self) -> f64 {
        match self {
            Self::Odds => 5.0,
            Self::Rate => 20.0,
        }
    }

    fn objective(self) -> Objective {
        match self {
            Self::Odds => Objective::BinaryLogistic(RegLoss::default()),
            Self::Rate => Objective::Poisson,
        }
    }
}

/// What trees are grown from, a customer on a landmark each.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    pub(super) looked: Vec<Looked>,
    /// 1 for whoever came back and 0 for others, or how many purchases came.
    pub(super) came: Vec<f32>,
    /// What models say, in the logarithms that are moved.
    pub(super) offset: Vec<f32>,
    /// How much each counts; as much as any other without.
    pub(super) weights: Option<Vec<f32>>,
}

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// Nobody wants it any more.
    #[error("learning was cancelled")]
    Cancelled,
    /// The crate that grows trees refused.
    #[error("trees could not be grown: {0}")]
    Trees(#[from] HessboostError),
    /// It grew others than were asked for.
    #[error("trees were grown that cannot be kept")]
    Form,
}

/// Trees that move what models say. None at all of nobody.
pub(super) fn grow(
    lesson: &Lesson,
    moves: Moves,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Trees, LearnError> {
    let all = &lesson.looked;
    if all.is_empty() {
        return Ok(Trees::default());
    }
    if !go_on() {
        return Err(LearnError::Cancelled);
    }
    let habits = telling(all);
    let looked: Vec<f32> =
        all.iter().flat_map(|looked| habits.iter().map(|&habit| looked[usize::from(habit)])).collect();
    let mut data = DMatrix::from_dense(&looked, all.len(), habits.len())?
        .with_labels(&lesson.came)?
        .with_base_margin(&lesson.offset)?;
    if let Some(weights) = &lesson.weights {
        data = data.with_weights(weights)?;
    }
    let trained = Trainer::new(&parameters(moves)?, &data, TREES)
        .on_round(|_| if go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        .train()?;
    if !go_on() {
        return Err(LearnError::Cancelled);
    }
    let is_known =
        habits.iter().map(|&habit| all.iter().all(|of| !of[usize::from(habit)].is_nan())).collect();
    kept(trained.model.trees(), &Asked { habits, is_known }).ok_or(LearnError::Form)
}

/// Places of the habits in which somebody differs from somebody else, which are all that trees can ask; the first where nobody does.
fn telling(all: &[Looked]) -> Vec<u8> {
    let differs = |&habit: &u8| {
        let of = |looked: &Looked| looked[usize::from(habit)].to_bits();
        all.windows(2).any(|pair| of(&pair[0]) != of(&pair[1]))
    };
    let mut habits: Vec<u8> = (0..HABITS as u8).filter(differs).collect();
    if habits.is_empty() {
        habits.push(0);
    }
    habits
}

/// What trees were grown from.
struct Asked {
    /// Places of the habits, in the order of the columns.
    habits: Vec<u8>,
    /// Whether each is known of everybody.
    is_known: Vec<bool>,
}

/// How trees are grown: on one thread each, as there are several lessons at once.
pub(super) fn parameters(moves: Moves) -> Result<TrainingParams, HessboostError> {
    TrainingParams::builder()
        .objective(moves.objective())
        .nthread(1)
        .eta(LEARNING_RATE)
        .max_depth(moves.depth())
        .lambda(PENALTY)
        .min_child_weight(moves.least_in_leaf())
        .max_bin(THRESHOLDS)
        .build()
}

/// Trees as they are kept; `None` where they are none of ours.
fn kept(grown: &[hessboost::tree::RegTree], asked: &Asked) -> Option<Trees> {
    let (mut nodes, mut roots): (Vec<Node>, Vec<u16>) = (Vec::new(), Vec::new());
    for tree in grown {
        let first = u16::try_from(nodes.len()).ok()?;
        roots.push(first);
        let values = means(tree.nodes());
        for (node, value) in tree.nodes().iter().zip(values) {
            let child = |place: i32| u16::try_from(place).ok()?.checked_add(first);
            let is_leaf = node.is_leaf();
            let column = usize::try_from(node.split_feature).ok()?;
            nodes.push(Node {
                habit: if is_leaf { 0 } else { *asked.habits.get(column)? },
                unknown_below: if !is_leaf && asked.is_known[column] {
                    most_are_below(tree.nodes(), node)
                } else {
                    node.default_left
                },
                below: if is_leaf { 0 } else { child(node.left)? },
                above: if is_leaf { 0 } else { child(node.right)? },
                threshold: node.split_cond,
                value,
            });
        }
    }
    Trees::new(nodes, roots)
}

/// Whether most of what was known at a node is of those who went below: where nobody was without the habit, who is goes with the most.
fn most_are_below(nodes: &[hessboost::tree::Node], node: &hessboost::tree::Node) -> bool {
    let known =
        |child: i32| usize::try_from(child).ok().and_then(|child| nodes.get(child)).map(|of| of.sum_hess);
    known(node.left) >= known(node.right)
}

/// What each node of a tree says: of a leaf its own, of others the mean of what is below, by how much information is there.
fn means(nodes: &[hessboost::tree::Node]) -> Vec<f32> {
    let mut values: Vec<f32> = nodes.iter().map(|node| node.leaf_value).collect();
    // Children come after their parents.
    for (place, node) in nodes.iter().enumerate().rev().filter(|(_, node)| !node.is_leaf()) {
        let of = |child: i32| {
            let child = usize::try_from(child).unwrap_or(0);
            (nodes[child].sum_hess, values[child])
        };
        let ((below, lower), (above, upper)) = (of(node.left), of(node.right));
        values[place] = (below * lower + above * upper) / (below + above);
    }
    values
}
