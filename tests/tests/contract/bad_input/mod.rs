//! What cannot be taken is refused with a code, a reason, the field at fault and a sentence, and leaves nothing behind.

mod columns;
mod limits;
mod long_texts;
mod pages;
mod questions;
mod rows;
mod streams;
mod voids;
mod workspaces;

use lojal_proto::v1;
use lojal_tests::{Clients, Failure, Server, failure};
use tonic::{Code, Status};

/// How a refusal must look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    code: Code,
    reason: v1::ErrorReason,
    /// Path of the field that `google.rpc.BadRequest` must name first; empty where no field is at fault.
    field: &'static str,
}

pub(crate) const fn expected(code: Code, reason: v1::ErrorReason, field: &'static str) -> Expected {
    Expected { code, reason, field }
}

/// A field that is missing, malformed or out of range.
pub(crate) const fn invalid(field: &'static str) -> Expected {
    expected(Code::InvalidArgument, v1::ErrorReason::InvalidField, field)
}

/// Collects everything that is wrong, so that one run shows all of it.
pub(crate) struct Checks {
    _server: Server,
    pub(crate) clients: Clients,
    problems: Vec<String>,
}

impl Checks {
    pub(crate) async fn start() -> Self {
        let server = Server::start();
        let clients = server.clients().await;
        Self { _server: server, clients, problems: Vec::new() }
    }

    pub(crate) fn check(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    /// Holds a refusal against what it must be, and returns it.
    pub(crate) fn refused<T: std::fmt::Debug>(
        &mut self,
        case: &str,
        answer: Result<T, Status>,
        expected: Expected,
    ) -> Option<Failure> {
        let status = match answer {
            Ok(answer) => {
                self.problems.push(format!("{case}: was taken and answered {answer:?}"));
                return None;
            }
            Err(status) => status,
        };
        let found = failure(&status);
        let Expected { code, reason, field } = expected;
        let reason = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        self.check(found.code == code, || format!("{case}: code {:?}, not {code:?}: {found:?}", found.code));
        self.check(found.reason == reason, || format!("{case}: reason {:?}, not {reason}", found.reason));
        self.check(found.domain == "lojal.dev", || format!("{case}: domain {:?}", found.domain));
        let named = found.fields.first().map_or("", |(field, _)| field.as_str());
        self.check(named == field, || format!("{case}: names {:?}, not {field:?}: {found:?}", found.fields));
        if !field.is_empty() && reason == "INVALID_FIELD" {
            let told = found.metadata.get("field").map(String::as_str);
            self.check(told == Some(field), || format!("{case}: metadata field is {told:?}"));
        }
        let sentence = &found.message;
        self.check(sentence.len() > 10, || format!("{case}: says only {sentence:?}"));
        for leak in ["sled", "/tmp", "src/", "panicked", "Some(", "Err("] {
            self.check(!sentence.contains(leak), || format!("{case}: leaks {leak:?}: {sentence}"));
        }
        Some(found)
    }

    /// The revision of the default workspace.
    pub(crate) async fn revision(&self) -> i64 {
        self.clients.workspace().await.revision
    }

    /// As [`Self::refused`], for a write: nothing of it may have been recorded since `revision`.
    pub(crate) async fn not_recorded<T: std::fmt::Debug>(
        &mut self,
        case: &str,
        answer: Result<T, Status>,
        expected: Expected,
        revision: i64,
    ) -> Option<Failure> {
        let found = self.refused(case, answer, expected);
        let now = self.revision().await;
        self.check(now == revision, || format!("{case}: the revision went from {revision} to {now}"));
        found
    }

    /// Fails with everything that was found.
    pub(crate) fn done(self) {
        let shown: Vec<String> =
            self.problems.iter().take(20).map(|problem| problem.chars().take(600).collect()).collect();
        assert!(shown.is_empty(), "{} problems, such as:\n{}", self.problems.len(), shown.join("\n"));
    }
}
