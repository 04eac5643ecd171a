//! What generators of other languages read in the contract, held for every file and method there is and will be.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on has failed the test"
)]

use std::collections::HashMap;

use prost_reflect::prost_types::FileOptions;
use prost_reflect::{FileDescriptor, MethodDescriptor};
use serde_json::{Value, json};

const NO_SIDE_EFFECTS: i32 = 1;
const IDEMPOTENT: i32 = 2;

fn files() -> Vec<FileDescriptor> {
    let pool = lojal_proto::descriptors().unwrap();
    let files: Vec<FileDescriptor> = pool.files().filter(|file| file.package_name() == "lojal.v1").collect();
    assert!(files.len() > 12, "{}", files.len());
    files
}

fn methods() -> Vec<MethodDescriptor> {
    let methods: Vec<MethodDescriptor> = files()
        .iter()
        .flat_map(|file| {
            file.services().flat_map(|service| service.methods().collect::<Vec<_>>()).collect::<Vec<_>>()
        })
        .collect();
    assert!(methods.len() > 60, "{}", methods.len());
    methods
}

fn level(method: &MethodDescriptor) -> i32 {
    let proto = method.method_descriptor_proto();
    proto.options.as_ref().and_then(|options| options.idempotency_level).unwrap_or_default()
}

fn scope(method: &MethodDescriptor) -> String {
    let pool = method.parent_pool();
    let option = pool.get_extension_by_name("lojal.v1.scope").unwrap();
    let number = method.options().get_extension(&option).as_enum_number().unwrap();
    pool.get_enum_by_name("lojal.v1.Scope").unwrap().get_value(number).unwrap().name().to_owned()
}

/// Names that types of the contract may not have, with whose they are.
fn taken() -> HashMap<&'static str, &'static str> {
    let mut origin = "";
    let mut taken = HashMap::new();
    for line in include_str!("taken_names.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_suffix(':') {
            Some(next) => origin = next,
            None => taken.extend(line.split_whitespace().map(|name| (name, origin))),
        }
    }
    taken
}

/// What stands above a method in the file.
fn comment(method: &MethodDescriptor) -> String {
    let source = method.parent_file().file_descriptor_proto().source_code_info.clone().unwrap();
    let location = source.location.into_iter().find(|location| location.path == method.path()).unwrap();
    location.leading_comments.unwrap_or_default()
}

/// `nps_service.proto` is `NpsServiceProto`: a class of that name must be none of the file's own.
fn outer_class(file: &FileDescriptor) -> String {
    let stem = file.name().rsplit('/').next().unwrap().trim_end_matches(".proto");
    let capitalized = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    format!("{}Proto", stem.split('_').map(capitalized).collect::<String>())
}

#[test]
fn every_file_says_where_its_code_goes() {
    for file in files() {
        let expected = FileOptions {
            java_package: Some("dev.lojal.v1".to_owned()),
            java_outer_classname: Some(outer_class(&file)),
            java_multiple_files: Some(true),
            go_package: Some("lojal.dev/go/lojal/v1;lojalv1".to_owned()),
            csharp_namespace: Some("Lojal.V1".to_owned()),
            ..FileOptions::default()
        };
        assert_eq!(file.file_descriptor_proto().options.as_ref(), Some(&expected), "{}", file.name());
    }
}

#[test]
fn what_only_reads_says_so() {
    for method in methods() {
        let (name, scope, reads) = (method.full_name(), scope(&method), level(&method) == NO_SIDE_EFFECTS);
        match scope.as_str() {
            "SCOPE_READ" | "SCOPE_PERSONAL" => {
                assert!(reads, "{name}: {scope}, so it needs idempotency_level = NO_SIDE_EFFECTS");
            }
            "SCOPE_MANAGE" | "SCOPE_ERASE" => {
                assert!(!reads, "{name}: {scope} is for what changes something");
            }
            // Here are both: who loads asks how far they came, and a backup and the list of keys change nothing.
            _ => {
                let asks = ["Get", "List", "Backup"].iter().any(|verb| method.name().starts_with(verb));
                assert_eq!(reads, asks, "{name}");
            }
        }
    }
}

#[test]
fn what_may_be_sent_again_says_so_to_people_and_to_programs() {
    for method in methods() {
        let comment = comment(&method);
        let said = comment.lines().find_map(|line| line.trim().strip_prefix("Idempotency: "));
        let expected = match said {
            None => NO_SIDE_EFFECTS,
            // A level holds for every request, and a request_id may be left out.
            Some(said) if said.starts_with("none") || said.starts_with("by request_id") => 0,
            Some(_) => IDEMPOTENT,
        };
        assert_eq!(level(&method), expected, "{}: {said:?}", method.full_name());
    }
}

#[test]
fn no_name_is_taken_where_the_code_goes() {
    let taken = taken();
    assert_eq!(taken.get("TimeUnit"), Some(&"java.util.concurrent"));
    for file in files() {
        let messages = file.messages().map(|message| message.name().to_owned());
        let enums = file.enums().map(|kind| kind.name().to_owned());
        let services = file.services().map(|service| service.name().to_owned());
        for name in messages.chain(enums).chain(services) {
            assert_eq!(taken.get(name.as_str()), None, "{}: {name}", file.name());
        }
    }
}

/// The recommended service config asks again only what may be asked again.
#[test]
fn the_service_config_tries_again_what_may_be_sent_again() {
    let config: Value = serde_json::from_str(include_str!("../service_config.json")).unwrap();
    let policies = config["methodConfig"].as_array().unwrap();
    let [all, rest] = &policies[..] else { panic!("{policies:?}") };
    assert_eq!(all["name"], json!([{}]));
    assert_eq!(all["retryPolicy"]["retryableStatusCodes"], json!(["UNAVAILABLE"]));
    assert_eq!(rest.get("retryPolicy"), None);
    let mut once: Vec<Value> = methods()
        .iter()
        .filter(|method| level(method) == 0)
        .map(|method| json!({"service": method.parent_service().full_name(), "method": method.name()}))
        .collect();
    once.sort_by_key(ToString::to_string);
    let mut named = rest["name"].as_array().unwrap().clone();
    named.sort_by_key(ToString::to_string);
    assert_eq!(named, once);
}
