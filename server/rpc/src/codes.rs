//! Codes of warnings, causes and methods, for programs.

use lojal_domain::{ExclusionCode, Method, Methods, Warning, WarningCode};
use lojal_proto::v1;

/// Warnings as sentences, and the code of each.
pub(crate) fn warnings(warnings: Vec<Warning>) -> (Vec<String>, Vec<i32>) {
    warnings.into_iter().map(|of| (of.sentence, i32::from(warning(of.code)))).unzip()
}

pub(crate) fn methods(of: Methods) -> Vec<i32> {
    of.iter().map(|of| i32::from(method(of))).collect()
}

const fn warning(of: WarningCode) -> v1::WarningCode {
    match of {
        WarningCode::AsOfLatestEvent => v1::WarningCode::AsOfLatestEvent,
        WarningCode::FilterUndecided => v1::WarningCode::FilterUndecided,
        WarningCode::NoPurchases => v1::WarningCode::NoPurchases,
        WarningCode::NoAnswers => v1::WarningCode::NoAnswers,
        WarningCode::InsufficientHistory => v1::WarningCode::InsufficientHistory,
        WarningCode::NobodyAtStart => v1::WarningCode::NobodyAtStart,
        WarningCode::NobodyFollowed => v1::WarningCode::NobodyFollowed,
        WarningCode::PeriodNotOver => v1::WarningCode::PeriodNotOver,
        WarningCode::FewObservations => v1::WarningCode::FewObservations,
        WarningCode::MixedSurveyKinds => v1::WarningCode::MixedSurveyKinds,
        WarningCode::NoAdvocates => v1::WarningCode::NoAdvocates,
        WarningCode::UnknownSources => v1::WarningCode::UnknownSources,
        WarningCode::NoReturns => v1::WarningCode::NoReturns,
        WarningCode::ThresholdNotReached => v1::WarningCode::ThresholdNotReached,
        WarningCode::NoIntervalsOfGroups => v1::WarningCode::NoIntervalsOfGroups,
        WarningCode::GroupNotProjected => v1::WarningCode::GroupNotProjected,
        WarningCode::SortingEffect => v1::WarningCode::SortingEffect,
        WarningCode::FixedThresholds => v1::WarningCode::FixedThresholds,
        WarningCode::ListCut => v1::WarningCode::ListCut,
        WarningCode::DeliveriesAssumed => v1::WarningCode::DeliveriesAssumed,
        WarningCode::NoInvitations => v1::WarningCode::NoInvitations,
        WarningCode::WeightsNotUsed => v1::WarningCode::WeightsNotUsed,
        WarningCode::AnswersShared => v1::WarningCode::AnswersShared,
        WarningCode::WorstCaseTaken => v1::WarningCode::WorstCaseTaken,
        WarningCode::PopulationTooSmall => v1::WarningCode::PopulationTooSmall,
        WarningCode::StrataWithoutAnswers => v1::WarningCode::StrataWithoutAnswers,
        WarningCode::AnswersWithoutStratum => v1::WarningCode::AnswersWithoutStratum,
        WarningCode::PriorOnly => v1::WarningCode::PriorOnly,
        WarningCode::WeakBeliefs => v1::WarningCode::WeakBeliefs,
        WarningCode::ValueFromMean => v1::WarningCode::ValueFromMean,
        WarningCode::NoValueModel => v1::WarningCode::NoValueModel,
        WarningCode::UnseenCovariateValue => v1::WarningCode::UnseenCovariateValue,
        WarningCode::ParametersUncertain => v1::WarningCode::ParametersUncertain,
        WarningCode::CustomersAlike => v1::WarningCode::CustomersAlike,
        WarningCode::FewRepeatBuyers => v1::WarningCode::FewRepeatBuyers,
        WarningCode::OutliersLeftOut => v1::WarningCode::OutliersLeftOut,
        WarningCode::ValueGoesWithFrequency => v1::WarningCode::ValueGoesWithFrequency,
        WarningCode::NobodyCameBack => v1::WarningCode::NobodyCameBack,
        WarningCode::WorthlessLeftOut => v1::WarningCode::WorthlessLeftOut,
        WarningCode::NoCosts => v1::WarningCode::NoCosts,
        WarningCode::CostsWithoutGroup => v1::WarningCode::CostsWithoutGroup,
        WarningCode::FactsAfterOutcome => v1::WarningCode::FactsAfterOutcome,
        WarningCode::CustomersShared => v1::WarningCode::CustomersShared,
        WarningCode::SeveralQuestions => v1::WarningCode::SeveralQuestions,
        WarningCode::LowScoresOnly => v1::WarningCode::LowScoresOnly,
        WarningCode::UnusualActivityWindow => v1::WarningCode::UnusualActivityWindow,
        WarningCode::ModelProvisional => v1::WarningCode::ModelProvisional,
    }
}

pub(crate) const fn exclusion(of: ExclusionCode) -> v1::ExclusionCode {
    match of {
        ExclusionCode::NotMatching => v1::ExclusionCode::NotMatching,
        ExclusionCode::WithoutCustomer => v1::ExclusionCode::WithoutCustomer,
        ExclusionCode::Undecided => v1::ExclusionCode::Undecided,
        ExclusionCode::TooNew => v1::ExclusionCode::TooNew,
        ExclusionCode::WithoutPurchase => v1::ExclusionCode::WithoutPurchase,
        ExclusionCode::Unsolicited => v1::ExclusionCode::Unsolicited,
    }
}

const fn method(of: Method) -> v1::EstimateMethod {
    match of {
        Method::Ratio => v1::EstimateMethod::Ratio,
        Method::Wilson => v1::EstimateMethod::Wilson,
        Method::Newcombe => v1::EstimateMethod::Newcombe,
        Method::AdjustedWald => v1::EstimateMethod::AdjustedWald,
        Method::AdjustedWaldFinite => v1::EstimateMethod::AdjustedWaldFinite,
        Method::WeightedAdjustedWald => v1::EstimateMethod::WeightedAdjustedWald,
        Method::PostStratified => v1::EstimateMethod::PostStratified,
        Method::PairedNormal => v1::EstimateMethod::PairedNormal,
        Method::StudentT => v1::EstimateMethod::StudentT,
        Method::WelchT => v1::EstimateMethod::WelchT,
        Method::PairedT => v1::EstimateMethod::PairedT,
        Method::Mean => v1::EstimateMethod::Mean,
        Method::MeanOfRates => v1::EstimateMethod::MeanOfRates,
        Method::TrimmedMean => v1::EstimateMethod::TrimmedMean,
        Method::RatioByCustomer => v1::EstimateMethod::RatioByCustomer,
        Method::LogDelta => v1::EstimateMethod::LogDelta,
        Method::OrderStatistics => v1::EstimateMethod::OrderStatistics,
        Method::DeLong => v1::EstimateMethod::DeLong,
        Method::InfinitesimalJackknife => v1::EstimateMethod::InfinitesimalJackknife,
        Method::KaplanMeier => v1::EstimateMethod::KaplanMeier,
        Method::BootstrapExpandedPercentile => v1::EstimateMethod::BootstrapExpandedPercentile,
        Method::MaximumLikelihood => v1::EstimateMethod::MaximumLikelihood,
        Method::MaximumAPosteriori => v1::EstimateMethod::MaximumAPosteriori,
        Method::PosteriorMean => v1::EstimateMethod::PosteriorMean,
        Method::Mixture => v1::EstimateMethod::Mixture,
        Method::Prior => v1::EstimateMethod::Prior,
        Method::DeltaMethod => v1::EstimateMethod::DeltaMethod,
        Method::PosteriorSpread => v1::EstimateMethod::PosteriorSpread,
        Method::MixtureSpread => v1::EstimateMethod::MixtureSpread,
        Method::ParametricBootstrap => v1::EstimateMethod::ParametricBootstrap,
        Method::Recalibrated => v1::EstimateMethod::Recalibrated,
        Method::ClusteredByCustomer => v1::EstimateMethod::ClusteredByCustomer,
        Method::RidgeLogistic => v1::EstimateMethod::RidgeLogistic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs that read the text and programs that read the codes are told the same.
    #[test]
    fn a_method_is_called_the_same_in_text_and_code() {
        for value in 1.. {
            let Ok(code) = v1::EstimateMethod::try_from(value) else { break };
            let name = code.as_str_name().trim_start_matches("ESTIMATE_METHOD_").to_lowercase();
            assert!(ALL.iter().any(|of| of.name() == name && method(*of) == code), "{name}");
        }
        for of in ALL {
            let name = format!("ESTIMATE_METHOD_{}", of.name().to_uppercase());
            assert_eq!(method(of).as_str_name(), name);
        }
    }

    const ALL: [Method; 33] = [
        Method::Ratio,
        Method::Wilson,
        Method::Newcombe,
        Method::AdjustedWald,
        Method::AdjustedWaldFinite,
        Method::WeightedAdjustedWald,
        Method::PostStratified,
        Method::PairedNormal,
        Method::StudentT,
        Method::WelchT,
        Method::PairedT,
        Method::Mean,
        Method::MeanOfRates,
        Method::TrimmedMean,
        Method::RatioByCustomer,
        Method::LogDelta,
        Method::OrderStatistics,
        Method::DeLong,
        Method::InfinitesimalJackknife,
        Method::KaplanMeier,
        Method::BootstrapExpandedPercentile,
        Method::MaximumLikelihood,
        Method::MaximumAPosteriori,
        Method::PosteriorMean,
        Method::Mixture,
        Method::Prior,
        Method::DeltaMethod,
        Method::PosteriorSpread,
        Method::MixtureSpread,
        Method::ParametricBootstrap,
        Method::Recalibrated,
        Method::ClusteredByCustomer,
        Method::RidgeLogistic,
    ];

    #[test]
    fn every_warning_comes_with_its_code() {
        let told = vec![
            Warning::new(WarningCode::NoAnswers, "there is none"),
            Warning::new(WarningCode::PriorOnly, "nothing was bought"),
        ];
        let (sentences, codes) = warnings(told);
        assert_eq!(sentences, ["there is none", "nothing was bought"]);
        assert_eq!(codes, [v1::WarningCode::NoAnswers as i32, v1::WarningCode::PriorOnly as i32]);
    }
}
