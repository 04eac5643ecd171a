//! The README does what it says.
//!
//! Every ```bash, ```python and ```ts block is executed, in order, against one running demo: bash from the root of the
//! repository, Python with the SDK installed, TypeScript as a module of the built package. `cargo run --release --`
//! stands for the built binary and `localhost:50051` for the demo's address. A block whose info string has `no-test`
//! (```bash no-test) is left out.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use lojal_tests::{binary, command, repository, run, tool};

/// What one block may take.
const AT_MOST: Duration = Duration::from_secs(60);

#[derive(Debug, PartialEq)]
struct Block {
    line: usize,
    language: String,
    is_tested: bool,
    code: String,
}

/// The fenced blocks of a text.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, content) in (1..).zip(text.lines()) {
        match (&mut open, content.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default().to_owned();
                let is_tested = !words.any(|word| word == "no-test");
                open = Some(Block { line: line + 1, language, is_tested, code: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.code.push_str(content);
                block.code.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md"))
        .expect("a README.md at the root of the repository")
}

/// A running demo. It is killed when dropped.
struct Demo {
    process: Child,
    printed: Vec<String>,
    authority: String,
}

impl Demo {
    fn start() -> Self {
        let mut process = command(&["demo", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut demo = Self { process, printed: Vec::new(), authority: String::new() };
        while demo.authority.is_empty() {
            let line = lines.recv_timeout(AT_MOST).expect("the demo to serve");
            if let Some(rest) = line.strip_prefix("Serving on ") {
                demo.authority = rest.split(' ').next().unwrap().to_owned();
            }
            demo.printed.push(line);
        }
        demo
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program that does what the block says.
fn program(block: &Block, code: &str, directory: &Path) -> Command {
    match block.language.as_str() {
        "bash" => {
            let mut bash = Command::new("bash");
            let tools = repository().join("tests/.tools/venv/bin");
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path = std::iter::once(tools).chain(std::env::split_paths(&path));
            bash.args(["-euo", "pipefail", "-c", code]).current_dir(repository());
            bash.env("PATH", std::env::join_paths(path).unwrap());
            bash
        }
        "python" => {
            let mut python = Command::new(tool("python"));
            python.arg("-c").arg(code).current_dir(directory);
            python
        }
        "ts" => {
            let package = repository().join("sdk-js");
            assert!(
                package.join("dist/esm/node.js").is_file(),
                "the JavaScript package is not built: run `npm ci && npm run build` in sdk-js"
            );
            // Within the package, so that its own name leads to what would be published.
            let module = package.join(format!("dist/readme-{}.mjs", block.line));
            std::fs::write(directory.join("block.ts"), code).unwrap();
            let translate = "const ts = require('typescript'); const fs = require('fs'); \
                const [source, target] = process.argv.slice(1); \
                const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }; \
                const text = fs.readFileSync(source, 'utf8'); \
                fs.writeFileSync(target, ts.transpileModule(text, { compilerOptions: options }).outputText);";
            let mut node = Command::new("node");
            node.args(["-e", translate]).arg(directory.join("block.ts")).arg(&module).current_dir(&package);
            let _nothing = run(&mut node, AT_MOST).succeeded();
            let mut node = Command::new("node");
            node.arg(module).current_dir(directory);
            node
        }
        other => unreachable!("{other} is not executed"),
    }
}

#[test]
fn every_block_works() {
    let demo = Demo::start();
    let directory = tempfile::tempdir().unwrap();
    let mut executed = 0;
    for block in blocks(&readme()) {
        let is_executable = matches!(block.language.as_str(), "bash" | "python" | "ts");
        if !is_executable || !block.is_tested {
            continue;
        }
        let code = block.code.replace("cargo run --release --", binary().to_str().unwrap());
        let code = code.replace("localhost:50051", &demo.authority);
        let mut program = program(&block, &code, directory.path());
        let ran = run(&mut program, AT_MOST);
        if block.language == "ts" {
            let _ = std::fs::remove_file(repository().join(format!("sdk-js/dist/readme-{}.mjs", block.line)));
        }
        assert_eq!(ran.code, Some(0), "README.md:{}:\n{code}\n{}\n{}", block.line, ran.out, ran.err);
        assert!(!ran.out.trim().is_empty(), "README.md:{} shows nothing", block.line);
        executed += 1;
    }
    assert!(executed >= 3, "the README has {executed} blocks that are executed");
}

/// The lines of the ```text block that shows the demo, up to its "...", are lines of the demo.
#[test]
fn the_demo_prints_what_the_readme_shows() {
    let demo = Demo::start();
    // The README leaves out the lines of tables.
    let is_space = |letter: char| letter.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&letter);
    let plain =
        |line: &str| line.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let printed: Vec<String> = demo.printed.iter().map(|line| plain(line)).collect();
    let readme = blocks(&readme());
    let shown = readme.iter().find(|block| block.language == "text" && block.code.starts_with("Loaded"));
    for (number, line) in (0..).zip(shown.expect("a block that shows the demo").code.lines()) {
        let line = plain(line);
        let line = line.trim_end_matches("...");
        let found = printed.iter().any(|printed| printed.starts_with(line));
        assert!(found, "line {number}, {line:?}, is not what the demo prints:\n{}", printed.join("\n"));
    }
}

#[test]
fn links_lead_somewhere() {
    let text = readme();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    for target in local {
        let path = target.split('#').next().unwrap();
        assert!(repository().join(path).exists(), "README.md links to {target}, which is not there");
    }
}

#[test]
fn blocks_are_found_with_their_marks() {
    let text = "a\n```bash\necho 1\n\n```\nb\n```python no-test\nx = 2\n```\n```\nplain\n```\n";
    let block = |line, language: &str, is_tested, code: &str| Block {
        line,
        language: language.to_owned(),
        is_tested,
        code: code.to_owned(),
    };
    let expected = [
        block(3, "bash", true, "echo 1\n\n"),
        block(8, "python", false, "x = 2\n"),
        block(11, "", true, "plain\n"),
    ];
    assert_eq!(blocks(text), expected);
}
