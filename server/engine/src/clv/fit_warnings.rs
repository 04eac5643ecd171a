//! What there is to know before trusting a fit, in sentences.

use lojal_domain::{Warning, WarningCode};
use lojal_scoring::clv::{
    FEWEST_AT_INFINITY, FitWarning, GammaGammaFit, PurchaseFit, Termination, error_of_a_year,
};

/// What to keep in mind of a fit.
pub(crate) fn warnings(fit: &PurchaseFit) -> Vec<Warning> {
    let names = fit.model.parameter_names();
    let mut all: Vec<Warning> = fit.warnings.iter().map(|of| warning(of, names)).collect();
    if fit.is_border_of_few() {
        let sentence = format!(
            "parameters have no standard error, and with fewer than {FEWEST_AT_INFINITY} repeat buyers chance does that as well as customers, so the model counts as not identified; record more, or fit a later day"
        );
        all.push(Warning::new(WarningCode::ParametersUncertain, sentence));
    }
    all
}

/// Beliefs that are a smaller share of what is known of values are not worth a sentence.
const BELIEFS_TO_TELL: f64 = 0.05;

/// What to keep in mind of what purchases are worth.
pub(crate) fn warnings_of_value(fit: &GammaGammaFit) -> Vec<Warning> {
    // These have no symbols that another model names otherwise.
    let mut all: Vec<Warning> = fit.warnings.iter().map(|of| warning(of, &[])).collect();
    let share = fit.prior_share.filter(|share| *share >= BELIEFS_TO_TELL);
    if fit.termination == Termination::NotFitted {
        let sentence = "there are too few repeat buyers to fit what purchases are worth, so the value model is the mean of all purchases so far, with customers differing as in shops in general";
        all.push(Warning::new(WarningCode::ValueFromMean, sentence));
    } else if let Some(share) = share {
        let sentence = format!(
            "only {} repeat buyers tell what purchases are worth, so {:.0} % of what is known about it is weak belief: the mean of all purchases so far, with customers differing as in shops in general; with more repeat buyers it will not be needed",
            fit.customers,
            100.0 * share
        );
        all.push(Warning::new(WarningCode::WeakBeliefs, sentence));
    }
    all
}

/// A fit speaks with all its weight where a new customer's purchases within a year are known to the first of these, a standard error of the
/// logarithm, and with none from the second on: an interval of 95 % then runs to 1.3 and 2.2 times either way. Short histories say less,
/// however many parameters they determine, and beliefs about shops in general say more than that.
const ERRORS_OF_A_YEAR: (f64, f64) = (0.15, 0.4);

/// How far the data alone determine what a model predicts, of 1: by the logarithm of the error of a year, so that nothing jumps where it passes
/// a limit. Parameters that are not identified are no matter: a mean such as a / (a + b) may be known where a and b are not. 0 where so few
/// came back that chance puts the maximum at infinity, since no error then says how little is known.
pub(crate) fn determined(fit: &PurchaseFit) -> f64 {
    if fit.is_border_of_few() {
        return 0.0;
    }
    let (least, most) = ERRORS_OF_A_YEAR;
    ((most / error_of_a_year(fit)).ln() / (most / least).ln()).clamp(0.0, 1.0)
}

/// A warning of a fit, with the symbols of its model.
fn warning(of: &FitWarning, names: &[&str]) -> Warning {
    let code = match of {
        FitWarning::NoDropout
        | FitWarning::CertainDropout
        | FitWarning::AllOrNothingDropout
        | FitWarning::HomogeneousRates
        | FitWarning::HomogeneousDropout
        | FitWarning::CertainUse
        | FitWarning::HomogeneousUse
        | FitWarning::AllOrNothingUse
        | FitWarning::HomogeneousValues => WarningCode::CustomersAlike,
        FitWarning::PopulationMeanUndefined { .. }
        | FitWarning::ParameterAtBound { .. }
        | FitWarning::WeaklyIdentified { .. }
        | FitWarning::CoefficientAtBound { .. }
        | FitWarning::CoefficientUnknown { .. } => WarningCode::ParametersUncertain,
        FitWarning::FewRepeatBuyers { .. } => WarningCode::FewRepeatBuyers,
        FitWarning::OutliersLeftOut { .. } | FitWarning::ValueOutliersLeftOut { .. } => {
            WarningCode::OutliersLeftOut
        }
        FitWarning::ValueGoesWithFrequency { .. } => WarningCode::ValueGoesWithFrequency,
        FitWarning::NobodyCameBack { .. } => WarningCode::NobodyCameBack,
        FitWarning::CustomersWithoutValueLeftOut { .. } => WarningCode::WorthlessLeftOut,
    };
    Warning::new(code, sentence(of, names))
}

/// A warning for people, in the symbols of its model: purchasing has the first two, leaving the other two.
#[expect(clippy::too_many_lines, reason = "a table: a sentence a warning")]
fn sentence(warning: &FitWarning, names: &[&str]) -> String {
    let name = |i: usize| names.get(i).copied().unwrap_or_default();
    let ([r, alpha], [a, b]) = ([name(0), name(1)], [name(2), name(3)]);
    match warning {
        FitWarning::NoDropout => {
            format!(
                "nobody seems ever to leave: the chance to leave is 0 at the maximum, and {a} and {b} have no meaning of their own"
            )
        }
        FitWarning::CertainDropout => "everybody seems to leave at the first chance".to_owned(),
        FitWarning::AllOrNothingDropout => {
            format!(
                "a share {a} / ({a} + {b}) of the customers seems to leave at the first chance and the others never"
            )
        }
        FitWarning::HomogeneousRates => {
            format!("all customers seem to buy at the same rate: only the ratio of {r} and {alpha} is known")
        }
        FitWarning::HomogeneousDropout => {
            format!(
                "all customers seem to have the same chance to leave: only the ratio of {a} and {b} is known"
            )
        }
        FitWarning::CertainUse => {
            "customers seem to use every opportunity until they leave, or none at all".to_owned()
        }
        FitWarning::HomogeneousUse => {
            format!(
                "all customers seem to use opportunities with the same probability: only the ratio of {r} and {alpha} is known"
            )
        }
        FitWarning::AllOrNothingUse => {
            format!(
                "a share {r} / ({r} + {alpha}) of the customers seems to use every opportunity and the others none"
            )
        }
        FitWarning::HomogeneousValues => "all customers seem to have the same mean value".to_owned(),
        FitWarning::PopulationMeanUndefined { q } => {
            format!("q wanted to go to 1 or below, where customers have no mean value; it is held at {q}")
        }
        FitWarning::ParameterAtBound { parameter } => {
            format!("parameter {parameter:?} is held at the end of its range").to_lowercase()
        }
        FitWarning::WeaklyIdentified { parameter } => {
            format!("the data hardly say anything about parameter {parameter:?}").to_lowercase()
        }
        FitWarning::FewRepeatBuyers { customers } => {
            format!("the estimate rests on only {customers} repeat buyers")
        }
        FitWarning::OutliersLeftOut { customers, repeat_purchases_at_least } => format!(
            "{customers} customers with {repeat_purchases_at_least} or more repeat purchases, many times as many as anybody else, were left out of the fit of purchases and of that of their values"
        ),
        FitWarning::ValueOutliersLeftOut { customers, mean_value_at_least } => format!(
            "{customers} customers whose repeat purchases are worth {mean_value_at_least:.2} or more in the mean, over a hundred times as much as anybody else's, were left out of the value model; check their amounts"
        ),
        FitWarning::ValueGoesWithFrequency { correlation, customers } => {
            let (who, others) = match *correlation > 0.0 {
                true => {
                    ("spend more a purchase", "too low for them and in total, and too high for the others")
                }
                false => {
                    ("spend less a purchase", "too high for them and in total, and too low for the others")
                }
            };
            format!(
                "customers who buy more often {who} (correlation {correlation:.2} over {customers} repeat buyers), which the value model takes as independent: CLV is {others}"
            )
        }
        FitWarning::NobodyCameBack { attribute, value, customers } => format!(
            "none of the {customers} customers with {attribute} \"{value}\" came back, so how rarely they come back cannot be estimated; group that value with another, or leave {attribute} out"
        ),
        FitWarning::CoefficientAtBound { coefficient } => format!(
            "coefficient \"{coefficient}\" is held at the end of its range: the value separates customers too well for its effect to be estimated; group it with another, or leave the attribute out"
        ),
        FitWarning::CoefficientUnknown { coefficient } => format!(
            "the data hardly say anything about coefficient \"{coefficient}\"; group its value with another, or leave the attribute out"
        ),
        FitWarning::CustomersWithoutValueLeftOut { customers } => {
            format!(
                "{customers} repeat buyers whose purchases were worth nothing were left out of the value model"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

    use super::*;

    #[test]
    fn warnings_use_the_symbols_of_their_model() {
        let of = |kind: PurchaseModelKind, warning: &FitWarning| {
            let model = lojal_scoring::clv::PurchaseModel::new(kind, [1.0; 4], TimeUnit::Week);
            sentence(warning, model.parameter_names())
        };
        for (kind, rates, dropout) in [
            (PurchaseModelKind::BgNbd, "r and alpha", "a and b"),
            (PurchaseModelKind::MbgCnbd, "r and alpha", "a and b"),
            (PurchaseModelKind::ParetoNbd, "r and alpha", "s and beta"),
            (PurchaseModelKind::BgBb, "alpha and beta", "gamma and delta"),
        ] {
            assert!(of(kind, &FitWarning::HomogeneousRates).ends_with(&format!("ratio of {rates} is known")));
            assert!(of(kind, &FitWarning::HomogeneousUse).ends_with(&format!("ratio of {rates} is known")));
            assert!(
                of(kind, &FitWarning::HomogeneousDropout).ends_with(&format!("ratio of {dropout} is known"))
            );
            assert!(of(kind, &FitWarning::NoDropout).contains(&format!("{dropout} have no meaning")));
        }
        let share = of(PurchaseModelKind::BgBb, &FitWarning::AllOrNothingDropout);
        assert!(share.starts_with("a share gamma / (gamma + delta) of the customers"), "{share}");
    }
}
