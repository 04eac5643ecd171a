//! How any question is asked; nothing here knows one.
//!
//! | file | idea |
//! |---|---|
//! | `moment` | the instant and revision a question is about, and where its answer comes from |
//! | `filter`, `facts` | which customers, by what is known of them |
//! | `measure` | a question about everybody, and the one way in which such are answered |
//! | `grid`, `tally` | where things are counted, and how what is counted adds up |
//! | `groups`, `group_terms`, `periods` | by attributes and facts, by calendar |
//! | `estimates` | numbers with their intervals |
//! | `purchases`, `discounts` | refunds taken off, days counted, what was at a discount |
//! | `cases` | support cases and their steps |
//! | `day` | days since 1970 and dates |
//! | `page`, `ranked` | a part of a list at a time, the first of an order |
//! | `scan` | looking at everybody |
//! | `remembered` | numbers of customers, for as long as their history stays as it was |
//! | `caller` | who asks, with what left to use |
//! | `turns`, `pool`, `fit_load` | whose turn it is to do heavy work, the threads for it, and how much there is |

pub(crate) mod caller;
pub(crate) mod cases;
pub(crate) mod day;
pub(crate) mod discounts;
pub(crate) mod estimates;
pub(crate) mod facts;
pub(crate) mod filter;
pub(crate) mod fit_load;
pub(crate) mod grid;
pub(crate) mod group_terms;
pub(crate) mod groups;
pub(crate) mod measure;
pub(crate) mod moment;
pub(crate) mod page;
pub(crate) mod periods;
pub(crate) mod pool;
pub(crate) mod purchases;
pub(crate) mod ranked;
pub(crate) mod remembered;
pub(crate) mod scan;
pub(crate) mod tally;
pub(crate) mod turns;
