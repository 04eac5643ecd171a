//! Metrics are those that their comment in the contract names, and each is there once.

use std::collections::BTreeSet;

use lojal_proto::v1;

use super::known::names;
use super::wanted::Wanted;

#[test]
fn the_contract_names_every_metric_and_no_other() {
    let contract = include_str!("../../../../../proto/lojal/v1/export_service.proto");
    let (_, rest) = contract.split_once("// Which, in any order").unwrap();
    let (comment, _) = rest.split_once("repeated string metrics").unwrap();
    let words = comment.split(|of: char| !of.is_ascii_alphanumeric() && of != '_');
    let told: BTreeSet<&str> = words.filter(|word| names().any(|name| name == *word)).collect();
    let lists = comment.split(':').skip(2).flat_map(|list| list.split('.').next());
    let listed = lists
        .flat_map(|list| list.split(','))
        .map(|name| name.trim_matches(|of: char| !of.is_alphanumeric() && of != '_'));
    let listed: BTreeSet<String> = listed
        .map(|name| name.split_whitespace().filter(|word| *word != "//").collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(told.len(), names().count());
    for name in
        listed.iter().filter(|name| !name.contains(' ') && !name.is_empty() && !name.starts_with("Get"))
    {
        assert!(told.contains(&**name), "{name}");
    }
    assert_eq!(names().collect::<BTreeSet<_>>().len(), names().count());
}

#[test]
fn what_cannot_be_told_is_left_out_unless_it_is_named() {
    let asked = |metrics: &[&str], interval: v1::CalendarInterval, window: &str| {
        let metrics = metrics.iter().map(|&name| name.to_owned()).collect();
        Wanted::of(&v1::ExportMetrics {
            metrics,
            interval: interval.into(),
            window: window.to_owned(),
            ..Default::default()
        })
    };
    let (none, month) = (v1::CalendarInterval::Unspecified, v1::CalendarInterval::Month);
    let all = asked(&[], none, "all").unwrap();
    assert!(all.has("nps") && all.has("revenue") && !all.has("new_customers") && !all.has("logo_churn_rate"));
    let months = asked(&[], month, "12mo").unwrap();
    assert!(names().all(|name| months.has(name)));
    let some = asked(&["nps", "churn_rate"], none, "").unwrap();
    assert!(some.has("nps") && some.has("churn_rate") && !some.has("revenue"));
    for wrong in [&["npz"][..], &["nps", "nps"], &["new_customers"]] {
        assert!(asked(wrong, none, "").is_err(), "{wrong:?}");
    }
}
