//! The container image: its last stage, made of the binary under test, and run as its user.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lojal_tests::{Ran, binary, optional_tool, repository, run};
use serde_json::Value;

const AT_MOST: Duration = Duration::from_secs(300);
/// Without debug lines, of a debug build: what is released takes about half.
const MEGABYTES: u64 = 150;

/// What goes into the image, in a directory that stands for the stage that would compile it.
fn root(stage: &Path) -> Ran {
    let mut root = Command::new(repository().join("server/packaging/container/root"));
    run(root.arg(binary()).arg(stage.join("image")), AT_MOST)
}

fn lines(out: &str) -> Vec<&str> {
    out.lines().collect()
}

#[test]
fn the_root_of_the_image_holds_the_binary_and_no_more_than_it_loads() {
    let stage = tempfile::tempdir().unwrap();
    _ = root(stage.path()).succeeded();
    let image = stage.path().join("image");
    let mut find = Command::new("find");
    find.arg(&image).args(["-type", "f", "-printf", "%P %k\n"]);
    let found = run(&mut find, AT_MOST).succeeded();
    let (mut names, mut kilobytes) = (Vec::new(), 0);
    for line in lines(&found) {
        let (name, size) = line.rsplit_once(' ').unwrap();
        names.push(name.rsplit('/').next().unwrap());
        kilobytes += size.parse::<u64>().unwrap();
    }
    names.sort_unstable();
    let own = ["LICENSE", "ca-certificates.crt", "group", "lojal", "passwd", "third-party-licenses.txt.gz"];
    let is_library = |name: &&str| name.starts_with("ld-linux") || name.contains(".so");
    // What Debian says of its libraries.
    let is_known = |name: &&str| own.contains(name) || is_library(name) || *name == "copyright";
    assert!(names.iter().all(is_known), "{names:?}");
    assert!(own.iter().all(|name| names.contains(name)), "{names:?}");
    assert!(kilobytes < MEGABYTES * 1024, "{kilobytes} kB");
    // Somebody's directory is not mixed with it.
    let again = root(stage.path());
    assert!(again.code == Some(1) && again.err.contains("is not empty"), "{again:?}");
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED, AND NOTHING PROVED: only root can look from inside");
        return;
    }
    // From inside, with nothing else there, and as nobody who may do anything.
    let mut demo = Command::new("chroot");
    demo.args(["--userspec=65532:65532"]).arg(&image).args(["/usr/bin/lojal", "demo", "--exit"]);
    demo.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").process_group(0);
    let told = run(&mut demo, AT_MOST).succeeded();
    assert!(told.contains("NPS"), "{told}");
}

#[test]
fn the_image_is_built_by_its_file() {
    let Some(buildah) = optional_tool("buildah") else { return };
    if !rustix::process::geteuid().is_root() {
        println!("SKIPPED, AND NOTHING PROVED: images are built here by root alone");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    _ = root(&place.path().join("stage")).succeeded();
    let buildah = |arguments: &[&str]| {
        let mut command = Command::new(&buildah);
        command.args(["--storage-driver", "vfs", "--root", &path("storage"), "--runroot", &path("run")]);
        run(command.args(arguments).current_dir(repository()), AT_MOST)
    };
    let stage = format!("root={}", path("stage"));
    let file = "server/packaging/Containerfile";
    let build =
        ["build", "--isolation", "chroot", "--build-context", &stage, "--file", file, "--tag", "lojal", "."];
    _ = buildah(&build).succeeded();
    let told: Value =
        serde_json::from_str(&buildah(&["inspect", "--type", "image", "lojal"]).succeeded()).unwrap();
    let config = &told["OCIv1"]["config"];
    assert_eq!(config["User"], "65532:65532", "{config}");
    assert_eq!(config["Entrypoint"], serde_json::json!(["/usr/bin/lojal"]), "{config}");
    assert!(config["Volumes"].get("/data").is_some(), "{config}");
    let container = buildah(&["from", "lojal"]).succeeded().trim().to_owned();
    let lojal = |arguments: &[&str]| {
        let run = ["run", "--isolation", "chroot", &container, "--", "/usr/bin/lojal"];
        buildah(&[&run, arguments].concat())
    };
    // As it is started without a word: open to others, so it wants a certificate and a key, or to be told.
    let refused = lojal(&["serve"]);
    assert!(refused.code != Some(0) && refused.err.contains("--insecure"), "{refused:?}");
    let in_force = lojal(&["config"]).succeeded();
    assert!(in_force.contains("data_dir = \"/data\"") && in_force.contains("0.0.0.0:50051"), "{in_force}");
    // Its user may write where data are kept.
    let key = lojal(&["key", "create", "--data-dir", "/data", "--name", "operator", "--scope", "admin"])
        .succeeded();
    assert!(key.starts_with("lojal_"), "{key}");
}

/// What the stage that compiles copies is what cargo needs, which cannot be built here without images of others.
#[test]
fn the_stage_that_compiles_copies_all_that_cargo_asks_for() {
    let place = tempfile::tempdir().unwrap();
    let file = std::fs::read_to_string(repository().join("server/packaging/Containerfile")).unwrap();
    let stage = file.split("FROM scratch").next().unwrap();
    let copied: Vec<Vec<&str>> = stage
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(copied.len() >= 5, "{file}");
    for words in copied {
        let (to, from) = words.split_last().unwrap();
        for from in from {
            let to = if *to == "./" { place.path().join(from) } else { place.path().join(to) };
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            _ = run(Command::new("cp").arg("-r").arg(repository().join(from)).arg(to), AT_MOST).succeeded();
        }
    }
    // Every target of every member is found, and the lock is theirs.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--locked", "--no-deps", "--format-version", "1"]).current_dir(place.path());
    let told: Value = serde_json::from_str(&run(&mut metadata, AT_MOST).succeeded()).unwrap();
    let mut targets = Vec::new();
    for package in told["packages"].as_array().unwrap() {
        targets
            .extend(package["targets"].as_array().unwrap().iter().map(|target| target["src_path"].clone()));
    }
    assert!(targets.len() > 12, "{targets:?}");
    for target in targets {
        assert!(Path::new(target.as_str().unwrap()).is_file(), "{target} is not copied");
    }
}
