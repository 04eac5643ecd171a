//! The binary as people meet it: what it says when something is wrong, and what it ends with.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use lojal_tests::say::refused_in_words;
use lojal_tests::{Ran, Server, command, run};

const AT_MOST: Duration = Duration::from_secs(30);

fn ran(arguments: &[&str], environment: &[(&str, &str)], directory: &Path) -> Ran {
    let mut command = command(arguments);
    command.envs(environment.iter().copied()).current_dir(directory);
    run(&mut command, AT_MOST)
}

/// Fails with one clear sentence on standard error, which holds these words, and nothing on standard output.
fn refused(arguments: &[&str], environment: &[(&str, &str)], words: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let ran = ran(arguments, environment, directory.path());
    let what = format!("{arguments:?} {environment:?}");
    refused_in_words(&what, &ran, words);
    // Whoever mistyped an argument has made no data directory by it.
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert!(left.is_empty(), "left {left:?} behind: {what}: {ran:?}");
}

#[test]
fn a_data_directory_in_use() {
    let server = Server::start();
    let data = server.data_dir();
    let data = data.to_str().unwrap();
    refused(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data], &[], &["use", data]);
}

#[test]
fn a_port_in_use() {
    let server = Server::start();
    refused(&["serve", "--listen", server.authority()], &[], &[server.authority(), "--listen"]);
}

#[test]
fn an_address_of_another_machine() {
    refused(&["serve", "--listen", "192.0.2.1:50051"], &[], &["192.0.2.1:50051"]);
}

#[test]
fn a_data_directory_that_cannot_be() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    refused(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path], &[], &[path]);
}

#[test]
fn a_directory_of_something_else() {
    let directory = tempfile::tempdir().unwrap();
    let theirs = "settings of another program\n";
    std::fs::write(directory.path().join("conf"), theirs).unwrap();
    let path = directory.path().to_str().unwrap();
    let ran = ran(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path], &[], directory.path());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    // Lines of the log may stand before it.
    let error = ran.err.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(error.contains(path), "{ran:?}");
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(directory.path().join("conf")).unwrap(), theirs);
}

#[test]
fn a_configuration_file_that_is_missing_or_wrong() {
    refused(&["serve", "--config", "/nowhere/lojal.toml"], &[], &["/nowhere/lojal.toml", "does not exist"]);
    let wrong = [
        ("[server]\nlissten = \"x\"", "lissten"),
        ("[server]\nlisten = \"here\"", "listen"),
        ("[server]\ncalls = 0", "calls"),
        ("[server]\ncalls = \"many\"", "calls"),
        ("[workspace]\ntime_zone = \"Mars/Olympus\"", "time_zone"),
        ("[workspace]\ncurrency = \"euro\"", "currency"),
        ("[log]\nformat = \"xml\"", "format"),
        ("[nowhere]\nx = 1", "nowhere"),
        ("this is not toml", "TOML"),
    ];
    for (text, word) in wrong {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        refused(&["serve", "--config", path], &[], &[word]);
        refused(&["config", "--config", path], &[], &[word]);
    }
}

#[test]
fn settings_in_the_environment_that_are_wrong() {
    refused(&["config"], &[("LOJAL__SERVER__LISTEN", "here")], &["LISTEN", "LOJAL__"]);
    refused(&["config"], &[("LOJAL__SERVER__LISSTEN", "127.0.0.1:1")], &["lissten"]);
    refused(&["config"], &[("LOJAL__WORKSPACE__TIME_ZONE", "Mars")], &["time_zone"]);
}

#[test]
fn arguments_that_are_wrong() {
    refused(&["serve", "--nonsense"], &[], &["--nonsense"]);
    refused(&["swerve"], &[], &["swerve"]);
    refused(&["serve", "--listen", "here"], &[], &["--listen", "here"]);
    refused(&["serve", "--listen", "127.0.0.1:99999"], &[], &["--listen"]);
    refused(&["import"], &[], &["FILE"]);
    refused(&["import", "x.csv", "--chunk-rows", "100001"], &[], &["100001"]);
}

#[test]
fn without_arguments_it_tells_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let ran = ran(&[], &[], directory.path());
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for word in ["serve", "demo", "import", "ask", "backup", "restore", "config"] {
        assert!(ran.err.contains(word), "{ran:?}");
    }
}

#[test]
fn help_and_version() {
    let directory = tempfile::tempdir().unwrap();
    let version = ran(&["--version"], &[], directory.path()).succeeded();
    assert_eq!(version.trim(), format!("lojal {}", env!("CARGO_PKG_VERSION")));
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["demo", "--help"],
        &["import", "--help"],
        &["ask", "--help"],
        &["ask", "loyalty", "--help"],
        &["backup", "--help"],
        &["restore", "--help"],
        &["doctor", "--help"],
        &["compact", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ] {
        let help = ran(command, &[], directory.path()).succeeded();
        assert!(help.contains("Usage: lojal"), "{help}");
    }
}

#[test]
fn every_command_has_a_page_and_every_shell_its_completions() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("pages");
    _ = ran(&["man", "--out", out.to_str().unwrap()], &[], directory.path()).succeeded();
    let page = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_default();
    let listed = ran(&["--help"], &[], directory.path()).succeeded();
    let commands = listed.lines().skip_while(|line| *line != "Commands:").skip(1).map_while(|line| {
        let name = line.split_whitespace().next()?;
        Some(name.to_owned()).filter(|name| name != "help")
    });
    let commands: Vec<String> = commands.collect();
    assert!(commands.len() >= 14, "{listed}");
    for command in &commands {
        assert!(page(&format!("lojal-{command}.1")).contains(".SH SYNOPSIS"), "{command}");
        assert!(page("lojal.1").contains(&format!("lojal\\-{command}")), "{command}");
    }
    assert!(page("lojal-ask-nps.1").contains(r"\-\-workspace"), "commands below commands have theirs");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = ran(&["completions", shell], &[], directory.path()).succeeded();
        for command in &commands {
            assert!(text.contains(command.as_str()), "{shell} does not know {command}");
        }
    }
    refused(&["completions", "cmd"], &[], &["cmd", "bash"]);
    refused(&["man", "--out", "/dev/null/pages"], &[], &["/dev/null/pages", "directory"]);
}

#[test]
fn the_default_configuration_is_a_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let documented = ran(&["config", "--default"], &[], directory.path()).succeeded();
    let file = directory.path().join("lojal.toml");
    std::fs::write(&file, &documented).unwrap();
    let in_force = ran(&["config"], &[], directory.path()).succeeded();
    let read_back = ran(&["config", "--config", file.to_str().unwrap()], &[], directory.path()).succeeded();
    assert_eq!(in_force, read_back);
    // Every option that is in force is documented, with a comment above it.
    for line in in_force.lines().filter(|line| line.contains(" = ")) {
        let name = line.split(" = ").next().unwrap();
        assert!(documented.contains(&format!("\n{name} = ")), "{name} is not documented");
    }
    // What is printed is a configuration as well.
    std::fs::write(&file, &in_force).unwrap();
    let again = ran(&["config", "--config", file.to_str().unwrap()], &[], directory.path()).succeeded();
    assert_eq!(in_force, again);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lojal.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1\"\ndrain_seconds = 3\n").unwrap();
    let file = file.to_str().unwrap();
    let environment = [("LOJAL__SERVER__LISTEN", "127.0.0.1:2")];
    let listens = |arguments: &[&str], environment: &[(&str, &str)]| {
        let text = ran(arguments, environment, directory.path()).succeeded();
        let line = text.lines().find(|line| line.starts_with("listen")).unwrap().to_owned();
        assert!(text.contains("drain_seconds = 3"), "{text}");
        line
    };
    assert_eq!(listens(&["config", "--config", file], &[]), "listen = \"127.0.0.1:1\"");
    assert_eq!(listens(&["config", "--config", file], &environment), "listen = \"127.0.0.1:2\"");
    let flag = ["config", "--config", file, "--listen", "127.0.0.1:3"];
    assert_eq!(listens(&flag, &environment), "listen = \"127.0.0.1:3\"");
}

#[tokio::test]
async fn a_server_listens_where_the_environment_says() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let address = format!("127.0.0.1:{port}");
    let mut process = command(&["serve"])
        .env("LOJAL__SERVER__LISTEN", &address)
        .env("LOJAL__SERVER__DATA_DIR", &data)
        .env("LOJAL__WORKSPACE__CURRENCY", "EUR")
        .env("LOJAL__WORKSPACE__TIME_ZONE", "Europe/Zagreb")
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    lojal_tests::until("the server to listen", AT_MOST, || std::net::TcpStream::connect(&address).ok());
    let workspace = lojal_tests::Clients::connect(&format!("http://{address}")).await.workspace().await;
    assert_eq!((&*workspace.reporting_currency_code, &*workspace.time_zone), ("EUR", "Europe/Zagreb"));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(data.is_dir());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_for_programs_when_asked() {
    let mut server = Server::start_with(&[("LOJAL__LOG__FORMAT", "json")]);
    server.clients().await.workspace().await;
    assert!(server.stop().status.success());
    let log = server.log();
    assert!(!log.is_empty());
    for line in log.lines() {
        let entry: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(entry["level"].is_string(), "{line}");
        assert_ne!(entry["target"], "lojal::calls", "calls are logged only when asked: {line}");
    }
}

#[test]
fn health_is_asked_of_a_running_server() {
    let mut server = Server::start();
    let ask = |more: &[&str], url: &str| {
        let mut asked = command(&["health", "--server", url]);
        asked.args(more);
        run(&mut asked, AT_MOST)
    };
    let url = server.url().to_owned();
    for more in [&[][..], &["--service", "lojal.v1.IngestService"]] {
        let told = ask(more, &url);
        assert_eq!((told.code, told.out.as_str()), (Some(0), "serving\n"), "{told:?}");
    }
    let told = ask(&["--service", "lojal.v1.Nobody"], &url);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("no such service"), "{told:?}");
    server.kill();
    let told = ask(&[], &url);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("no server answers"), "{told:?}");
}
