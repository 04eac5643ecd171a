//! `lojal demo`: real data, loaded and asked through the contract, and nothing left behind.

use std::time::Duration;

use lojal_tests::{command, run};

const AT_MOST: Duration = Duration::from_secs(60);

#[test]
fn the_demo_shows_what_the_literature_says_and_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let printed = run(command(&["demo", "--exit"]).env("TMPDIR", temporary.path()), AT_MOST).succeeded();
    for shown in [
        "6919 purchases of 2357 customers on 6696 customer-days",
        "0.2426",
        "4.4136",
        "0.7929",
        "2.4259",
        "Champions",
        "Lost",
        "simulated",
        "Spurious",
        "hang on whether they come back",
        "131 warnings of 121 customers",
        "Are they satisfied?",
        "1998-07-01",
    ] {
        assert!(printed.contains(shown), "{shown} is not shown:\n{printed}");
    }
    assert!(!printed.contains('\u{1b}'), "colours are for terminals");
    let left: Vec<_> = std::fs::read_dir(temporary.path()).unwrap().collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn the_demo_is_the_same_every_time() {
    let [first, second] = [(); 2].map(|()| run(&mut command(&["demo", "--exit"]), AT_MOST).succeeded());
    assert_eq!(first, second);
}

#[test]
fn demos_beside_each_other_take_ports_of_their_own() {
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            let mut demo = command(&["demo"]);
            demo.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    let mut addresses = Vec::new();
    for child in &mut children {
        use std::io::BufRead as _;
        let lines = std::io::BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let serving = lines.map_while(Result::ok).find(|line| line.starts_with("Serving on "));
        addresses.push(serving.expect("the demo to serve"));
    }
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_ne!(addresses[0], addresses[1]);
}
