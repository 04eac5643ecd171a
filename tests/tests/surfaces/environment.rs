//! Every setting in an environment variable, as the configuration in force has it.

use std::time::Duration;

use lojal_tests::{command, run};
use toml::{Table, Value};

const AT_MOST: Duration = Duration::from_secs(30);

fn config(arguments: &[&str], environment: &[(String, String)]) -> Table {
    let mut config = command(&[&["config"], arguments].concat());
    config.envs(environment.iter().map(|(name, value)| (name, value)));
    run(&mut config, AT_MOST).succeeded().parse().unwrap()
}

/// The settings of a table by their names, such as `server.tls.cert`. A table with nothing in it is one.
fn settings(table: &Table, above: &str) -> Vec<(String, Value)> {
    let named = |(name, value): (&String, &Value)| match value {
        Value::Table(inner) if !inner.is_empty() => settings(inner, &format!("{above}{name}.")),
        other => vec![(format!("{above}{name}"), other.clone())],
    };
    table.iter().flat_map(named).collect()
}

fn variable(name: &str) -> String {
    format!("LOJAL__{}", name.replace('.', "__").to_uppercase())
}

/// How another value than the default is written in the environment, and what it is then.
fn another(name: &str, default: &Value) -> (String, Value) {
    let as_text = |text: &str| (text.to_owned(), Value::from(text));
    match (name, default) {
        ("server.listen" | "metrics.listen", _) => as_text("127.0.0.1:7"),
        ("server.data_dir" | "log.calls_file", _) => as_text("/srv/lojal here/x"),
        ("server.tls.cert" | "server.tls.key" | "server.tls.client_ca", _) => as_text("/etc/lojal/some.pem"),
        ("auth.jwt.issuer" | "auth.jwt.audience", _) => as_text("https://login.example/lojal"),
        ("auth.jwt.jwks", _) => as_text("/etc/lojal/jwks.json"),
        ("auth.jwt.scopes_claim" | "auth.jwt.workspaces_claim", _) => as_text("/realm_access/roles"),
        ("auth.jwt.scope_prefix", _) => as_text("shop:"),
        ("server.reflection", _) => as_text("open"),
        ("traces.endpoint", _) => as_text("https://collector.internal:4317"),
        ("traces.service", _) => as_text("lojal-hr"),
        ("workspace.time_zone", _) => as_text("Europe/Zagreb"),
        ("workspace.currency", _) => as_text("EUR"),
        ("log.level", _) => as_text("info,lojal::calls=debug"),
        ("log.format", _) => as_text("json"),
        ("log.calls_rotation", _) => as_text("never"),
        ("server.hosts", _) => {
            let names = ["lojal.internal", "lojal.example"];
            (r#"["lojal.internal", lojal.example]"#.to_owned(), Value::from(names.to_vec()))
        }
        ("server.web_origins", _) => {
            (r#"["https://shop.example"]"#.to_owned(), Value::from(vec!["https://shop.example"]))
        }
        ("quotas.workspaces", _) => {
            let quota: Table =
                "shop-hr = { heavy_calls = 2, calls_per_second = 0, rows_per_day = 0 }".parse().unwrap();
            ("{shop-hr={heavy_calls=2}}".to_owned(), quota.into())
        }
        (_, Value::Boolean(is_set)) => ((!is_set).to_string(), Value::from(!is_set)),
        (_, Value::Integer(number)) => ((number + 1).to_string(), Value::from(number + 1)),
        (_, Value::Float(_)) => ("0.25".to_owned(), Value::from(0.25)),
        other => panic!("say here what else {other:?} can be"),
    }
}

#[test]
fn every_setting_can_be_made_in_the_environment() {
    let defaults: Table =
        run(&mut command(&["config", "--default"]), AT_MOST).succeeded().parse().expect("a configuration");
    let defaults = settings(&defaults, "");
    assert_eq!(settings(&config(&[], &[]), ""), defaults);
    let others: Vec<_> = defaults.iter().map(|(name, default)| (name, another(name, default))).collect();
    // Each by itself, but for those that are nothing without another.
    let group = |name: &str| ["server.tls.", "auth.jwt."].into_iter().find(|group| name.starts_with(group));
    let together = |name: &str, other: &str| group(name).is_some() && group(name) == group(other);
    for (name, (text, value)) in &others {
        let with = others.iter().filter(|(other, _)| other == name || together(name, other));
        let environment: Vec<_> = with.map(|(name, (text, _))| (variable(name), text.clone())).collect();
        let in_force = settings(&config(&[], &environment), "");
        let whole = config(&[], &environment);
        let path: Vec<&str> = name.split('.').collect();
        let found = path.iter().try_fold(&Value::from(whole), |at, key| at.get(key)).cloned();
        assert_eq!(found.as_ref(), Some(value), "{name} by {environment:?}");
        // And nothing else by it.
        for (other, default) in &defaults {
            if other != *name && !together(name, other) {
                let here = in_force.iter().find(|(name, _)| name == other).map(|(_, value)| value);
                assert_eq!(here, Some(default), "{other} by {environment:?}");
            }
        }
        assert_ne!(text, "", "{name}");
    }
    // And all of them at once.
    let all: Vec<_> = others.iter().map(|(name, (text, _))| (variable(name), text.clone())).collect();
    let in_force = config(&[], &all);
    assert_eq!(in_force["workspace"]["currency"].as_str(), Some("EUR"));
    assert_eq!(in_force["quotas"]["workspaces"]["shop-hr"]["heavy_calls"].as_integer(), Some(2));
}

#[test]
fn values_are_written_as_in_files_or_more_simply() {
    let of = |variable: &str, text: &str, path: [&str; 2]| {
        config(&[], &[(variable.to_owned(), text.to_owned())])[path[0]][path[1]].clone()
    };
    assert_eq!(
        of("LOJAL__STORE__FREE_BYTES_MIN", "1_000_000", ["store", "free_bytes_min"]),
        1_000_000.into()
    );
    assert_eq!(of("LOJAL__SERVER__HOSTS", "[]", ["server", "hosts"]), Value::Array(vec![]));
    assert_eq!(of("LOJAL__METRICS__LISTEN", "", ["metrics", "listen"]), "".into());
    // Names that look like numbers want quotes, as they do in files.
    assert_eq!(of("LOJAL__TRACES__SERVICE", "\"2026\"", ["traces", "service"]), "2026".into());
    // A quota of a workspace, key by key.
    let quotas = of("LOJAL__QUOTAS__WORKSPACES__SHOP-HR__ROWS_PER_DAY", "7", ["quotas", "workspaces"]);
    assert_eq!(quotas["shop-hr"]["rows_per_day"], 7.into());
}
