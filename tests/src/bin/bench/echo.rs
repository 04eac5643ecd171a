//! A bare tonic server, for comparison: it takes a message of any size and answers bytes of the size the caller names.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::future::BoxFuture;
use lojal_tests::raw::BytesCodec;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// How many sizes it answers with.
pub(crate) const SIZES: usize = 3;
/// The methods, one for each size.
pub(crate) const PATHS: [&str; SIZES] = ["/bench.Echo/0", "/bench.Echo/1", "/bench.Echo/2"];

#[derive(Clone)]
struct Echo {
    answers: [Bytes; SIZES],
}

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

struct Answer(Bytes);

impl UnaryService<Bytes> for Answer {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        ready(Ok(Response::new(self.0.clone())))
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let which = PATHS.iter().position(|path| *path == request.uri().path()).unwrap_or(0);
        let answer = Answer(self.answers[which].clone());
        Box::pin(async move { Ok(Grpc::new(BytesCodec).unary(answer, request).await) })
    }
}

/// Serves until killed. Sizes of the answers come by the environment.
pub(crate) fn serve() {
    let sizes = std::env::var("ECHO_SIZES").expect("sizes in the environment");
    let mut sizes = sizes.split(',').map(|size| size.parse().expect("a size"));
    let answers = PATHS.map(|_| Bytes::from(vec![0x5a; sizes.next().expect("a size for each method")]));
    crate::runtime().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        std::io::stdout().flush().expect("a reader");
        // A builder's tcp_nodelay concerns only listeners of its own making.
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = tonic::transport::Server::builder();
        let mut server = server
            .initial_stream_window_size(4 * 1024 * 1024)
            .initial_connection_window_size(16 * 1024 * 1024);
        let served = server.add_service(Echo { answers }).serve_with_incoming(incoming);
        served.await.expect("to serve");
    });
}

/// The echo in a process of its own. It is killed when dropped.
pub(crate) struct Process {
    process: Child,
    pub(crate) url: String,
}

impl Process {
    /// Starts it, to answer messages of these sizes.
    pub(crate) fn start(sizes: [usize; SIZES]) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(program)
            .arg("echo")
            .env("ECHO_SIZES", sizes.map(|size| size.to_string()).join(","))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the echo to start");
        let mut line = String::new();
        let output = process.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("a line");
        Self { process, url: format!("http://{}", line.trim()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
