//! Versions of the documents of fitted models. A document has the least that tells all of it, so that older servers refuse what they would
//! misread, and nothing else.

/// One purchase model by maximum likelihood, and its value model.
pub(crate) const PLAIN: u32 = 1;
/// Models with covariates, which a server that knows none would take for models of everybody.
pub(crate) const WITH_COVARIATES: u32 = 2;
/// Models by maximum a posteriori, which would be taken for the maximum likelihood.
pub(crate) const PENALISED: u32 = 3;
/// Models that are averaged over their posterior, which would be taken for its mode.
pub(crate) const AVERAGED: u32 = 4;
/// Several models that answer as one, which would be taken for the first of them.
pub(crate) const MIXED: u32 = 5;
/// A learner beside the models, which would be left out.
pub(crate) const WITH_LEARNER: u32 = 6;
/// BG/BB of anniversaries, which cannot be read.
pub(crate) const DATED: u32 = 7;
/// Rates that drift or have a season, which would be taken for the same for ever.
pub(crate) const WITH_PACE: u32 = 8;
/// Ranges of single customers that reach further out, or less far, than its models say, which would be told as they say.
pub(crate) const WITH_TAILS: u32 = 9;
/// Values that go with frequency, which would be taken as independent of it.
pub(crate) const BY_FREQUENCY: u32 = 10;
/// Customers who come at a pace of their own, which would be taken for that of models.
pub(crate) const WITH_OWN_PACE: u32 = 11;
/// Groups that are off beside the whole shop, whose ranges would be told too narrow.
pub(crate) const WITH_GROUPS: u32 = 12;
/// No later one can be read.
pub(crate) const LATEST: u32 = WITH_GROUPS;
