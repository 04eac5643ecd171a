//! Maximum likelihood and maximum a posteriori by Newton's method.
//!
//! | file | idea |
//! |---|---|
//! | `purchase_model` | any purchase model to a table |
//! | `penalised` | MBG/CNBD-k with beliefs about shops in general, for shops whose data determine no model |
//! | `search` | from several starts to the best maximum |
//! | `optimize` | for a number of parameters known beforehand |
//! | `newton` | for any number of parameters |
//! | `parallel` | sums over tables, the same for any number of threads |
//! | `outcome` | what a fit says: errors, warnings, histogram |

pub(super) mod newton;
pub(super) mod optimize;
pub(super) mod outcome;
pub(super) mod parallel;
pub(super) mod penalised;
pub(super) mod purchase_model;
pub(super) mod search;
