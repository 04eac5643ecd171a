//! What systemd is told by a server that it started, or whatever else speaks as it does, and the unit that starts one.

use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lojal_tests::{Server, cdnow, command, repository, run, until};
use rustix::process::{Pid, Signal, kill_process};

const AT_MOST: Duration = Duration::from_secs(60);
/// So that reading them takes a moment, as in `readiness.rs`.
const WORKSPACES: usize = 60;

/// The manager's end of the socket.
struct Manager {
    socket: UnixDatagram,
    directory: tempfile::TempDir,
}

impl Manager {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(directory.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(AT_MOST)).unwrap();
        Self { socket, directory }
    }

    fn path(&self) -> String {
        self.directory.path().join("notify").to_str().unwrap().to_owned()
    }

    /// The next message, line by line.
    fn next(&self) -> Vec<String> {
        let mut bytes = [0; 4_096];
        let length = self.socket.recv(&mut bytes).expect("the server has something to say");
        std::str::from_utf8(&bytes[..length]).unwrap().lines().map(str::to_owned).collect()
    }

    /// All up to the first with this line, which is the last of them.
    fn until(&self, line: &str) -> Vec<Vec<String>> {
        let begun = Instant::now();
        let mut came = Vec::new();
        while begun.elapsed() < AT_MOST {
            came.push(self.next());
            if came.last().unwrap().iter().any(|said| said == line) {
                return came;
            }
        }
        panic!("waited in vain for {line} among {came:?}");
    }
}

/// What comes after this in the first line that begins so.
fn after<'a>(message: &'a [String], start: &str) -> Option<&'a str> {
    message.iter().find_map(|line| line.strip_prefix(start))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_tells_how_far_it_is_and_asks_for_more_time() {
    let server = cdnow::stopped_with_many(WORKSPACES).await;
    let manager = Manager::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut serve = command(&["serve", "--listen", &port.to_string(), "--data-dir"]);
    serve.arg(server.data_dir()).env("NOTIFY_SOCKET", manager.path());
    let mut process = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let came = manager.until("READY=1");
    // Whoever is told may call at once, and stop it at once.
    lojal_tests::Clients::connect(&format!("http://{port}")).await.workspace().await;
    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    let stopping = manager.until("STOPPING=1").pop().unwrap();
    assert!(process.wait().unwrap().success());
    let reading: Vec<_> = came
        .iter()
        .filter(|message| {
            after(message, "STATUS=").is_some_and(|status| status.starts_with("reading the log: "))
        })
        .collect();
    assert!(!reading.is_empty(), "{came:?}");
    for message in reading {
        assert_eq!(after(message, "EXTEND_TIMEOUT_USEC="), Some("300000000"), "{came:?}");
    }
    // The drain of 10 s, and what else a stop may take.
    assert_eq!(after(&stopping, "EXTEND_TIMEOUT_USEC="), Some("30000000"), "{stopping:?}");
}

#[test]
fn a_server_beats_while_it_lives_tells_how_it_is_and_when_it_reads_again() {
    /// What is waited for, and how long each takes at least: half of the time that the manager gives.
    const BEATS: u32 = 20;
    const EACH: Duration = Duration::from_millis(50);
    let manager = Manager::new();
    let free = u64::MAX.to_string();
    let began = Instant::now();
    let mut server = Server::start_with(&[
        ("NOTIFY_SOCKET", &manager.path()),
        ("WATCHDOG_USEC", "100000"),
        // More than any disk has free.
        ("LOJAL__STORE__FREE_BYTES_MIN", &free),
    ]);
    manager.until("READY=1");
    let (mut beats, mut refused) = (0, String::new());
    while beats < BEATS || refused.is_empty() {
        let message = manager.next();
        if message == ["WATCHDOG=1"] {
            beats += 1;
        }
        if let Some(status) = after(&message, "STATUS=serving questions") {
            status.clone_into(&mut refused);
        }
    }
    // From before the server began, since beats may have waited here and come at once.
    let took = began.elapsed();
    assert!(took >= EACH * (beats - 1), "beats come too often: {beats} in {took:?}");
    assert!(refused.contains("writes are refused"), "{refused}");
    // As `systemctl reload` has it, which waits for READY.
    kill_process(server.pid(), Signal::HUP).unwrap();
    let reloading = manager.until("RELOADING=1").pop().unwrap();
    let now: u64 = after(&reloading, "MONOTONIC_USEC=").unwrap().parse().unwrap();
    let clock = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = clock.split(' ').next().unwrap().parse().unwrap();
    // Uptime counts what the machine slept, so it is a bound.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of seconds"
    )]
    let bound = ((uptime + 1.0) * 1e6) as u64;
    assert!(0 < now && now <= bound, "{now} µs, where {bound} have gone by");
    manager.until("READY=1");
    // Who does not run does not beat.
    kill_process(server.pid(), Signal::STOP).unwrap();
    manager.socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut bytes = [0; 4_096];
    while manager.socket.recv(&mut bytes).is_ok() {}
    manager.socket.set_read_timeout(Some(AT_MOST)).unwrap();
    kill_process(server.pid(), Signal::CONT).unwrap();
    manager.until("WATCHDOG=1");
    server.terminate();
    manager.until("STOPPING=1");
    assert!(server.wait().success());
}

#[test]
fn a_server_whose_manager_is_gone_goes_on() {
    let manager = Manager::new();
    let path = manager.path();
    drop(manager);
    let mut server = Server::start_with(&[("NOTIFY_SOCKET", &path), ("WATCHDOG_USEC", "100000")]);
    until("it to be told", AT_MOST, || server.log().contains("NOTIFY_SOCKET").then_some(()));
    assert!(server.stop().status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_manager_does_not_read_goes_on_and_stops() {
    let manager = Manager::new();
    let full = UnixDatagram::unbound().unwrap();
    full.set_nonblocking(true).unwrap();
    while full.send_to(b"STATUS=there is no room left", manager.path()).is_ok() {}
    let mut server = Server::start_with(&[("NOTIFY_SOCKET", &manager.path()), ("WATCHDOG_USEC", "100000")]);
    server.clients().await.workspace().await;
    assert!(server.stop().status.success(), "{}", server.log());
}

#[test]
fn the_unit_is_sound_and_lets_the_server_do_little() {
    let analyze = |arguments: &[&str]| {
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(arguments).arg(repository().join("server/packaging/lojal.service"));
        run(&mut analyze, AT_MOST)
    };
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("SKIPPED, AND NOTHING PROVED: this needs systemd-analyze");
        return;
    }
    // What it says of other units of the machine is no matter, and neither that the program is not installed.
    let verified = analyze(&["verify", "--man=no", "--recursive-errors=no"]);
    let lines = verified.err.lines().filter(|line| line.contains("lojal"));
    let wrong: Vec<&str> = lines.filter(|line| !line.contains("/usr/bin/lojal is not executable")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let judged = analyze(&["security", "--offline=true", "--no-pager", "--threshold=15"]);
    // The threshold is ten times the exposure that is shown.
    assert_eq!(judged.code, Some(0), "{judged:?}");
    assert!(judged.out.contains("Overall exposure level"), "{judged:?}");
}
