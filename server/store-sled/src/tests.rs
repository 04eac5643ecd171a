//! The conformance suite, and what only this backend has.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use lojal_domain::{
    Amount, Currency, CustomerId, EventTime, History, MICROS_PER_DAY, Money, Record, Refund, RefundId,
    Transaction, TransactionColumns, TransactionId, TransactionIdentity, WorkspaceName,
};
use lojal_store::conformance::Harness;
use lojal_store::{Batch, ColumnBatch, Cut, Document, OnReject, RowOutcome, Store, StoreError};
use lojal_store_trials::image::Image;

use super::SledStore;

struct Sled(tempfile::TempDir);

#[async_trait]
impl Harness for Sled {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> Arc<dyn Store> {
        let directory = self.0.path().join("data");
        Arc::new(tokio::task::spawn_blocking(move || SledStore::open(&directory)).await.unwrap().unwrap())
    }
}

lojal_store::store_conformance!(Sled);

#[tokio::test]
async fn a_directory_in_use_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let held = SledStore::open(directory.path()).unwrap();
    let refused = SledStore::open(directory.path());
    assert!(matches!(refused, Err(StoreError::InUse)));
    held.close().await;
}

#[tokio::test]
async fn there_is_a_most_of_workspaces() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    let document = Document { collection: "settings".into(), key: String::new(), content: b"{}".to_vec() };
    let named = |number: u32| WorkspaceName::new(format!("shop-{number}")).unwrap();
    for number in 0..300 {
        store.put_document(&named(number), document.clone()).await.unwrap();
    }
    let refused = store.put_document(&named(300), document.clone()).await;
    assert!(matches!(refused, Err(StoreError::LimitExceeded { maximum: 300, .. })), "{refused:?}");
    // Those that are there go on, and one that goes makes room.
    store.put_document(&named(7), document.clone()).await.unwrap();
    assert!(store.delete_workspace(&named(8)).await.unwrap());
    store.put_document(&named(300), document).await.unwrap();
    assert_eq!(store.workspaces().await.unwrap().len(), 300);
    store.close().await;
}

/// The log of a closed store, for tampering.
fn tamper(directory: &Path, change: impl FnOnce(&sled::Tree)) {
    let db = sled::open(directory.join("log-1")).unwrap();
    change(&db.open_tree("log").unwrap());
    db.flush().unwrap();
}

/// A store with a few batches in it, closed. The log then has a block that names the workspace and one a batch.
async fn written(batches: u32) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    for number in 0..batches {
        append(&store, &[transaction(&format!("t{number}"), "ann", i64::from(number), 1)]).await;
    }
    store.close().await;
    directory
}

fn transaction(id: &str, who: &str, day: i64, amount: i64) -> Record {
    Record::Transaction(Transaction {
        customer: CustomerId::new(who).unwrap(),
        identity: TransactionIdentity::Given(TransactionId::new(id).unwrap()),
        time: EventTime::from_micros(day * MICROS_PER_DAY),
        money: Money { amount: Amount::from_micros(amount), currency: Currency::parse("EUR").unwrap() },
        converted: None,
        discount: None,
    })
}

async fn append(store: &SledStore, records: &[Record]) {
    let batch = Batch {
        records: records.to_vec(),
        recorded_at: EventTime::from_micros(0),
        on_reject: OnReject::Abort,
        reporting: None,
    };
    store.append(&WorkspaceName::default(), batch).await.unwrap();
}

async fn transactions(directory: &Path) -> u64 {
    let store = SledStore::open(directory).unwrap();
    let status = store.status(&WorkspaceName::default()).await.unwrap();
    store.close().await;
    status.counts.transactions()
}

#[tokio::test]
async fn a_batch_without_its_last_block_never_was() {
    let directory = written(3).await;
    tamper(directory.path(), |log| {
        // As a crash leaves it, after the block that the log was closed with: the first block of a fourth batch, without the one that would end it.
        let mut block = log.get(3_u64.to_be_bytes()).unwrap().unwrap().to_vec();
        block[5] = 0;
        let checksum = crc32fast::hash(&block[5..]).to_le_bytes();
        block[1..5].copy_from_slice(&checksum);
        log.insert(5_u64.to_be_bytes(), block).unwrap();
    });
    assert_eq!(transactions(directory.path()).await, 3);
    // And it is gone for good: what is written next takes its place.
    let store = SledStore::open(directory.path()).unwrap();
    append(&store, &[transaction("t9", "bob", 9, 1)]).await;
    store.close().await;
    drop(store);
    assert_eq!(transactions(directory.path()).await, 4);
}

#[tokio::test]
async fn damage_before_what_was_synced_is_refused() {
    let flip = |log: &sled::Tree| {
        let mut block = log.get(2_u64.to_be_bytes()).unwrap().unwrap().to_vec();
        let middle = block.len() / 2;
        block[middle] ^= 1;
        log.insert(2_u64.to_be_bytes(), block).unwrap();
    };
    let drop_one = |log: &sled::Tree| {
        log.remove(2_u64.to_be_bytes()).unwrap();
    };
    for change in [&flip as &dyn Fn(&sled::Tree), &drop_one] {
        let directory = written(5).await;
        tamper(directory.path(), change);
        assert!(matches!(SledStore::open(directory.path()), Err(StoreError::Corrupted(_))));
    }
}

/// Whether any file of a directory has these bytes.
fn is_on_disk(directory: &Path, bytes: &[u8]) -> bool {
    Image::of(directory, &Image::default()).has(bytes)
}

#[tokio::test]
async fn no_file_has_the_id_of_somebody_who_was_erased() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    let workspace = WorkspaceName::default();
    for number in 0..300 {
        // Alone in some blocks, with others in some, and in the ids of what she bought.
        let hers = [transaction(&format!("order-of-gertrude-{number}"), "gertrude", number, 1)];
        append(&store, &hers).await;
        let others: Vec<Record> = (0..20)
            .map(|other| transaction(&format!("o{number}-{other}"), &format!("c{other}"), number, 1))
            .collect();
        append(&store, &others).await;
    }
    assert!(is_on_disk(directory.path(), b"gertrude"), "she was there before");
    let gertrude = CustomerId::new("gertrude").unwrap();
    let erased = store.erase(&workspace, &gertrude, EventTime::from_micros(0)).await.unwrap();
    assert_eq!((erased.counts.transactions(), erased.counts.total()), (300, 300));
    assert!(!is_on_disk(directory.path(), b"gertrude"), "right after it was acknowledged");
    store.close().await;
    drop(store);
    assert!(!is_on_disk(directory.path(), b"gertrude"), "after closing");
    assert_eq!(transactions(directory.path()).await, 6_000);
    assert!(!is_on_disk(directory.path(), b"gertrude"), "after opening again");
}

#[tokio::test]
async fn what_is_asked_for_after_columns_is_done_after_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    let mut columns = TransactionColumns::empty(Currency::parse("EUR").unwrap());
    for row in 0..50_000 {
        let time = EventTime::from_micros(row);
        columns.push(&format!("c{row}"), time, Amount::from_micros(1), &format!("t{row}"), 0);
    }
    let recorded_at = EventTime::from_micros(0);
    let bought = ColumnBatch { columns, recorded_at, on_reject: OnReject::Abort, reporting: None };
    let refund = Refund {
        id: RefundId::new("r1").unwrap(),
        transaction: TransactionId::new("t49999").unwrap(),
        time: EventTime::from_micros(MICROS_PER_DAY),
        money: Money { amount: Amount::from_micros(1), currency: Currency::parse("EUR").unwrap() },
    };
    let records = vec![Record::Refund(refund)];
    let returned = Batch { records, recorded_at, on_reject: OnReject::Abort, reporting: None };
    let workspace = WorkspaceName::default();
    // As two chunks of an import are: the second does not wait for the first to be answered.
    let (bought, returned) =
        tokio::join!(store.append_transactions(&workspace, bought), store.append(&workspace, returned));
    assert_eq!(bought.unwrap().recorded, 50_000);
    assert_eq!(returned.unwrap().outcomes, [RowOutcome::Recorded]);
    store.close().await;
}

#[tokio::test]
async fn a_crowd_at_one_time_is_no_slower_than_others() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    let batch = |rows: std::ops::Range<i64>| {
        let mut columns = TransactionColumns::empty(Currency::parse("EUR").unwrap());
        for row in rows {
            // One amount in two is there twice.
            let (amount, occurrence) = (Amount::from_micros(row / 2), 1 + (row % 2) as u32);
            columns.push("guest", EventTime::from_micros(7), amount, "", occurrence);
        }
        let recorded_at = EventTime::from_micros(0);
        ColumnBatch { columns, recorded_at, on_reject: OnReject::Abort, reporting: None }
    };
    // Looked for one by one, these are billions of looks.
    let workspace = WorkspaceName::default();
    for (rows, recorded) in [(0..90_000, 90_000), (0..90_000, 0), (45_000..100_000, 10_000)] {
        let told = store.append_transactions(&workspace, batch(rows.clone())).await.unwrap();
        assert_eq!((told.recorded, told.duplicates), (recorded, (rows.end - rows.start) as u64 - recorded));
    }
    store.close().await;
}

#[tokio::test]
async fn merging_small_blocks_changes_no_answer() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path()).unwrap();
    for number in 0..2_000 {
        append(&store, &[transaction(&format!("t{number}"), &format!("c{}", number % 7), number, number)])
            .await;
    }
    let told = async |store: &SledStore| {
        let mut told = Vec::new();
        for revision in [1, 700, 2_000] {
            let cut = Cut { as_of: EventTime::MAX, revision: Some(revision) };
            let visit = |told: &mut Vec<String>, history: &History<'_>| {
                told.push(format!("{:?} {:?}", history.customer, history.transactions));
                ControlFlow::Continue(())
            };
            let default = WorkspaceName::default();
            told = lojal_store::walk(store, &default, cut, None, told, visit).await.unwrap();
            let customer = CustomerId::new("c3").unwrap();
            let page = store.timeline(&WorkspaceName::default(), &customer, cut, None, 1_000).await.unwrap();
            told.push(format!("{page:?}"));
        }
        told
    };
    let before = told(&store).await;
    let blocks = |store: &SledStore| store.log().blocks().count();
    assert!(blocks(&store) > 2_000);
    store.compact().await.unwrap();
    assert!(blocks(&store) < 30, "{} blocks", blocks(&store));
    assert_eq!(told(&store).await, before);
    append(&store, &[transaction("last", "c3", 5_000, 1)]).await;
    store.close().await;
    drop(store);
    let store = SledStore::open(directory.path()).unwrap();
    assert_eq!(told(&store).await, before, "after opening again");
    assert_eq!(store.status(&WorkspaceName::default()).await.unwrap().revision, 2_001);
    store.close().await;
}

mod blocks {
    //! What is written is what is read.

    use std::collections::BTreeMap;

    use lojal_domain::{
        Amount, AttributeName, Cost, CostId, CostKind, Currency, Disposition, EventTime, InteractionId,
        InteractionKind, Money, Refund, RefundId, ResponseId, SurveyKind, SurveyMetric, SurveyResponse,
        TransactionId, TransactionIdentity, Void, Weight,
    };
    use proptest::prelude::*;

    use crate::book::book::Revision;
    use crate::log::block::{self, BLOCK_BYTES, Header, Kind};
    use crate::log::event::{Contact, Event, NOBODY, Row, Target};
    use crate::log::row;
    use crate::write::ledger::{Pending, encode};

    fn time() -> impl Strategy<Value = EventTime> {
        let scale = prop::sample::select(vec![1_i64, 1_000, 1_000_000, 86_400_000_000]);
        (-2_000_000_000_000_000_i64..2_000_000_000_000_000, scale)
            .prop_map(|(micros, scale)| EventTime::from_micros(micros / scale * scale))
    }

    fn amount() -> impl Strategy<Value = Amount> {
        let scale = prop::sample::select(vec![1_i64, 10_000, 1_000_000]);
        (0..999_999_999_999_999_999_i64, scale)
            .prop_map(|(micros, scale)| Amount::from_micros(micros / scale * scale))
    }

    fn euro() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    #[expect(clippy::too_many_lines, reason = "a list: an event of each kind")]
    fn event() -> impl Strategy<Value = Event> {
        let identity = prop_oneof![
            Just(TransactionIdentity::Nth(1)),
            (1_u32..1_000_000).prop_map(TransactionIdentity::Nth),
            "[a-z]{1,128}".prop_map(|id| TransactionIdentity::Given(TransactionId::new(id).unwrap())),
        ];
        let (converted, discount) =
            (prop::option::weighted(0.01, amount()), prop::option::weighted(0.02, 1..i64::MAX));
        let transaction = (identity, time(), amount(), converted, discount).prop_map(
            |(identity, time, amount, converted, discount)| {
                let money = Money { amount, currency: euro() };
                let discount = discount.map(Amount::from_micros);
                Event::Transaction { identity, time, money, converted, discount }
            },
        );
        let refund = ("[a-z]{1,128}", "[a-z]{1,128}", time(), amount(), any::<u32>()).prop_map(
            |(id, transaction, time, amount, record)| {
                let refund = Refund {
                    id: RefundId::new(id).unwrap(),
                    transaction: TransactionId::new(transaction).unwrap(),
                    time,
                    money: Money { amount, currency: euro() },
                };
                Event::Refund(Box::new(refund), Target { time, record, worth: amount })
            },
        );
        let void = ("[a-z]{1,128}", prop::option::of(time()), "[a-z ]{0,256}", time(), any::<u32>())
            .prop_map(|(transaction, time, reason, of, record)| {
                let transaction = TransactionId::new(transaction).unwrap();
                let target = Target { time: of, record, worth: Amount::ZERO };
                Event::Void(Box::new(Void { transaction, time, reason }), target)
            });
        let response = ("[a-z]{1,128}", time(), 0_u8..=10, "\\PC{0,40}", "[a-z ]{0,2000}").prop_map(
            |(id, time, score, channel, comment)| {
                Event::Response(Box::new(SurveyResponse {
                    kind: SurveyKind::Transactional,
                    survey: "s".to_owned(),
                    channel,
                    comment,
                    ..SurveyResponse::nps(ResponseId::new(id).unwrap(), None, time, score)
                }))
            },
        );
        let topics = || prop::collection::vec("[a-z]{1,64}", 0..8);
        let stages = [
            Disposition::Invited,
            Disposition::Bounced,
            Disposition::Delivered,
            Disposition::Dismissed,
            Disposition::Partial,
            Disposition::Completed,
        ];
        let survey = (
            ("[a-z]{1,128}", time(), prop::sample::select(stages.to_vec()), any::<bool>()),
            (-1_000_i32..0, 1_i32..=1_000, prop::option::of(-1_i16..=1)),
            ("[a-z ]{0,1000}", topics(), 1_u64..=1_000_000_000),
        )
            .prop_map(
                |((id, time, disposition, lower), (min, max, score), (comment, topics, weight))| {
                    let plain = SurveyResponse::nps(ResponseId::new(id).unwrap(), None, time, 0);
                    Event::Response(Box::new(SurveyResponse {
                        metric: SurveyMetric::Custom,
                        disposition,
                        score,
                        scale: SurveyMetric::Custom.scale(Some(min), Some(max), lower).unwrap(),
                        comment,
                        topics,
                        weight: Weight::from_micros(weight).unwrap(),
                        ..plain
                    }))
                },
            );
        let interaction = ("[a-z]{1,128}", time(), "\\PC{0,40}", "[a-z ]{0,128}", topics(), "[a-z]{0,3}")
            .prop_map(|(id, time, name, status, topics, case_id)| {
                Event::Interaction(Box::new(Contact {
                    id: InteractionId::new(id).unwrap(),
                    time,
                    kind: InteractionKind::Visit,
                    name,
                    channel: String::new(),
                    status,
                    topics,
                    case_id,
                }))
            });
        let cost = (
            ("[a-z]{1,128}", prop::sample::select(CostKind::ALL.to_vec()), time(), prop::option::of(time())),
            ("\\PC{0,40}", "[a-z ]{0,128}", amount(), prop::option::of(amount())),
        )
            .prop_map(|((id, kind, time, end), (source, market, amount, converted))| {
                Event::Cost(Box::new(Cost {
                    id: CostId::new(id).unwrap(),
                    kind,
                    customer: None,
                    source,
                    market,
                    time,
                    end,
                    money: Money { amount, currency: euro() },
                    converted,
                }))
            });
        let facts = prop::collection::btree_map("[a-z]{1,64}", "\\PC{0,20}", 1..20);
        let attributes = (facts, prop::option::of(time())).prop_map(|(facts, effective)| Event::Attributes {
            attributes: facts
                .into_iter()
                .map(|(name, value)| (AttributeName::new(name).unwrap(), value))
                .collect::<BTreeMap<_, _>>(),
            effective,
        });
        prop_oneof![
            200 => transaction,
            1 => refund,
            1 => response,
            1 => survey,
            1 => interaction,
            1 => cost,
            1 => attributes,
            1 => void
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_batch_comes_back(events in prop::collection::vec(event(), 1..400), known in 0_u32..3_000_000, anonymous: bool) {
            // Every third row names a new customer, the others an old one or nobody.
            let mut names: Vec<String> = Vec::new();
            let mut rows = Vec::new();
            for (index, event) in events.into_iter().enumerate() {
                let customer = if index % 3 == 0 {
                    names.push(format!("customer-{index}"));
                    known + names.len() as u32 - 1
                } else if anonymous && matches!(event, Event::Response(_) | Event::Cost(_)) {
                    NOBODY
                } else {
                    (index as u32 * 7_919) % (known + names.len() as u32)
                };
                rows.push(Row { customer, event });
            }
            let header =
                Header { last_of_batch: false, kind: Kind::Rows, durable: 41, workspace: 3, first_new: known };
            let revision =
                Revision { revision: 99, recorded_at: EventTime::from_micros(-5), first_record: 1_000 };
            let batch = Pending {
                rows: rows.clone(),
                names: names.iter().map(|name| name.as_str().into()).collect(),
                ..Pending::default()
            };
            let blocks = encode(header, revision, &batch);
            let (mut read, mut read_names) = (Vec::new(), Vec::new());
            for bytes in &blocks {
                prop_assert!(bytes.len() <= BLOCK_BYTES + 300, "{}", bytes.len());
                let block = block::open(bytes).unwrap();
                prop_assert_eq!(block.header.first_new as usize, known as usize + read_names.len());
                for (record, run) in block.records() {
                    prop_assert_eq!((run.revision, run.recorded_at), (99, EventTime::from_micros(-5)));
                    prop_assert_eq!(record as usize, 1_000 + read.len() + (record - block.runs[0].first_record) as usize);
                }
                read_names.extend(block.names.iter().map(|&name| name.to_owned()));
                read.extend(row::read(&block).unwrap());
            }
            prop_assert_eq!(read, rows);
            prop_assert_eq!(read_names, names);
        }

        #[test]
        fn any_bytes_are_answered(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(block::open(&bytes).is_err() || bytes.len() > 6);
            // With a checksum that is right, the rest may still be nonsense.
            if bytes.len() > 7 {
                bytes[0] = block::FORMAT;
                bytes[6] %= 3;
                let checksum = crc32fast::hash(&bytes[5..]).to_le_bytes();
                bytes[1..5].copy_from_slice(&checksum);
                if let Ok(block) = block::open(&bytes) {
                    let _ = row::read(&block);
                    let _ = block.workspace();
                }
            }
        }
    }
}
