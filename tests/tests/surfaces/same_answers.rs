//! The questions of `vectors/questions.json`, asked by every road: each is told the same numbers, to the last digit.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use lojal_proto::v1;
use lojal_tests::calls::{Call, calls};
use lojal_tests::mcp::Mcp;
use lojal_tests::{Clients, Server, cdnow, command, optional_tool, repository, run, tool};
use prost::Message as _;
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::{Map, Value};

use crate::mcp::{is_list, name_of};

const AT_MOST: Duration = Duration::from_secs(300);

struct Question {
    name: String,
    call: Call,
    request: Value,
    look: Vec<String>,
    ask: Option<Vec<String>>,
}

/// The questions, in their order.
fn questions() -> Vec<Question> {
    let text = std::fs::read_to_string(repository().join("tests/vectors/questions.json")).unwrap();
    let told: Value = serde_json::from_str(&text).unwrap();
    let texts = |value: &Value| -> Option<Vec<String>> {
        Some(value.as_array()?.iter().map(|text| text.as_str().unwrap().to_owned()).collect())
    };
    let of = |question: &Value| {
        let path = format!("/lojal.v1.{}", question["method"].as_str().unwrap());
        Question {
            name: question["name"].as_str().unwrap().to_owned(),
            call: calls().into_iter().find(|call| call.path == path).unwrap(),
            request: question["request"].clone(),
            look: texts(&question["look"]).unwrap(),
            ask: texts(&question["ask"]),
        }
    };
    let questions: Vec<Question> = told["questions"].as_array().unwrap().iter().map(of).collect();
    assert!(questions.len() >= 30 && questions.iter().all(|question| !question.look.is_empty()));
    questions
}

/// CDNOW, with answers to two surveys on days of purchases.
async fn shop() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut survey_responses = Vec::new();
    for (metric, step, scores, first) in
        [(v1::SurveyMetric::Nps, 9, 11, 0), (v1::SurveyMetric::Csat, 7, 5, 1)]
    {
        survey_responses.extend(cdnow::rows().into_iter().step_by(step).enumerate().map(|(index, row)| {
            v1::SurveyResponse {
                response_id: format!("{metric:?}-{index}"),
                customer_id: row.customer_id,
                time: row.time,
                metric: metric.into(),
                score: Some(i32::try_from(index).unwrap() % scores + first),
                ..Default::default()
            }
        }));
    }
    for chunk in survey_responses.chunks(500) {
        let request =
            v1::RecordSurveyResponsesRequest { survey_responses: chunk.to_vec(), skip_invalid: false };
        clients.ingest.clone().record_survey_responses(request).await.unwrap();
    }
    (server, clients)
}

/// A message of the contract as JSON in which zeros are told.
fn json(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().skip_default_fields(false);
    message.serialize_with_options(serde_json::value::Serializer, &options).unwrap()
}

async fn over_grpc(question: &Question, clients: &Clients) -> Value {
    let request = DynamicMessage::deserialize(question.call.method.input(), &question.request).unwrap();
    let message = Bytes::from(request.encode_to_vec());
    let told = question.call.begin(&clients.channel, None, "default", message).await;
    let told = told.unwrap_or_else(|status| panic!("{}: {status:?}", question.name)).unwrap();
    json(&DynamicMessage::decode(question.call.method.output(), told).unwrap())
}

fn by_grpcurl(question: &Question, server: &Server) -> Value {
    let mut command = Command::new(tool("grpcurl"));
    let command = command.args(["-plaintext", "-d", &question.request.to_string(), server.authority()]);
    let printed = run(command.arg(question.call.path.trim_start_matches('/')), AT_MOST).succeeded();
    // grpcurl leaves out zeros, which are zeros all the same.
    let mut documents = serde_json::Deserializer::from_str(&printed);
    json(&DynamicMessage::deserialize(question.call.method.output(), &mut documents).unwrap())
}

fn by_tool(question: &Question, mcp: &mut Mcp) -> Value {
    let mut arguments = question.request.clone();
    if is_list(&question.call) {
        arguments["max_results"] = arguments["limit"].take();
        arguments.as_object_mut().unwrap().remove("limit");
    }
    mcp.answer(&name_of(&question.call), &arguments)
}

fn by_ask(question: &Question, server: &Server) -> Option<Value> {
    let words = question.ask.as_ref()?;
    let mut ask = command(&["ask"]);
    ask.args(words).args(["--json", "--server", server.url(), "--as-of"]);
    let printed = run(ask.arg(question.request["as_of"].as_str().unwrap()), AT_MOST).succeeded();
    Some(serde_json::from_str(&printed).unwrap())
}

/// Numbers by value and not by notation.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => serde_json::json!(number.as_f64().unwrap()),
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), plain(value)));
            fields.collect::<Map<_, _>>().into()
        }
        Value::String(text) if text.parse::<f64>().is_ok() => serde_json::json!(text.parse::<f64>().unwrap()),
        other => other.clone(),
    }
}

/// What is at a path of an answer; nothing where it is undefined.
fn look(answer: &Value, path: &str) -> Value {
    let at = path.split('.').try_fold(answer, |value, part| match part.parse::<usize>() {
        Ok(index) => value.get(index),
        Err(_) => value.get(part),
    });
    plain(at.unwrap_or(&Value::Null))
}

/// What a program prints of all questions.
fn told(program: &mut Command) -> Value {
    let printed = run(program, AT_MOST).succeeded();
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{program:?} printed {printed}: {error}"))
}

/// TypeScript in Node, and in a browser where there is one.
fn typescript(server: &Server) -> Vec<(&'static str, Command)> {
    let program = |name: &str| {
        let mut node = Command::new("node");
        node.arg(repository().join("sdk-js/test/answers").join(name)).args([server.url(), "default"]);
        node
    };
    let mut places = vec![("Node", program("in-node.mjs"))];
    if let Some(chromium) = optional_tool("chromium") {
        let mut page = program("in-browser.mjs");
        page.arg(chromium);
        places.push(("a browser", page));
    }
    places
}

#[tokio::test]
async fn every_road_is_told_the_same() {
    let (server, clients) = shop().await;
    let questions = questions();
    let mut wanted = BTreeMap::new();
    for question in &questions {
        wanted.insert(question.name.as_str(), over_grpc(question, &clients).await);
    }
    let mut mcp = Mcp::of(&server, &["--personal"]);
    let mut asked = 0;
    for question in &questions {
        let (name, wanted) = (&question.name, &wanted[question.name.as_str()]);
        // What is compared is there, so that two silences are not taken for agreement.
        for path in &question.look {
            assert!(look(wanted, path).is_f64(), "{name}: nothing at {path}: {wanted}");
        }
        assert_eq!(&by_grpcurl(question, &server), wanted, "{name}: grpcurl");
        assert_eq!(&by_tool(question, &mut mcp), wanted, "{name}: a tool");
        if let Some(told) = by_ask(question, &server) {
            assert_eq!(&told, wanted, "{name}: lojal ask");
            asked += 1;
        }
    }
    assert!(asked >= 5, "{asked}");

    for (place, mut script) in typescript(&server) {
        let script = told(&mut script);
        for question in &questions {
            let (told, wanted) = (&script[&question.name], &wanted[question.name.as_str()]);
            // Rows that come one by one leave behind what stands beside them.
            for (field, value) in told.as_object().unwrap() {
                assert_eq!(plain(value), plain(&wanted[field]), "{}: {field} in {place}", question.name);
            }
            for path in &question.look {
                assert_eq!(look(told, path), look(wanted, path), "{}: {path} in {place}", question.name);
            }
        }
    }
    let python = repository().join("sdk-python/tests/same_answers.py");
    for how in ["blocking", "awaited"] {
        let told = told(Command::new(tool("python")).arg(&python).args([server.url(), "default", how]));
        for question in &questions {
            for path in &question.look {
                let (told, wanted) =
                    (&told[&question.name][path], look(&wanted[question.name.as_str()], path));
                assert_eq!(plain(told), wanted, "{}: {path} in Python, {how}", question.name);
            }
        }
    }
}
