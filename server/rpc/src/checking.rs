//! For the tests of converters, which need no server: that nothing of an answer is left out on its way to the wire, and which
//! field of a request is refused.

use lojal_domain::{
    Currency, Estimate, EventTime, Exclusion, ExclusionCode, Method, Methods, Span, Warning, WarningCode,
    WorkspaceName, Zone,
};
use lojal_engine::{Period, Provenance};
use prost_reflect::{DynamicMessage, ReflectMessage, Value};

use crate::error::Refusal;

/// An estimate of which everything is known; `value` tells it from others.
pub(crate) fn estimate(value: f64) -> Estimate {
    let warnings = vec![Warning::new(WarningCode::FewObservations, "few were asked")];
    let estimate = Estimate::plain(Some(value), 7, Methods::from(Method::Prior).and(Method::DeltaMethod));
    let estimate = estimate.between(Some(value - 1.0), Some(value + 1.0), 0.9).give_or_take(Some(0.5));
    Estimate { warnings, design_effect: Some(1.5), ..estimate }
}

/// Where an answer comes from of which everything is known.
pub(crate) fn provenance() -> Provenance {
    let at = |micros| EventTime::from_micros(micros);
    Provenance {
        workspace: WorkspaceName::default(),
        as_of: at(5_000_000),
        revision: 3,
        known_at: Some(at(6_000_000)),
        definition: "test@1",
        span: Some(Span { start: at(1_000_000), end: at(2_000_000) }),
        zone: Zone::utc(),
        currency: Currency::parse("EUR").unwrap(),
        filter: "orders > 1".to_owned(),
        facts_as_of: Some(at(1_500_000)),
        excluded: vec![Exclusion { code: ExclusionCode::NotMatching, cause: "too poor", count: 4 }],
        warnings: vec![Warning::new(WarningCode::NoAnswers, "there is none")],
    }
}

/// A period of which everything is known.
pub(crate) fn period() -> Period {
    let at = |micros| EventTime::from_micros(micros);
    let span = Span { start: at(1_000_000), end: at(2_000_000) };
    Period { span, label: "1970".to_owned(), is_cut_off: true }
}

/// The fields of a message, and of those in it, that are at their default, as paths. What lists hold is looked at, too.
pub(crate) fn unset(message: &impl prost::Message, name: &str) -> Vec<String> {
    let pool = lojal_proto::descriptors().unwrap();
    let descriptor = pool.get_message_by_name(&format!("lojal.v1.{name}")).unwrap();
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).unwrap();
    let mut missing = Vec::new();
    look(&message, "", &mut missing);
    missing
}

fn look(message: &DynamicMessage, path: &str, missing: &mut Vec<String>) {
    if message.descriptor().full_name().starts_with("google.") {
        return;
    }
    for field in message.descriptor().fields() {
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        if !message.has_field(&field) {
            missing.push(path);
            continue;
        }
        match message.get_field(&field).as_ref() {
            Value::Message(inner) => look(inner, &path, missing),
            Value::List(values) => {
                for value in values {
                    if let Value::Message(inner) = value {
                        look(inner, &path, missing);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The field that is refused.
pub(crate) fn refused<T>(question: Result<T, Refusal>) -> String {
    match question {
        Ok(_) => panic!("nothing was refused"),
        Err(refusal) => refusal.violated().join(", "),
    }
}

/// A way to spoil a request, and the field that is refused then.
pub(crate) type Spoiled<R> = (fn(&mut R), &'static str);
