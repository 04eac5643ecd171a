//! A learner beside the models: what habits say of who comes back that no model of the family says.
//!
//! Purchase models look at how often a customer bought, when last and since when. Customers who come in bursts, every spring or less
//! often each time leave traces of that in their purchase days, and trees find them.
//!
//! | file | idea |
//! |---|---|
//! | `habits` | what is looked at: numbers about one customer's purchase days |
//! | `trees` | trees that say how habits move the odds of another purchase, and which habit moved them how far |
//! | `shift` | what moved odds make of everything else that is expected |
//! | `learn` | trees learned from what came after past days, and how much they count |

pub(super) mod habits;
pub(super) mod learn;
pub(super) mod shift;
pub(super) mod trees;
