//! Answers: those of the contract, to the last digit.

use lojal_tests::calls::{Call, calls};
use lojal_tests::examples::{Example, examples};
use lojal_tests::mcp::Mcp;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

use super::shop;
use super::tools::{is_list, name_of, questions};

/// What a call of gRPC is answered with, as JSON in which zeros are told.
async fn told(call: &Call, channel: &tonic::transport::Channel, request: DynamicMessage) -> Option<Value> {
    let bytes = call.begin(channel, None, "default", request.encode_to_vec().into()).await.ok()??;
    let message = DynamicMessage::decode(call.method.output(), bytes).unwrap();
    let options = SerializeOptions::new().skip_default_fields(false);
    Some(message.serialize_with_options(serde_json::value::Serializer, &options).unwrap())
}

/// Examples that write what others speak of.
const FIRST: [&str; 5] = [
    "CustomerService/UpsertCustomers",
    "IngestService/RecordTransactions",
    "IngestService/RecordRefunds",
    "IngestService/RecordSurveyResponses",
    "ClvService/FitModel",
];

/// Records what the examples speak of.
async fn record(channel: &tonic::transport::Channel, pool: &DescriptorPool) {
    for wanted in FIRST {
        let call = calls().into_iter().find(|call| call.path.ends_with(wanted)).unwrap();
        let example = examples().into_iter().find(|one| one.method == wanted).unwrap();
        // Their amounts are in EUR and the sample's in USD.
        let example = Example { text: example.text.replace("EUR", "USD"), ..example };
        let message = example.messages(pool).remove(0);
        let recorded = call.begin(channel, None, "default", message.encode_to_vec().into()).await;
        assert!(recorded.unwrap().is_some(), "{wanted}");
    }
}

#[tokio::test]
async fn the_examples_of_the_contract_are_answered_as_over_grpc() {
    let (server, clients) = shop().await;
    let mut mcp = Mcp::of(&server, &["--personal"]);
    let pool = lojal_proto::descriptors().unwrap();
    record(&clients.channel, pool).await;
    let (mut answered, mut refused) = (0, Vec::new());
    for call in questions().iter().filter(|call| !is_list(call) && call.method.name() != "GetServerInfo") {
        let example = examples().into_iter().find(|one| call.path.ends_with(&one.method)).unwrap();
        let mut arguments: Value = serde_json::from_str(&example.text).unwrap();
        // Else answers are as of now, which is another instant at the next call.
        let has_moment = call.method.input().get_field_by_name("as_of").is_some();
        if has_moment && arguments.get("as_of").is_none() {
            arguments["as_of"] = "2026-06-01T00:00:00Z".into();
        }
        let request = DynamicMessage::deserialize(call.method.input(), &arguments).unwrap();
        let tool = name_of(call);
        let Some(mut wanted) = told(call, &clients.channel, request).await else {
            // The example is of data that are not there.
            let (sentence, _) = mcp.refusal(&tool, &arguments);
            assert!(sentence.len() > 20, "{tool}: {sentence}");
            refused.push(format!("{tool}: {sentence}"));
            continue;
        };
        let mut result = mcp.call(&tool, &arguments);
        let text: Value = serde_json::from_str(result["content"][1]["text"].as_str().unwrap()).unwrap();
        let mut told = result["structuredContent"].take();
        assert_eq!(text, told, "{tool}: clients that know text alone read the same");
        if !has_moment {
            // These say when they were asked, which was not at once.
            for answer in [&mut told, &mut wanted] {
                ["asOf", "windowEnd"].into_iter().for_each(|end| answer["provenance"][end] = Value::Null);
            }
        }
        assert_eq!(told, wanted, "{tool}");
        let sentence = result["content"][0]["text"].as_str().unwrap();
        if let Some(definition) = wanted["provenance"]["definition"].as_str() {
            assert!(sentence.contains(definition) && sentence.contains("as of"), "{tool}: {sentence}");
        }
        answered += 1;
    }
    assert!(answered > 35 && refused.len() < 8, "{answered} answered, and {refused:#?}");
}

#[tokio::test]
async fn lists_say_whether_there_are_more() {
    let (server, clients) = shop().await;
    let mut mcp = Mcp::of(&server, &["--personal"]);
    let as_of = "1998-07-01T00:00:00Z";
    let usual = mcp.call("predict_customers", &json!({"as_of": as_of, "without_intervals": true}));
    assert_eq!(usual["structuredContent"]["predictions"].as_array().unwrap().len(), 50);
    assert_eq!(usual["_meta"]["lojal.dev/more"], true);
    assert!(usual["content"][0]["text"].as_str().unwrap().contains("first 50 and there are more"), "{usual}");
    // Over a thousand, several messages are one, with what each of them says said once.
    let arguments =
        json!({"as_of": as_of, "without_intervals": true, "max_results": 1000, "with_totals": true});
    let many = mcp.answer("predict_customers", &arguments);
    assert_eq!(many["predictions"].as_array().unwrap().len(), 1_000);
    let provenance = usual["structuredContent"]["provenance"].clone();
    assert_eq!(many["provenance"], provenance);
    assert_eq!(many["totals"]["customers"], "2357");
    // Exactly as many as there are is all of them.
    let some = json!({"as_of": as_of, "filter": "orders >= 30", "max_results": 1000});
    let all = mcp.call("predict_customers", &some);
    let count = all["structuredContent"]["predictions"].as_array().unwrap().len();
    assert!(count > 1 && all.get("_meta").is_none(), "{count}");
    let exactly = json!({"as_of": as_of, "filter": "orders >= 30", "max_results": count});
    let exactly = mcp.call("predict_customers", &exactly);
    assert_eq!(exactly["structuredContent"], all["structuredContent"]);
    assert!(exactly.get("_meta").is_none());
    // And the same as over gRPC.
    for call in questions().iter().filter(|call| is_list(call)) {
        let request = json!({"as_of": as_of, "limit": 7});
        let request = DynamicMessage::deserialize(call.method.input(), request).unwrap();
        let wanted = told(call, &clients.channel, request).await.unwrap();
        let answer = mcp.answer(&name_of(call), &json!({"as_of": as_of, "max_results": 7}));
        assert_eq!(answer, wanted, "{}", call.path);
    }
}

#[tokio::test]
async fn each_call_may_name_its_workspace() {
    let (server, clients) = shop().await;
    let other = clients.in_workspace("other");
    lojal_tests::say::buy(&other, [("c1", "2026-03-01", "12.50")]).await;
    let of = |answer: &Value| answer["provenance"]["workspace"].clone();
    let mut mcp = Mcp::of(&server, &[]);
    assert_eq!(of(&mcp.answer("summarize_segments", &json!({}))), "default");
    let named = json!({"workspace": "other"});
    assert_eq!(of(&mcp.answer("summarize_segments", &named)), "other");
    assert_eq!(mcp.answer("get_workspace", &named)["workspace"]["workspace"], "other");
    let mut mcp = Mcp::of(&server, &["--workspace", "other"]);
    assert_eq!(of(&mcp.answer("summarize_segments", &json!({}))), "other");
    assert_eq!(of(&mcp.answer("summarize_segments", &json!({"workspace": "default"}))), "default");
}
