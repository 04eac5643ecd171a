//! `lojal mcp` as a program meets it that lets models use tools: lines of JSON-RPC, written by hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Server, command, until};

/// Whoever takes longer to answer or to end is taken for stuck, however slow the machine.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);

/// The version of the protocol that is spoken here.
pub const VERSION: &str = "2025-06-18";

/// What a client says first.
#[must_use]
pub fn introduction() -> Value {
    json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}})
}

/// A running `lojal mcp`, over its standard input and output.
pub struct Mcp {
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    last: i64,
}

impl Mcp {
    /// Starts one that asks a server, and introduces itself.
    #[must_use]
    pub fn of(server: &Server, arguments: &[&str]) -> Self {
        Self::of_url(server.url(), arguments)
    }

    /// The same of a server that need not be there.
    #[must_use]
    pub fn of_url(url: &str, arguments: &[&str]) -> Self {
        let mut mcp = Self::spawn(command(&["mcp", "--server", url]).args(arguments));
        let answer = mcp.ask("initialize", &introduction());
        assert_eq!(answer["result"]["protocolVersion"], VERSION, "{answer}");
        mcp.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        mcp
    }

    /// Starts a process, and says nothing.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn spawn(command: &mut Command) -> Self {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary to start");
        let (input, output) = (process.stdin.take(), process.stdout.take().expect("a pipe"));
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        Self { process, input, lines, last: 0 }
    }

    /// Writes a line.
    ///
    /// # Panics
    /// When nobody reads it.
    pub fn send(&mut self, line: &str) {
        let input = self.input.as_mut().expect("an input that is open");
        writeln!(input, "{line}").and_then(|()| input.flush()).expect("somebody who reads");
    }

    /// The next line that it writes.
    ///
    /// # Panics
    /// When there is none in time, or it is no JSON.
    #[must_use]
    pub fn next(&self) -> Value {
        let line = self.lines.recv_timeout(ANSWERS_WITHIN).expect("an answer in time");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Sends a request and returns its number.
    pub fn begin(&mut self, method: &str, params: &Value) -> i64 {
        self.last += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params});
        self.send(&request.to_string());
        self.last
    }

    /// Sends a request and returns what is answered.
    ///
    /// # Panics
    /// When something else is answered.
    #[must_use]
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.next();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Uses a tool and returns its result.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let mut answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        assert!(answer["result"].is_object(), "{tool} with {arguments}: {answer}");
        answer["result"].take()
    }

    /// Uses a tool that answers, and returns the answer as the contract has it.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn answer(&mut self, tool: &str, arguments: &Value) -> Value {
        let mut result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{tool} with {arguments}: {result}");
        result["structuredContent"].take()
    }

    /// Uses a tool that refuses, and returns the sentence and what else there is.
    ///
    /// # Panics
    /// When it answers.
    #[must_use]
    pub fn refusal(&mut self, tool: &str, arguments: &Value) -> (String, Value) {
        let mut result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{tool} with {arguments}: {result}");
        let text = result["content"][0]["text"].as_str().expect("a sentence").to_owned();
        (text, result["structuredContent"].take())
    }

    /// The tools that it lists.
    ///
    /// # Panics
    /// When it lists none.
    #[must_use]
    pub fn tools(&mut self) -> Vec<Value> {
        let answer = self.ask("tools/list", &json!({}));
        answer["result"]["tools"].as_array().expect("tools").clone()
    }

    /// Closes its input and waits for it to end.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn end(mut self) -> ExitStatus {
        self.input = None;
        until("the tools to end", ANSWERS_WITHIN, || self.process.try_wait().expect("a process to wait for"))
    }
}

impl Drop for Mcp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A running `lojal mcp --listen`.
pub struct McpOverHttp {
    process: Child,
    /// Where it listens, such as `127.0.0.1:40123`.
    pub address: String,
}

impl McpOverHttp {
    /// Starts one that asks a server.
    ///
    /// # Panics
    /// When it does not say where it listens.
    #[must_use]
    pub fn of(server: &Server, listen: &str, arguments: &[&str]) -> Self {
        let mut command = command(&["mcp", "--server", server.url(), "--listen", listen]);
        let mut process =
            command.args(arguments).stdout(Stdio::piped()).spawn().expect("the binary to start");
        let mut line = String::new();
        let output = process.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address =
            line.trim().split_once(" listening on http://").and_then(|(_, url)| url.strip_suffix("/mcp"));
        let address = address.unwrap_or_else(|| panic!("it says {line:?}")).to_owned();
        Self { process, address }
    }

    /// Asks it to stop, and waits.
    ///
    /// # Panics
    /// When it does not.
    pub fn stop(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a process to signal");
        until("the tools to stop", ANSWERS_WITHIN, || self.process.try_wait().expect("a process to wait for"))
    }
}

impl Drop for McpOverHttp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
