//! What the server says: by the model it chose itself, and by each kind asked for by name.

use std::collections::HashMap;

use lojal_proto::v1;
use lojal_tests::say::value;
use lojal_tests::{Clients, EVERYBODY};
use tonic::Status;

use super::data_set::{DataSet, Known};
use super::groups;
use super::ranges::Ranges;
use super::scores::Forecast;

/// Kinds that are asked for by name, and how tables call them.
const NAMED: [(v1::ModelKind, &str); 6] = [
    (v1::ModelKind::BgNbd, "BG/NBD"),
    (v1::ModelKind::MbgNbd, "MBG/NBD"),
    (v1::ModelKind::ParetoNbd, "Pareto/NBD"),
    (v1::ModelKind::BgCnbdK, "BG/CNBD-k"),
    (v1::ModelKind::MbgCnbdK, "MBG/CNBD-k"),
    (v1::ModelKind::Nbd, "NBD"),
];
/// For opportunities of a year.
const YEARLY: (v1::ModelKind, &str) = (v1::ModelKind::BgBb, "BG/BB");

/// Kinds to fit to a set.
pub(crate) fn named(set: &DataSet) -> Vec<(v1::ModelKind, &'static str)> {
    let mut kinds: Vec<_> = NAMED.into();
    kinds.extend(set.is_yearly.then_some(YEARLY));
    kinds
}

/// What a forecaster said.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) forecast: Forecast,
    /// The server's model in a few words; empty for rules.
    pub(crate) model: String,
    /// Why the server took it; empty where it was asked for.
    pub(crate) why: String,
    /// What its model had expected of past days over what came, the last one first.
    pub(crate) past: Vec<f64>,
    /// What it said may come; empty where that was not asked.
    pub(crate) ranges: Ranges,
}

/// Forecasts of the model that the workspace chooses.
pub(crate) async fn by_default(
    clients: &Clients,
    set: &DataSet,
    known: &[Known<'_>],
) -> Result<Told, Status> {
    let (forecast, mut ranges, model_id) = predict(clients, set, known, String::new()).await?;
    ranges.groups = groups::told(clients, set, known).await?;
    // A prior is no model that could be looked at.
    let model = clients.clv.clone().get_model(v1::GetModelRequest { model_id: model_id.clone() }).await;
    let model = model.ok().and_then(|answer| answer.into_inner().model);
    Ok(match model {
        Some(model) => {
            let earlier = model.earlier_backtest_biases.iter();
            let past = model.backtest_bias.iter().chain(earlier).copied().collect();
            Told { forecast, model: about(&model), why: model.fit_reason, past, ranges }
        }
        None => Told { forecast, model: model_id, ranges, ..Told::default() },
    })
}

/// Forecasts of a model of a kind, fitted to the same days as the default.
pub(crate) async fn by_name(
    clients: &Clients,
    set: &DataSet,
    known: &[Known<'_>],
    kind: v1::ModelKind,
) -> Result<Told, Status> {
    let is_yearly = kind == v1::ModelKind::BgBb;
    let unit = if is_yearly { v1::ModelTimeUnit::Year } else { v1::ModelTimeUnit::Unspecified };
    let request = v1::FitModelRequest {
        kind: kind.into(),
        time_unit: unit.into(),
        keep_default: true,
        ..Default::default()
    };
    let model = clients.fit(request).await?;
    let (forecast, ..) = predict(clients, set, known, model.model_id.clone()).await?;
    Ok(Told { forecast, model: about(&model), ..Told::default() })
}

/// How the models stood on each of the past days on which the default was chosen: log score, RMSE and error of the total, a line a day.
pub(crate) async fn past_days(clients: &Clients) -> Result<Vec<String>, Status> {
    let mut clv = clients.clv.clone();
    let all = clv.compare_models(v1::CompareModelsRequest::default()).await?.into_inner();
    let mut lines = Vec::new();
    for v1::ForecastLandmark { calibration_end, holdout_end, .. } in all.landmarks {
        let day = format!("{calibration_end} to {holdout_end}");
        let request = v1::CompareModelsRequest { calibration_end, holdout_end, ..Default::default() };
        let answer = clv.compare_models(request).await?.into_inner();
        let results: HashMap<v1::ModelKind, &v1::BacktestResult> =
            answer.results.iter().map(|result| (result.kind(), result)).collect();
        let stood = |standing: &v1::ModelStanding| {
            let result = results.get(&standing.kind())?;
            let (log_score, purchases) = (value(&standing.log_score), result.purchases.as_ref()?);
            let (rmse, total) = (purchases.root_mean_squared_error, purchases.total_error_ratio?);
            let name = &result.forecaster;
            Some(format!("{name} {log_score:.4} (RMSE {rmse:.3}, total {:+.0} %)", 100.0 * total))
        };
        let stood: Vec<String> = answer.standings.iter().filter_map(stood).collect();
        lines.push(format!("{day}: {}", stood.join(", ")));
    }
    Ok(lines)
}

/// A model in a few words, such as "MBG/CNBD-3, not determined".
fn about(model: &v1::Model) -> String {
    let known = NAMED.into_iter().chain([YEARLY]).find(|(kind, _)| *kind == model.kind());
    let mut words = known.map_or(model.model_id.clone(), |(_, name)| name.to_owned());
    if model.regularity > 0 {
        words = words.replace("-k", &format!("-{}", model.regularity));
    }
    let beliefs = v1::EstimateMethod::MaximumAPosteriori;
    let mut estimates = model.parameters.iter().filter_map(|parameter| parameter.estimate.as_ref());
    if estimates.any(|estimate| estimate.methods().any(|method| method == beliefs)) {
        words.push_str(" with beliefs");
    } else if !model.is_identified {
        words.push_str(", not determined");
    }
    words
}

/// Asks of every customer at the cut what they do up to the end, and returns the model that said so. Only the default is asked for what
/// may come as well.
async fn predict(
    clients: &Clients,
    set: &DataSet,
    known: &[Known<'_>],
    model_id: String,
) -> Result<(Forecast, Ranges, String), Status> {
    let is_default = model_id.is_empty();
    let request = v1::PredictCustomersRequest {
        horizon: format!("{}d", set.horizon_days()),
        as_of: Some(set.as_of()),
        model_id,
        without_intervals: true,
        with_ranges: is_default,
        with_totals: is_default,
        limit: Some(EVERYBODY),
        ..Default::default()
    };
    let mut messages = clients.clv.clone().predict_customers(request).await?.into_inner();
    let (mut told, mut ranges, mut by) = (HashMap::new(), Ranges::default(), String::new());
    let mut of_customers = HashMap::new();
    while let Some(message) = messages.message().await? {
        by = message.model_id;
        if let Some(totals) = message.totals {
            let expected = totals.expected_purchases.unwrap_or_default();
            (ranges.total, ranges.interval) = (totals.purchases_range, expected.ci_low.zip(expected.ci_high));
        }
        for one in message.predictions {
            let both = (value(&one.expected_purchases), value(&one.purchase_probability));
            of_customers.extend(one.purchases_range.map(|range| (one.customer_id.clone(), range)));
            told.insert(one.customer_id, both);
        }
    }
    let of = |known: &Known<'_>| {
        let told = told.get(known.id).copied();
        let (expected, again) = told.unwrap_or_else(|| panic!("{:?} has no forecast", known.id));
        assert!(expected.is_finite() && (0.0..=1.0).contains(&again), "{:?}: {expected}, {again}", known.id);
        (expected, again)
    };
    let (expected, again) = known.iter().map(of).unzip();
    ranges.customers = known.iter().map(|known| of_customers.remove(known.id)).collect();
    Ok((Forecast { expected, again: Some(again) }, ranges, by))
}
