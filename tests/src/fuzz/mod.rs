//! Calls of every kind that nobody would make, made in their thousands: what the contract says of messages, filled with
//! what makes sense, what nearly does and what does not, then bent as bytes. The server may refuse everything, in a
//! sentence; it may not panic, fail inside, keep a caller waiting past their deadline, or answer with numbers that are none.

mod judge;
mod message;
mod wire;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use prost::Message as _;
use prost_reflect::DynamicMessage;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::net::TcpStream;
use tonic::{Code, Status};

use crate::calls::{Call, calls};
use crate::examples::examples;
use crate::{Server, cdnow, keys};

/// Calls have as long as that, as their header says; some have less.
const DEADLINE: Duration = Duration::from_secs(2);
const SHORT_DEADLINES: [Duration; 3] =
    [Duration::from_millis(1), Duration::from_millis(10), Duration::from_millis(100)];
/// A call that is not over so long after its deadline hangs, even on a machine that does much else.
const OVERDUE: Duration = Duration::from_secs(20);
/// Messages of a stream that are read.
const READ: usize = 20;
/// Bytes of an answer that are kept to be looked into.
const LOOKED_AT: usize = 1 << 20;
/// Problems told in full.
const TOLD: usize = 20;
/// Methods that fit models, measure everybody's past, or wait: a call of them takes as long as hundreds of others.
const HEAVY: [&str; 11] = [
    "Backtest",
    "CompareModels",
    "FitModel",
    "GetTracking",
    "GetWarningQuality",
    "ListEarlyWarnings",
    "ListLoyalty",
    "PlanNpsSample",
    "SummarizeLoyalty",
    "ValidateScore",
    "WatchEarlyWarnings",
];
/// Names of each kind that are remembered from answers.
const REMEMBERED: usize = 30;

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Calls in all.
    pub calls: u64,
    /// Decides what is sent.
    pub seed: u64,
    /// Calls on one data directory, after which the server is stopped, started again, and looked at.
    pub calls_per_directory: u64,
    /// Calls under way at once.
    pub at_once: usize,
    /// How many of the calls drawn of [`HEAVY`] methods are made, from 0 to 1. With all of them the machine does little else.
    pub heavy: f64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What became of the calls of each method.
    pub methods: BTreeMap<String, OfMethod>,
    /// Calls by the code they ended with.
    pub codes: BTreeMap<String, u64>,
    /// What should not have been, in words.
    pub problems: Vec<String>,
    /// How many problems there were.
    pub wrong: u64,
    /// The longest time from a call to its end.
    pub slowest: Duration,
}

/// Calls of one method.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfMethod {
    /// That ended.
    pub calls: u64,
    /// Of these, the ones that were answered.
    pub answered: u64,
    /// How long all of them took, which is what the others waited for, too.
    pub time: Duration,
}

impl Summary {
    fn problem(&mut self, told: String) {
        self.wrong += 1;
        if self.problems.len() < TOLD {
            self.problems.push(told);
        }
    }

    fn add(&mut self, other: Self) {
        for (method, more) in other.methods {
            let here = self.methods.entry(method).or_default();
            here.calls += more.calls;
            here.answered += more.answered;
            here.time += more.time;
        }
        for (code, calls) in other.codes {
            *self.codes.entry(code).or_default() += calls;
        }
        for problem in other.problems {
            self.problem(problem);
        }
        self.slowest = self.slowest.max(other.slowest);
    }

    /// Methods of which no call was answered: nothing behind their checks was reached.
    #[must_use]
    pub fn never_answered(&self) -> Vec<&str> {
        self.methods.iter().filter(|(_, of)| of.answered == 0).map(|(method, _)| method.as_str()).collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: u64 = self.codes.values().sum();
        write!(f, "{calls} calls, slowest {:.1?}, {} wrong;", self.slowest, self.wrong)?;
        for (code, calls) in &self.codes {
            write!(f, " {code} {calls}")?;
        }
        Ok(())
    }
}

/// What is sent, and to what.
struct Corpus {
    /// Each with whether it is heavy.
    calls: Vec<(Call, bool)>,
    /// Requests that mean something, by path.
    examples: HashMap<String, Vec<DynamicMessage>>,
}

impl Corpus {
    fn new() -> Self {
        let pool = lojal_proto::descriptors().expect("the contract");
        let examples = examples()
            .into_iter()
            .map(|example| (format!("/lojal.v1.{}", example.method), example.messages(pool)))
            .collect();
        let calls = calls().into_iter().map(|call| {
            let is_heavy = HEAVY.contains(&call.method.name());
            (call, is_heavy)
        });
        Self { calls: calls.collect(), examples }
    }
}

/// One of those who call, over and over.
struct Caller {
    corpus: Arc<Corpus>,
    random: ChaCha8Rng,
    /// Where the server is.
    authority: String,
    connection: Option<SendRequest<Full<Bytes>>>,
    key: http::HeaderValue,
    /// The key's id, which is not spoken of: revoked it would open nothing any more.
    key_id: String,
    /// How many of the heavy calls drawn are made.
    heavy: f64,
    /// Ids and tokens seen in answers, by the field that takes them.
    seen: BTreeMap<String, Vec<String>>,
    summary: Summary,
}

/// How a call ended.
struct Ended {
    status: Status,
    body: Bytes,
}

impl Caller {
    async fn go(mut self, left: Arc<AtomicU64>) -> Summary {
        let corpus = self.corpus.clone();
        while take_one(&left) {
            let Some((call, is_heavy)) = corpus.calls.choose(&mut self.random) else { break };
            if *is_heavy && !self.random.random_bool(self.heavy) {
                left.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            self.call(call).await;
        }
        self.summary
    }

    /// The messages of a call: mostly one, in a stream some.
    fn messages(&mut self, call: &Call) -> Vec<DynamicMessage> {
        let random = &mut self.random;
        let of = call.method.input();
        let examples = self.corpus.examples.get(&call.path);
        let wanted = if call.method.is_client_streaming() { random.random_range(0..5) } else { 1 };
        let mut messages = Vec::new();
        for _ in 0..wanted {
            let example = examples.and_then(|examples| examples.choose(random));
            let mut message = match example {
                Some(example) if random.random_bool(0.6) => {
                    let mut message = example.clone();
                    for _ in 0..[0, 1, 1, 2, 4][random.random_range(0..5)] {
                        message::change(random, &mut message);
                    }
                    message
                }
                _ => message::make(random, &of),
            };
            if random.random_bool(0.3) {
                let taken: Vec<_> =
                    self.seen.iter().filter(|(name, _)| of.get_field_by_name(name).is_some()).collect();
                if let Some((name, texts)) = taken.choose(random)
                    && let Some(text) = texts.choose(random)
                {
                    judge::speak_of(&mut message, name, text);
                }
            }
            messages.push(message);
        }
        messages
    }

    async fn call(&mut self, call: &Call) {
        let messages = self.messages(call);
        let encoded = messages.iter().map(DynamicMessage::encode_to_vec).collect();
        let sent = wire::send(&mut self.random, encoded);
        let begun = Instant::now();
        let (body, is_plain, keeps_deadline) = (sent.body.clone(), sent.is_plain, sent.keeps_deadline());
        // Who has no deadline turns away in the end.
        let patience = if keeps_deadline { DEADLINE + OVERDUE } else { DEADLINE };
        let ended = tokio::time::timeout(patience, self.send(call, sent)).await;
        let took = begun.elapsed();
        self.summary.slowest = self.summary.slowest.max(took);
        let wrong = match &ended {
            Err(_) => keeps_deadline.then(|| format!("not over after {took:.0?}")),
            Ok(ended) => {
                *self.summary.codes.entry(format!("{:?}", ended.status.code())).or_default() += 1;
                let is_ok = ended.status.code() == Code::Ok;
                let counted = self.summary.methods.entry(call.path.clone()).or_default();
                counted.calls += 1;
                counted.answered += u64::from(is_ok);
                counted.time += took;
                judge::of_status(&ended.status, is_plain).or_else(|| self.look_into(call, &ended.body))
            }
        };
        if let Some(wrong) = wrong {
            let said: Vec<String> =
                messages.iter().map(|message| serde_json::to_string(message).unwrap_or_default()).collect();
            let bytes: String = body.iter().take(400).map(|byte| format!("{byte:02x}")).collect();
            self.summary.problem(format!("{}: {wrong}\n    {}\n    {bytes}", call.path, said.join(" ")));
        }
    }

    /// A connection, a new one if the server ended the last.
    async fn connected(&mut self) -> hyper::Result<&mut SendRequest<Full<Bytes>>> {
        if self.connection.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(&self.authority).await.expect("a server to connect to");
            // Small frames that wait for each other make every call take the 40 ms of a delayed acknowledgement.
            stream.set_nodelay(true).expect("a socket");
            let (connection, task) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
            tokio::spawn(task);
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut().expect("one that was just made");
        connection.ready().await?;
        Ok(connection)
    }

    async fn send(&mut self, call: &Call, sent: wire::Sent) -> Ended {
        let short =
            if self.random.random_bool(0.05) { SHORT_DEADLINES.choose(&mut self.random) } else { None };
        let deadline = short.copied().unwrap_or(DEADLINE);
        let mut request = http::Request::post(format!("http://localhost{}", call.path))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-timeout", format!("{}m", deadline.as_millis()));
        if let Some(headers) = request.headers_mut() {
            headers.insert("authorization", self.key.clone());
            for (name, value) in sent.headers {
                if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                    headers.insert(name, value);
                }
            }
        }
        let request = request.body(Full::new(sent.body)).expect("a request");
        let answer = match self.connected().await {
            Ok(connection) => connection.send_request(request).await,
            Err(error) => Err(error),
        };
        let (head, mut body) = match answer {
            Ok(answer) => answer.into_parts(),
            // The connection ended, or the server reset the stream.
            Err(error) => return Ended { status: Status::unknown(format!("{error:?}")), body: Bytes::new() },
        };
        if let Some(status) = Status::from_header_map(&head.headers) {
            return Ended { status, body: Bytes::new() };
        }
        let mut read = BytesMut::new();
        let mut frames = 0;
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    if let Some(trailers) = frame.trailers_ref() {
                        let status = Status::from_header_map(trailers);
                        let status = status.unwrap_or_else(|| Status::unknown("trailers without a status"));
                        return Ended { status, body: read.freeze() };
                    }
                    if let Some(data) = frame.data_ref()
                        && read.len() + data.len() <= LOOKED_AT
                    {
                        read.extend_from_slice(data);
                    }
                    frames += 1;
                    if frames == READ {
                        // Enough of it: the caller turns away.
                        return Ended { status: Status::ok(""), body: read.freeze() };
                    }
                }
                Err(error) => {
                    return Ended { status: Status::unknown(format!("{error:?}")), body: read.freeze() };
                }
            }
        }
        Ended { status: Status::unknown(format!("{} and no trailers", head.status)), body: read.freeze() }
    }

    /// Decodes what was answered, remembers what it names, and says what is wrong with it.
    fn look_into(&mut self, call: &Call, mut body: &[u8]) -> Option<String> {
        while body.len() >= 5 {
            let flag = body.get_u8();
            let length = body.get_u32() as usize;
            if flag != 0 || length > body.len() {
                return None;
            }
            let (message, rest) = body.split_at(length);
            body = rest;
            let answer = match DynamicMessage::decode(call.method.output(), message) {
                Ok(answer) => answer,
                Err(error) => return Some(format!("its answer does not decode: {error}")),
            };
            if let Some(path) = judge::no_number(&answer) {
                return Some(format!("{path} in its answer"));
            }
            let mut found = Vec::new();
            judge::names(&answer, &mut found);
            for (name, text) in found.into_iter().filter(|(_, text)| *text != self.key_id).take(5) {
                let kept = self.seen.entry(name).or_default();
                if kept.len() == REMEMBERED {
                    kept.remove(self.random.random_range(0..REMEMBERED));
                }
                kept.push(text);
            }
        }
        None
    }
}

fn take_one(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

/// Makes the calls. `told` hears how far it is after each data directory.
///
/// # Panics
/// When there is no server to call.
pub async fn run(plan: Plan, mut told: impl FnMut(&Summary)) -> Summary {
    let corpus = Arc::new(Corpus::new());
    let mut summary = Summary::default();
    let mut done = 0;
    let mut round = 0;
    while done < plan.calls {
        let calls = plan.calls_per_directory.min(plan.calls - done);
        summary.add(on_a_directory(&corpus, Plan { calls, seed: plan.seed + round, ..plan }).await);
        done += calls;
        round += 1;
        told(&summary);
    }
    summary
}

async fn on_a_directory(corpus: &Arc<Corpus>, plan: Plan) -> Summary {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let key = keys::create(&data, "owner", &["--scope", "admin,ingest,read,personal,manage,erase"]);
    let mut server = Server::start_on(&data, &[]);
    cdnow::load(&server.clients().await.with_key(&key)).await;
    let key_id = keys::id(&key).to_owned();
    let key: http::HeaderValue = format!("Bearer {key}").parse().expect("a header");
    let left = Arc::new(AtomicU64::new(plan.calls));
    let summary = Arc::new(Mutex::new(Summary::default()));
    let callers = (0..plan.at_once as u64).map(|number| {
        let mut seed = plan.seed.to_le_bytes().to_vec();
        seed.extend(number.to_le_bytes());
        seed.resize(32, 0);
        let caller = Caller {
            corpus: corpus.clone(),
            random: ChaCha8Rng::from_seed(seed.try_into().expect("32 bytes")),
            authority: server.authority().to_owned(),
            connection: None,
            key: key.clone(),
            key_id: key_id.clone(),
            heavy: plan.heavy,
            seen: BTreeMap::new(),
            summary: Summary::default(),
        };
        let (left, summary) = (left.clone(), summary.clone());
        tokio::spawn(async move {
            let own = caller.go(left).await;
            summary.lock().add(own);
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller");
    }
    let mut summary = std::mem::take(&mut *summary.lock());
    // What was recorded is data like any other: it is there after a stop, and a start.
    let stopped = server.stop();
    if !stopped.status.success() {
        summary.problem(format!("the server ended with {}", stopped.status));
    }
    server.start_again();
    server.stop();
    let log = server.log();
    for line in log.lines().filter(|line| line.contains("panicked") || line.contains("ERROR")) {
        summary.problem(format!("seed {}: the server logged {line}", plan.seed));
    }
    summary
}
