//! When customers buy, and when they leave for good.
//!
//! | folder | idea |
//! |---|---|
//! | `bg` | BG/NBD, MBG/NBD: leaving after a purchase |
//! | `cnbd` | BG/CNBD-k, MBG/CNBD-k: the same, buying regularly |
//! | `pareto` | Pareto/NBD: leaving at any moment |
//! | `bg_bb` | BG/BB: opportunities that are used or not |
//! | `nbd` | NBD: never leaving |
//! | `sbg` | sBG: contracts |

pub(crate) mod bg;
pub(crate) mod bg_bb;
pub(crate) mod cnbd;
pub(crate) mod nbd;
pub(crate) mod pareto;
pub(crate) mod sbg;
