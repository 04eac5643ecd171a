//! Chunks of an import are recorded in their order, whatever the store is busy with; and what one caller does not read
//! holds up nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lojal_domain::{Currency, CustomerId, EventTime, FixedClock, SystemEntropy, WorkspaceName, Zone};
use lojal_engine::{ApiKeys, Engine, Settings};
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use lojal_store::{
    Appended, Batch, Cut, Document, Erased, Fold, MemoryStore, Position, Recorded, Store, StoreError, Visit,
    VisitUntil, WorkspaceStatus,
};
use lojal_tests::{Clients, Server, at, failure, money};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Endpoint;

const TRANSACTIONS: usize = 40;
/// A stream of which nothing is taken for so long is stuck.
const QUIET: Duration = Duration::from_millis(500);

/// Purchases, each given back and then taken back, a chunk for each step: none can be recorded before the one before it,
/// nor after the one after it.
fn chunks() -> Vec<v1::ImportRequest> {
    let time = Some(at("2025-01-01T00:00:00Z"));
    let amount = Some(money("10", "USD"));
    let mut chunks = Vec::new();
    for number in 0..TRANSACTIONS {
        let transaction_id = format!("t{number}");
        let sold = v1::Transaction {
            customer_id: "ann".to_owned(),
            transaction_id: transaction_id.clone(),
            time,
            amount: amount.clone(),
            ..Default::default()
        };
        let given_back = v1::Refund {
            refund_id: format!("r{number}"),
            transaction_id: transaction_id.clone(),
            time,
            amount: amount.clone(),
        };
        let taken_back = v1::TransactionVoid { transaction_id, ..Default::default() };
        chunks.push(Rows::Transactions(v1::TransactionRows { rows: vec![sold] }));
        chunks.push(Rows::Refunds(v1::RefundRows { rows: vec![given_back] }));
        chunks.push(Rows::Voids(v1::VoidRows { rows: vec![taken_back] }));
    }
    let numbered = (1..).zip(chunks);
    let chunk = |(sequence, rows)| v1::ImportRequest { sequence, rows: Some(rows), ..Default::default() };
    numbered.map(chunk).collect()
}

/// A store that is the busier the earlier a batch comes, among a few: left to themselves, later ones overtake.
#[derive(Default)]
struct Busy {
    store: MemoryStore,
    batches: AtomicUsize,
}

#[async_trait]
impl Store for Busy {
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        let number = self.batches.fetch_add(1, Ordering::Relaxed);
        for _ in 0..16 * (3 - number % 4) {
            tokio::task::yield_now().await;
        }
        self.store.append(workspace, batch).await
    }

    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError> {
        self.store.history(workspace, customer, cut, visit).await
    }

    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError> {
        self.store.scan(workspace, cut, fold).await
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        visit: Box<VisitUntil>,
    ) -> Result<(), StoreError> {
        self.store.walk(workspace, cut, after, visit).await
    }

    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.store.timeline(workspace, customer, cut, before, limit).await
    }

    async fn revision_at(&self, workspace: &WorkspaceName, known_at: EventTime) -> Result<u64, StoreError> {
        self.store.revision_at(workspace, known_at).await
    }

    async fn erase(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        erased_at: EventTime,
    ) -> Result<Erased, StoreError> {
        self.store.erase(workspace, customer, erased_at).await
    }

    async fn workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        self.store.workspaces().await
    }

    async fn delete_workspace(&self, workspace: &WorkspaceName) -> Result<bool, StoreError> {
        self.store.delete_workspace(workspace).await
    }

    async fn put_document(&self, workspace: &WorkspaceName, document: Document) -> Result<(), StoreError> {
        self.store.put_document(workspace, document).await
    }

    async fn documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        self.store.documents(workspace, collection).await
    }

    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        self.store.status(workspace).await
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

#[tokio::test]
async fn chunks_are_recorded_in_their_order_by_a_store_that_takes_its_time() {
    let now = EventTime::from_micros(at("2026-01-01T00:00:00Z").seconds * 1_000_000);
    let settings = Settings { zone: Zone::named("UTC").unwrap(), currency: Currency::parse("USD").unwrap() };
    let (store, clock) = (Arc::new(Busy::default()), Arc::new(FixedClock::new(now)));
    let keys = ApiKeys::open(store.clone(), clock.clone(), Arc::new(SystemEntropy)).await.unwrap();
    let engine = Engine::new(store, clock, settings);
    let (stop, stopping) = watch::channel(false);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = lojal_rpc::routes(Arc::new(engine), Arc::new(keys), stopping);
    let server = tonic::transport::Server::builder().add_routes(routes);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let (answers, ended) = Clients::connect(&url).await.import(chunks()).await;
    assert_eq!(ended.map_err(|status| failure(&status)), Ok(()), "after {} answers", answers.len());
    assert_eq!(answers.len(), 3 * TRANSACTIONS);
    drop(stop);
}

/// While rows are being recorded a workspace keeps its currency, so whoever changes settings waits for them. That must
/// not be a wait for a caller who sends and sends and reads no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_reads_no_answers_holds_up_nobody() {
    let server = Server::start();
    let clients = server.clients().await;
    // Room for few answers, so that many are owed soon.
    let narrow = Endpoint::from_shared(server.url().to_owned()).unwrap().initial_stream_window_size(1_024);
    let channel = narrow.connect().await.unwrap();
    let (sent, mut sending) = watch::channel(0);
    let first = chunks().remove(0);
    let rows = tokio_stream::iter((1..).map(move |sequence| {
        sent.send_replace(sequence);
        let rows = first.rows.clone();
        v1::ImportRequest { sequence, rows, ..Default::default() }
    }));
    let answers = IngestServiceClient::new(channel).import(rows).await.unwrap();
    // Until nothing more is taken from them.
    while timeout(QUIET, sending.changed()).await.is_ok() {}
    let mut other = clients.in_workspace("other").workspaces;
    for number in 0..3 {
        let create = v1::CreateWorkspaceRequest { workspace: format!("w{number}"), ..Default::default() };
        other.create_workspace(create).await.unwrap();
    }
    let (_, ended) = clients.in_workspace("other").import(chunks()).await;
    ended.unwrap();
    drop(answers);
}
