//! What to keep in mind when using an answer.

use std::fmt;

/// What a warning is about, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningCode {
    /// Nothing has happened for long, so the answer is as of the latest event and not of now.
    AsOfLatestEvent,
    /// A filter could not be decided for some customers, who were left out.
    FilterUndecided,
    /// Nothing was bought in the window.
    NoPurchases,
    /// Nobody answered in the window.
    NoAnswers,
    /// The history is shorter than what is asked about it.
    InsufficientHistory,
    /// Nobody was there to begin with, so there are no rates.
    NobodyAtStart,
    /// Nobody was followed for any time.
    NobodyFollowed,
    /// A period is not over yet.
    PeriodNotOver,
    /// A number rests on few observations.
    FewObservations,
    /// Customers answered surveys of both kinds, which are different metrics.
    MixedSurveyKinds,
    /// Nobody whom a referral names is among the customers asked about.
    NoAdvocates,
    /// Where some customers come from is unknown, so a number lies between bounds.
    UnknownSources,
    /// No silence of the window has ended.
    NoReturns,
    /// No silence is long enough for the threshold.
    ThresholdNotReached,
    /// There are too many customers in too many groups for intervals of groups.
    NoIntervalsOfGroups,
    /// A group has no projection.
    GroupNotProjected,
    /// Retention rates rise because those likely to leave have left.
    SortingEffect,
    /// Scores use fixed thresholds, for there are too few buyers to compare with.
    FixedThresholds,
    /// A list was cut.
    ListCut,
    /// Deliveries are not recorded, and invitations count as delivered.
    DeliveriesAssumed,
    /// No invitation or delivery is recorded.
    NoInvitations,
    /// Answers have weights, which this number does not use.
    WeightsNotUsed,
    /// What is compared shares answers.
    AnswersShared,
    /// There is nothing to estimate a variance from, so the worst case is taken.
    WorstCaseTaken,
    /// There are more answers than customers.
    PopulationTooSmall,
    /// Customers are in groups in which nobody answered.
    StrataWithoutAnswers,
    /// Facts are read after what is asked about, by when whoever stays has more of them.
    FactsAfterOutcome,
    /// Answers without a customer are in no group.
    AnswersWithoutStratum,
    /// Nothing was fitted: a prior about shops in general.
    PriorOnly,
    /// The data alone determine no model well enough.
    WeakBeliefs,
    /// Values of purchases are taken from a mean, for few customers tell what they are.
    ValueFromMean,
    /// There is no value model.
    NoValueModel,
    /// A value of a covariate was unknown when the model was fitted.
    UnseenCovariateValue,
    /// The model's parameters are at a border or hardly determined.
    ParametersUncertain,
    /// Customers seem all alike in something, or all or nothing.
    CustomersAlike,
    /// The estimate rests on few repeat buyers.
    FewRepeatBuyers,
    /// Customers unlike all others were left out.
    OutliersLeftOut,
    /// The value of purchases goes with their frequency, which the value model takes as independent.
    ValueGoesWithFrequency,
    /// Nobody with a value of a covariate came back.
    NobodyCameBack,
    /// Customers whose purchases were worth nothing were left out.
    WorthlessLeftOut,
    /// Nothing was spent in the window, or nobody recorded it.
    NoCosts,
    /// Part of the costs is of no group.
    CostsWithoutGroup,
    /// What is compared as independent shares customers.
    CustomersShared,
    /// Answers are to several questions, which are never mixed.
    SeveralQuestions,
    /// No score is above 5, as if they were given on another scale than that of the NPS.
    LowScoresOnly,
    /// The activity window that is used where none is named is far from the one that the data suggest.
    UnusualActivityWindow,
    /// The default model is due to be chosen and fitted, and the answer is of what was there already.
    ModelProvisional,
}

/// What to keep in mind when using a number or an answer: for programs, and in a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// The sentence, without a capital and without a full stop.
    pub sentence: String,
}

impl Warning {
    /// A warning.
    pub fn new(code: WarningCode, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Why something was left out of an answer, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExclusionCode {
    /// Customers who do not match the filter.
    NotMatching,
    /// Answers without a customer, of whom a filter knows nothing.
    WithoutCustomer,
    /// Customers of whom the filter could not be decided.
    Undecided,
    /// Customers who first bought too late to be followed.
    TooNew,
    /// Customers without a purchase.
    WithoutPurchase,
    /// Answers that nobody is known to have been asked for.
    Unsolicited,
}

/// Something that an answer left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Why, for programs.
    pub code: ExclusionCode,
    /// Why, in words.
    pub cause: &'static str,
    /// How many.
    pub count: u64,
}
