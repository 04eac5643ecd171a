//! The Debian package: made of the binary under test, looked at, installed into a directory, run from there, upgraded and purged.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use lojal_tests::{Clients, Ran, binary, optional_tool, repository, run, until};

const AT_MOST: Duration = Duration::from_secs(300);
/// What Lintian may say: nobody's address is in it, and Debian knows no bug of ours.
const FORGIVEN: &str = "malformed-contact,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs";

/// Makes the package, where there is what makes one.
fn package(out: &Path) -> Option<PathBuf> {
    let cargo_deb = optional_tool("cargo-deb")?;
    optional_tool("dpkg-deb")?;
    let mut path = cargo_deb.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut build = Command::new(repository().join("server/packaging/deb/build"));
    build.arg(binary()).arg(out).arg("--fast").env("PATH", path).env_remove("CARGO_TARGET_DIR");
    _ = run(&mut build, AT_MOST).succeeded();
    let mut made = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let package = made.next().expect("a package");
    assert!(made.next().is_none() && package.extension().is_some_and(|kind| kind == "deb"), "{package:?}");
    Some(package)
}

/// A system that has nothing but this package.
struct System(tempfile::TempDir);

impl System {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for directory in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"] {
            std::fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        std::fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
        Self(root)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// What depends on other packages is not looked at, and scripts run outside, as there is no shell inside.
    fn dpkg(&self, arguments: &[&str]) -> Ran {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", self.0.path().display()));
        dpkg.args(["--force-script-chrootless", "--force-depends", "--force-confold"]).args(arguments);
        run(&mut dpkg, AT_MOST)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_debian_package_installs_runs_and_goes_without_the_data() {
    let out = tempfile::tempdir().unwrap();
    let Some(package) = package(out.path()) else { return };
    let package = package.to_str().unwrap();
    let fields = run(Command::new("dpkg-deb").args(["--info", package]), AT_MOST).succeeded();
    for field in
        ["Package: lojal", &format!("Version: {}-1", env!("CARGO_PKG_VERSION")), "libc6 (>= ", "sysusers"]
    {
        assert!(fields.contains(field), "{field}: {fields}");
    }
    if let Some(lintian) = optional_tool("lintian") {
        let mut lint = Command::new(lintian);
        lint.args(["--allow-root", "--fail-on", "error,warning", "--suppress-tags", FORGIVEN, package]);
        _ = run(&mut lint, AT_MOST).succeeded();
    }
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED, AND NOTHING PROVED: only root can install a package");
        return;
    }
    let system = System::new();
    _ = system.dpkg(&["--install", package]).succeeded();
    assert!(system.text("etc/passwd").contains("lojal:x:"), "its user was not made");
    let wanted = system.path("etc/systemd/system/multi-user.target.wants/lojal.service");
    assert!(wanted.symlink_metadata().is_ok(), "its unit is not enabled");
    let unit = system.text("usr/lib/systemd/system/lojal.service");
    assert_eq!(unit, std::fs::read_to_string(repository().join("server/packaging/lojal.service")).unwrap());

    // What is started is what the unit starts, but for where the files are.
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    assert_eq!(start, "/usr/bin/lojal serve --config /etc/lojal.toml --data-dir /var/lib/lojal");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let lojal = system.path("usr/bin/lojal");
    let mut serve = Command::new(&lojal);
    serve.args(["serve", "--listen", &port.to_string()]);
    serve.arg("--config").arg(system.path("etc/lojal.toml"));
    serve.arg("--data-dir").arg(system.path("var/lib/lojal"));
    let quiet = std::process::Stdio::null;
    let mut server = serve.stdout(quiet()).stderr(quiet()).spawn().unwrap();
    until("the server to listen", AT_MOST, || std::net::TcpStream::connect(port).ok());
    Clients::connect(&format!("http://{port}")).await.workspace().await;
    server.kill().unwrap();
    server.wait().unwrap();

    // Whoever passes it on passes on the licenses of what is in it: of a crate, and of C within one.
    let unpacked =
        |name: &str| run(Command::new("gzip").arg("-dc").arg(system.path(name)), AT_MOST).succeeded();
    let licenses = unpacked("usr/share/doc/lojal/third-party-licenses.txt.gz");
    for words in ["\nsled 0.34", "Tyler Neely", "Jason Evans", "Zstandard software"] {
        assert!(licenses.contains(words), "{words}");
    }

    // Manuals and completions are those of this binary.
    let page = unpacked("usr/share/man/man1/lojal-serve.1.gz");
    assert!(page.contains(r"\-\-data\-dir"), "{page}");
    let completes = system.path("usr/share/bash-completion/completions/lojal");
    let typed = "COMP_WORDS=(lojal he); COMP_CWORD=1; _lojal lojal he lojal; echo \"${COMPREPLY[@]}\"";
    let script = format!("source '{}' && {typed}", completes.display());
    let completed = run(Command::new("bash").args(["-c", &script]), AT_MOST).succeeded();
    assert!(completed.split_whitespace().any(|word| word == "health"), "{completed}");

    // What somebody set stays when the package comes again, and what was recorded stays when it goes.
    let ours = system.text("etc/lojal.toml").replace("UTC", "Europe/Zagreb");
    std::fs::write(system.path("etc/lojal.toml"), &ours).unwrap();
    _ = system.dpkg(&["--install", package]).succeeded();
    assert_eq!(system.text("etc/lojal.toml"), ours);
    _ = system.dpkg(&["--purge", "lojal"]).succeeded();
    assert!(!lojal.exists() && !system.path("etc/lojal.toml").exists());
    assert!(system.path("var/lib/lojal/LOJAL").exists(), "a purge took what was recorded");
}

/// The configuration that is shipped says nothing but what is the default, so that whoever leaves it gets what the manual says.
#[test]
fn the_shipped_configuration_is_the_default_said_again() {
    let in_force = |arguments: &[&str]| {
        run(&mut lojal_tests::command(&[&["config"], arguments].concat()), AT_MOST).succeeded()
    };
    let shipped = repository().join("server/packaging/lojal.toml");
    assert_eq!(in_force(&["--config", shipped.to_str().unwrap()]), in_force(&[]));
}
