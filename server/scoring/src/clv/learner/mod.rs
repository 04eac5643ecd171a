//! A learner beside the models: what habits say of who comes back, and how often, that no model of the family says.
//!
//! Purchase models look at how often a customer bought, when last and since when. Customers who come in bursts, every spring or less
//! often each time leave traces of that in their purchase days, and trees find them. What they spend and say tells more of some.
//!
//! | file | idea |
//! |---|---|
//! | `habit` | what is looked at, one thing after the other |
//! | `habits` | the same of one customer: numbers about their purchase days, and all that follows |
//! | `spending` | what purchase days were worth, discounts and refunds |
//! | `contacts` | what they told us |
//! | `trees` | trees that say how habits move the odds of another purchase, and which habit moved them how far |
//! | `shift` | what moved odds make of everything else that is expected |
//! | `example` | what models said of a customer on a past day, and what came |
//! | `grow` | how trees are grown, and made ours |
//! | `cross_fit` | what trees say of customers and days that they have not seen |
//! | `own_pace` | trees that say how much faster or slower than models expect customers will buy |
//! | `learn` | trees learned from what came after past days, and how much they count |

pub(super) mod contacts;
pub(super) mod cross_fit;
pub(super) mod example;
pub(super) mod grow;
pub(super) mod habit;
pub(super) mod habits;
pub(super) mod learn;
pub(super) mod own_pace;
pub(super) mod shift;
pub(super) mod spending;
pub(super) mod trees;
