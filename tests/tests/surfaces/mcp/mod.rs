//! `lojal mcp`: the questions of the contract as tools, over pipes and over HTTP.

mod answers;
mod over_http;
mod refusals;
mod tools;

pub(crate) use tools::{is_list, name_of};

use lojal_proto::v1;
use lojal_tests::say::on;
use lojal_tests::{Clients, Server, cdnow, pages};

/// A server with the CDNOW sample and answers of a survey.
async fn shop() -> (Server, Clients) {
    with_shop(Server::start()).await
}

async fn with_shop(server: Server) -> (Server, Clients) {
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let survey_responses = (0..60).map(|number| v1::SurveyResponse {
        response_id: format!("asked-{number}"),
        customer_id: format!("{:04}", number + 1),
        time: on("1998-05-05"),
        score: Some(number % 11),
        ..Default::default()
    });
    let request = v1::RecordSurveyResponsesRequest {
        survey_responses: survey_responses.collect(),
        skip_invalid: false,
    };
    clients.ingest.clone().record_survey_responses(request).await.unwrap();
    (server, clients)
}

/// How many calls of a method have not ended, as a server with pages tells.
fn calls_under_way(server: &Server, method: &str) -> f64 {
    let (_, text) = pages::get(server.pages(), "/metrics");
    let lines =
        text.lines().filter(|line| line.starts_with("lojal_calls_in_flight") && line.contains(method));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}
