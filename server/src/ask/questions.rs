//! Each question: what is sent, and what is shown of the answer.

use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::clv_service_client::ClvServiceClient;
use lojal_proto::v1::customer_service_client::CustomerServiceClient;
use lojal_proto::v1::loyalty_service_client::LoyaltyServiceClient;
use lojal_proto::v1::nps_service_client::NpsServiceClient;
use lojal_proto::v1::retention_service_client::RetentionServiceClient;
use lojal_proto::v1::segmentation_service_client::SegmentationServiceClient;
use lojal_proto::v1::survey_service_client::SurveyServiceClient;
use tonic::Request;

use crate::ask::answer::Answer;
use crate::cli::ask::{
    ClvArgs, Interval, LoyaltyArgs, MomentArgs, Question, RetentionArgs, ScoresArgs, SegmentSeriesArgs,
    SegmentsArgs, TransitionsArgs, WarningsArgs,
};
use crate::connection::{Channel, in_workspace, refusal};
use crate::show;

/// The most that an answer may take: as much as the SDKs take.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// Whoever asks: where, and of which workspace.
pub(crate) struct Asking {
    pub(crate) channel: Channel,
    pub(crate) workspace: WorkspaceName,
}

/// A client of a service that takes large answers.
macro_rules! client {
    ($asking:expr, $client:ident) => {
        $client::new($asking.channel.clone()).max_decoding_message_size(ANSWER_BYTES)
    };
}

/// A question with where its answer comes from, a table, and what to keep in mind.
fn shown(question: &str, table: &str, from: Option<&v1::Provenance>) -> String {
    format!("{}\n{}\n{}", show::heading(question, from), table.trim_end_matches('\n'), show::remarks(from))
}

/// The same of a question about amounts.
fn shown_in_currency(question: &str, table: &str, from: Option<&v1::Provenance>) -> String {
    shown(&format!("{question}{}", show::in_currency(from)), table, from)
}

fn wire(interval: Option<Interval>) -> i32 {
    interval.map_or(0, |interval| interval.wire().into())
}

/// A length of time as columns are headed with it: `12 mo`, `365 d`.
fn spaced(length: &str) -> String {
    match length.find(|letter: char| letter.is_ascii_alphabetic()) {
        Some(unit) if unit > 0 => format!("{} {}", &length[..unit], &length[unit..]),
        _ => length.to_owned(),
    }
}

impl Asking {
    /// The answer to a question.
    pub(crate) async fn answer(&self, question: &Question) -> anyhow::Result<Answer> {
        match question {
            Question::Loyalty(args) => match &args.customer {
                Some(customer) => self.loyalty_of(customer, args).await,
                None => self.loyalty(args).await,
            },
            Question::Warnings(args) if args.quality => self.warning_quality(args).await,
            Question::Warnings(args) => self.warnings(args).await,
            Question::Segments(args) => self.segments(args).await,
            Question::Transitions(args) => self.transitions(args).await,
            Question::Clv(args) => self.clv(args).await,
            Question::Nps(args) => self.nps(args).await,
            Question::Csat(args) => self.csat(args).await,
            Question::Retention(args) => self.retention(args).await,
            Question::Facts(args) => self.facts(args).await,
        }
    }

    fn request<T>(&self, message: T) -> anyhow::Result<Request<T>> {
        in_workspace(message, &self.workspace)
    }

    async fn loyalty_of(&self, customer: &str, args: &LoyaltyArgs) -> anyhow::Result<Answer> {
        let request = v1::GetLoyaltyRequest {
            customer_id: customer.to_owned(),
            as_of: args.scope.moment.as_of,
            ..v1::GetLoyaltyRequest::default()
        };
        let answer = client!(self, LoyaltyServiceClient).get_loyalty(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let loyalty = answer.loyalty.clone().unwrap_or_default();
        let from = answer.provenance.as_ref();
        let text = shown_in_currency(&format!("How loyal is {customer}"), &show::explanation(&loyalty), from);
        Answer::new(("GetLoyaltyResponse", &answer), ("LoyaltyContribution", &loyalty.contributions), text)
    }

    async fn loyalty(&self, args: &LoyaltyArgs) -> anyhow::Result<Answer> {
        let request = v1::SummarizeLoyaltyRequest {
            as_of: args.scope.moment.as_of,
            filter: args.scope.filter.clone(),
            group_by: args.apart.group_by.clone(),
            interval: wire(args.time.interval),
            window: args.time.window.clone(),
            ..v1::SummarizeLoyaltyRequest::default()
        };
        let answer = client!(self, LoyaltyServiceClient).summarize_loyalty(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let text = shown_in_currency("Who is loyal", &show::places(&answer), answer.provenance.as_ref());
        Answer::new(("SummarizeLoyaltyResponse", &answer), ("LoyaltySummary", &answer.rows), text)
    }

    async fn warnings(&self, args: &WarningsArgs) -> anyhow::Result<Answer> {
        let request = v1::ListEarlyWarningsRequest {
            as_of: args.scope.moment.as_of,
            filter: args.scope.filter.clone(),
            kinds: args.kind.iter().map(|kind| kind.wire().into()).collect(),
            min_value_at_risk: args.min_value_at_risk,
            limit: args.top,
            horizon: args.horizon.clone(),
            with_acknowledged: args.with_acknowledged,
            ..v1::ListEarlyWarningsRequest::default()
        };
        let stream = client!(self, LoyaltyServiceClient).list_early_warnings(self.request(request)?).await;
        let mut stream = stream.map_err(|status| refusal(&status))?.into_inner();
        let mut answer = v1::ListEarlyWarningsResponse::default();
        while let Some(message) = stream.message().await.map_err(|status| refusal(&status))? {
            answer.warnings.extend(message.warnings);
            answer.totals = answer.totals.or(message.totals);
            answer.provenance = answer.provenance.or(message.provenance);
        }
        let table = format!("{}\n{}", show::warnings(&answer.warnings), show::warned(answer.totals.as_ref()));
        let text = shown_in_currency("Who may be leaving", &table, answer.provenance.as_ref());
        Answer::new(("ListEarlyWarningsResponse", &answer), ("EarlyWarning", &answer.warnings), text)
    }

    async fn warning_quality(&self, args: &WarningsArgs) -> anyhow::Result<Answer> {
        let request = v1::GetWarningQualityRequest {
            as_of: args.scope.moment.as_of,
            horizon: args.horizon.clone(),
            ..v1::GetWarningQualityRequest::default()
        };
        let answer = client!(self, LoyaltyServiceClient).get_warning_quality(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let question = "What became of such as were warned of";
        let text = shown(question, &show::warning_quality(&answer), answer.provenance.as_ref());
        Answer::new(("GetWarningQualityResponse", &answer), ("EarlyWarningQuality", &answer.kinds), text)
    }

    async fn segments(&self, args: &SegmentSeriesArgs) -> anyhow::Result<Answer> {
        let SegmentsArgs { scope, window } = &args.segments;
        let request = v1::SummarizeSegmentsRequest {
            as_of: scope.moment.as_of,
            filter: scope.filter.clone(),
            window: window.clone(),
            group_by: args.apart.group_by.clone(),
            interval: wire(args.interval),
            series_window: args.series_window.clone(),
            ..v1::SummarizeSegmentsRequest::default()
        };
        let answer =
            client!(self, SegmentationServiceClient).summarize_segments(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let window = if window.is_empty() { show::USUAL_WINDOW.to_owned() } else { spaced(window) };
        let table = show::segments(&answer, &window);
        let text = shown_in_currency("Who belongs where", &table, answer.provenance.as_ref());
        let rows = if answer.rows.is_empty() { &answer.segments } else { &answer.rows };
        Answer::new(("SummarizeSegmentsResponse", &answer), ("SegmentSummary", rows), text)
    }

    async fn transitions(&self, args: &TransitionsArgs) -> anyhow::Result<Answer> {
        let request = v1::GetSegmentTransitionsRequest {
            as_of: args.segments.scope.moment.as_of,
            filter: args.segments.scope.filter.clone(),
            window: args.segments.window.clone(),
            group_by: args.apart.group_by.clone(),
            from_as_of: args.from,
            ..v1::GetSegmentTransitionsRequest::default()
        };
        let answer =
            client!(self, SegmentationServiceClient).get_segment_transitions(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let from = answer.provenance.as_ref();
        let since = show::at(from.and_then(|from| from.window_start.as_ref()));
        let question = format!("Who moved between segments since {since}");
        let text = shown(&question, &show::transitions(&answer), from);
        let rows = if answer.rows.is_empty() { &answer.transitions } else { &answer.rows };
        Answer::new(("GetSegmentTransitionsResponse", &answer), ("SegmentTransition", rows), text)
    }

    async fn clv(&self, args: &ClvArgs) -> anyhow::Result<Answer> {
        let request = v1::PredictCustomersRequest {
            horizon: args.horizon.clone(),
            as_of: args.scope.moment.as_of,
            filter: args.scope.filter.clone(),
            order: v1::PredictionOrder::Clv.into(),
            limit: Some(args.top),
            ..v1::PredictCustomersRequest::default()
        };
        let stream = client!(self, ClvServiceClient).predict_customers(self.request(request)?).await;
        let mut stream = stream.map_err(|status| refusal(&status))?.into_inner();
        let mut whole: Option<v1::PredictCustomersResponse> = None;
        while let Some(message) = stream.message().await.map_err(|status| refusal(&status))? {
            match &mut whole {
                Some(whole) => whole.predictions.extend(message.predictions),
                None => whole = Some(message),
            }
        }
        let answer = whole.unwrap_or_default();
        let table = show::predictions(&answer.predictions, &spaced(&args.horizon));
        let text = shown_in_currency("Who will be worth most", &table, answer.provenance.as_ref());
        Answer::new(("PredictCustomersResponse", &answer), ("Prediction", &answer.predictions), text)
    }

    async fn nps(&self, args: &ScoresArgs) -> anyhow::Result<Answer> {
        let request = v1::GetNpsRequest {
            as_of: args.scope.moment.as_of,
            filter: args.scope.filter.clone(),
            group_by: args.apart.group_by.clone(),
            window: args.time.window.clone(),
            interval: wire(args.time.interval),
            ..v1::GetNpsRequest::default()
        };
        let answer = client!(self, NpsServiceClient).get_nps(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let whole = v1::NpsRow {
            nps: answer.nps.clone(),
            promoters: answer.promoters,
            passives: answer.passives,
            detractors: answer.detractors,
            ..v1::NpsRow::default()
        };
        let rows = rows_or(&answer.rows, Some(&whole));
        let text = shown("Would they recommend us", &show::nps(&answer), answer.provenance.as_ref());
        Answer::new(("GetNpsResponse", &answer), ("NpsRow", rows), text)
    }

    async fn csat(&self, args: &ScoresArgs) -> anyhow::Result<Answer> {
        let request = v1::GetCsatRequest {
            as_of: args.scope.moment.as_of,
            filter: args.scope.filter.clone(),
            group_by: args.apart.group_by.clone(),
            window: args.time.window.clone(),
            interval: wire(args.time.interval),
            ..v1::GetCsatRequest::default()
        };
        let answer = client!(self, SurveyServiceClient).get_csat(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let rows = rows_or(&answer.rows, answer.whole.as_ref());
        let text = shown("Are they satisfied", &show::csat(&answer), answer.provenance.as_ref());
        Answer::new(("GetCsatResponse", &answer), ("ScoreRow", rows), text)
    }

    async fn retention(&self, args: &RetentionArgs) -> anyhow::Result<Answer> {
        let RetentionArgs { scores, activity_window } = args;
        let request = v1::GetRetentionRequest {
            as_of: scores.scope.moment.as_of,
            filter: scores.scope.filter.clone(),
            group_by: scores.apart.group_by.clone(),
            window: scores.time.window.clone(),
            interval: wire(scores.time.interval),
            activity_window: activity_window.clone(),
            ..v1::GetRetentionRequest::default()
        };
        let answer = client!(self, RetentionServiceClient).get_retention(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let rows = rows_or(&answer.rows, answer.whole.as_ref());
        let question = format!("Who stays, active for {} after a purchase", answer.activity_window);
        let table = show::retention(&answer, scores.time.interval.is_some());
        let text = shown(&question, &table, answer.provenance.as_ref());
        Answer::new(("GetRetentionResponse", &answer), ("RetentionRow", rows), text)
    }

    async fn facts(&self, args: &MomentArgs) -> anyhow::Result<Answer> {
        let request = v1::ListFactsRequest { as_of: args.as_of, ..v1::ListFactsRequest::default() };
        let answer = client!(self, CustomerServiceClient).list_facts(self.request(request)?).await;
        let answer = answer.map_err(|status| refusal(&status))?.into_inner();
        let table = show::facts(&answer.facts);
        let text = shown("What filters and groups can name", &table, answer.provenance.as_ref());
        Answer::new(("ListFactsResponse", &answer), ("CustomerFact", &answer.facts), text)
    }
}

/// The rows or, where nothing was told apart, all of it as one.
fn rows_or<'a, R>(rows: &'a [R], whole: Option<&'a R>) -> &'a [R] {
    if rows.is_empty() { whole.map_or(&[], std::slice::from_ref) } else { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_spaced() {
        for (length, told) in [("12mo", "12 mo"), ("365d", "365 d"), ("forever", "forever"), ("", "")] {
            assert_eq!(spaced(length), told);
        }
    }
}
