//! Early warnings: who may be leaving, how sure that is, and what became of those who showed the same before.
//!
//! | file | idea |
//! |---|---|
//! | `signs` | what is seen of a customer as of a day |
//! | `reading`, `spending`, `refunding`, `answering` | that, read from a history |
//! | `shop` | what is usual in a shop, which signs are held against |
//! | `dates` | days in the past after which a horizon has passed |
//! | `past` | what became of those who showed signs on them |
//! | `standards` | all of that, made once for many questions |
//! | `warners` | who is warned of at a moment, and with what |
//! | `names` | what a warning is called |
//! | `words` | what is seen, in a sentence |
//! | `acknowledgements` | warnings that somebody has taken care of |

pub(crate) mod acknowledge_warning;
pub(crate) mod acknowledgements;
mod answering;
mod dates;
pub(crate) mod get_warning_quality;
pub(crate) mod list_early_warnings;
mod names;
pub(crate) mod past;
mod reading;
mod refunding;
mod shop;
pub(crate) mod signs;
mod spending;
pub(crate) mod standards;
pub(crate) mod warners;
pub(crate) mod watch_early_warnings;
mod words;
