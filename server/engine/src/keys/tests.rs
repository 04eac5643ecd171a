use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use lojal_domain::{Entropy, EntropyError, EventTime, FixedClock, WorkspaceName, limits};
use lojal_store::{MemoryStore, Store};

use super::ApiKeys;
use super::api_key::KeyScope;
use super::authenticate::KeyProblem;
use super::create_api_key::CreateApiKey;
use crate::{EngineError, PageRequest, Quota};

/// Counts up, from where it is.
#[derive(Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

/// Different each time.
struct Fresh(std::sync::atomic::AtomicU64);

impl Entropy for Fresh {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(next.iter().cycle()).for_each(|(byte, next)| *byte = *next);
        Ok(())
    }
}

const NOW: i64 = 1_000_000;

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<FixedClock>,
    entropy: Arc<dyn Entropy>,
}

impl World {
    fn new() -> Self {
        let entropy = Arc::new(Fresh(1.into()));
        let clock = Arc::new(FixedClock::new(EventTime::from_micros(NOW)));
        Self { store: Arc::new(MemoryStore::new()), clock, entropy }
    }

    async fn open(&self) -> ApiKeys {
        ApiKeys::open(self.store.clone(), self.clock.clone(), self.entropy.clone()).await.unwrap()
    }
}

fn command(name: &str) -> CreateApiKey {
    let scopes = vec![KeyScope::Read];
    CreateApiKey {
        name: name.to_owned(),
        scopes,
        workspaces: Vec::new(),
        expires: None,
        quota: Quota::default(),
    }
}

fn bearer(text: &str) -> Vec<u8> {
    format!("Bearer {text}").into_bytes()
}

#[tokio::test]
async fn a_key_is_made_of_what_is_random_and_only_its_hash_is_kept() {
    let world = World { entropy: Arc::new(Counting::default()), ..World::new() };
    let keys = world.open().await;
    assert!(!keys.are_needed());
    let (text, key) = keys.create(command("till")).await.unwrap();
    assert!(keys.are_needed());
    // Python: zlib.crc32 of what is before it, and hashlib.sha256 of all.
    assert_eq!(text, "lojal_0001020304050607_08090a0b0c0d0e0f101112131415161718191a1b5473a061");
    let documents = world.store.documents(&WorkspaceName::server(), "api_keys").await.unwrap();
    let kept = String::from_utf8(documents[0].content.clone()).unwrap();
    assert!(kept.contains("afdcf86904963ac9303b7a9812cc9211a52efb940cc678d1683dbd395ec274dc"), "{kept}");
    assert!(!kept.contains("08090a0b"), "{kept}");
    assert_eq!(keys.authenticate(Some(&bearer(&text))).unwrap(), key);
    assert_eq!(keys.authenticate(Some(format!("bearer {text} ").as_bytes())).unwrap(), key);
}

#[tokio::test]
async fn whoever_has_no_key_is_told_why() {
    let (world, id) = (World::new(), "0000000000000001");
    let keys = world.open().await;
    let expires = Some(EventTime::from_micros(NOW + 10));
    let (text, key) = keys.create(CreateApiKey { expires, ..command("till") }).await.unwrap();
    assert_eq!(key.id, id);
    let refused = |given: Option<&[u8]>| keys.authenticate(given).unwrap_err();
    assert_eq!(refused(None), KeyProblem::Missing);
    for nonsense in ["", "Bearer", "Bearer ", "Basic abc", "Bearer lojal_1_2", &text, "Bearer \u{e9}\u{e9}"] {
        assert_eq!(refused(Some(nonsense.as_bytes())), KeyProblem::Malformed, "{nonsense:?}");
    }
    assert_eq!(refused(Some(b"Bearer \xff")), KeyProblem::Malformed);
    // Any one digit that is wrong is a typing error.
    for place in 0..text.len() {
        let other = if &text[place..=place] == "0" { "1" } else { "0" };
        let typed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(refused(Some(&bearer(&typed))), KeyProblem::Malformed, "{typed}");
    }
    // Whole, and not one of ours: of another server, and another secret of the same id.
    let elsewhere = World { entropy: Arc::new(Counting::default()), ..World::new() };
    let (other, unknown) = elsewhere.open().await.create(command("till")).await.unwrap();
    assert_eq!(refused(Some(&bearer(&other))), KeyProblem::Invalid { id: unknown.id.clone() });
    let body = format!("{}{}", &text[..23], &other[23..63]);
    let forged = format!("{body}{:08x}", crc32fast::hash(body.as_bytes()));
    assert_eq!(refused(Some(&bearer(&forged))), KeyProblem::Invalid { id: id.to_owned() });
    // Up to the instant, and not at it.
    world.clock.set(EventTime::from_micros(NOW + 9));
    assert!(keys.authenticate(Some(&bearer(&text))).is_ok());
    world.clock.set(EventTime::from_micros(NOW + 10));
    let since = EventTime::from_micros(NOW + 10);
    assert_eq!(refused(Some(&bearer(&text))), KeyProblem::Expired { id: id.to_owned(), since });
}

#[tokio::test]
async fn keys_and_their_end_survive() {
    let world = World::new();
    let keys = world.open().await;
    let shop = WorkspaceName::new("shop").unwrap();
    let limited = CreateApiKey {
        scopes: vec![KeyScope::Personal, KeyScope::Ingest, KeyScope::Personal],
        workspaces: vec![shop.clone()],
        expires: Some(EventTime::from_micros(NOW + 99)),
        ..command("shop")
    };
    let (text, made) = keys.create(limited).await.unwrap();
    assert_eq!(made.scopes, [KeyScope::Ingest, KeyScope::Personal]);
    assert!(made.may_see(&shop) && !made.may_see(&WorkspaceName::default()));
    let (gone, revoked) = keys.create(command("gone")).await.unwrap();
    let first = keys.revoke(&revoked.id).await.unwrap();
    world.clock.set(EventTime::from_micros(NOW + 5));
    assert_eq!(keys.revoke(&revoked.id).await.unwrap(), first);
    for keys in [keys, world.open().await] {
        assert_eq!(keys.authenticate(Some(&bearer(&text))).unwrap(), made);
        let problem = keys.authenticate(Some(&bearer(&gone))).unwrap_err();
        assert_eq!(problem, KeyProblem::Invalid { id: revoked.id.clone() });
        assert!(matches!(keys.revoke("nobody").await, Err(EngineError::ApiKeyNotFound(_))));
        let listed = keys.list(&PageRequest { size: Some(1), token: String::new() }).unwrap();
        assert_eq!(listed.entries, std::slice::from_ref(&made));
        let rest = keys.list(&PageRequest { size: Some(1), token: listed.next_token }).unwrap();
        assert_eq!((rest.entries, rest.next_token), (vec![first.clone()], String::new()));
    }
}

#[tokio::test]
async fn a_server_whose_last_key_is_revoked_stays_closed() {
    let world = World::new();
    let keys = world.open().await;
    let (_, key) = keys.create(command("only")).await.unwrap();
    keys.revoke(&key.id).await.unwrap();
    assert!(keys.are_needed() && world.open().await.are_needed());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_makes_no_key() {
    let world = World::new();
    let keys = world.open().await;
    let many = |count: usize| -> Vec<WorkspaceName> {
        (0..count).map(|number| WorkspaceName::new(format!("{number:064}")).unwrap()).collect()
    };
    let refused = [
        (command(" "), "name"),
        (command(&"x".repeat(limits::DISPLAY_NAME_BYTES + 1)), "name"),
        (command("a\nb"), "name"),
        (CreateApiKey { scopes: Vec::new(), ..command("a") }, "scopes"),
        (CreateApiKey { workspaces: many(limits::API_KEY_WORKSPACES + 1), ..command("a") }, "workspaces"),
        (CreateApiKey { workspaces: many(1), scopes: vec![KeyScope::Admin], ..command("a") }, "workspaces"),
        (CreateApiKey { expires: Some(EventTime::from_micros(NOW)), ..command("a") }, "expire_time"),
    ];
    for (command, wrong) in refused {
        match keys.create(command).await {
            Err(EngineError::InvalidField { field, .. }) => assert_eq!(field, wrong),
            other => panic!("{wrong}: {other:?}"),
        }
    }
    assert!(!keys.are_needed());
    // The longest there is fits what a document may have.
    let workspaces = many(limits::API_KEY_WORKSPACES);
    let longest = CreateApiKey {
        scopes: KeyScope::ALL[..5].to_vec(),
        workspaces,
        expires: Some(EventTime::from_micros(i64::MAX)),
        ..command(&"\"".repeat(limits::DISPLAY_NAME_BYTES))
    };
    let (_, key) = keys.create(longest).await.unwrap();
    keys.revoke(&key.id).await.unwrap();
}

#[tokio::test]
async fn revoked_keys_give_way_when_there_is_no_room_and_others_do_not() {
    let world = World::new();
    let keys = world.open().await;
    let mut made = Vec::new();
    for _ in 0..limits::API_KEYS {
        made.push(keys.create(command("many")).await.unwrap());
    }
    assert!(matches!(keys.create(command("more")).await, Err(EngineError::TooManyApiKeys)));
    world.clock.set(EventTime::from_micros(NOW + 2));
    keys.revoke(&made[3].1.id).await.unwrap();
    world.clock.set(EventTime::from_micros(NOW + 1));
    keys.revoke(&made[7].1.id).await.unwrap();
    keys.create(command("more")).await.unwrap();
    for keys in [keys, world.open().await] {
        let first = keys.list(&PageRequest { size: Some(1_000), token: String::new() }).unwrap();
        assert_eq!((first.entries.len(), &*first.next_token), (limits::API_KEYS, ""));
        assert!(first.entries.iter().any(|key| key.id == made[3].1.id), "revoked later");
        assert!(!first.entries.iter().any(|key| key.id == made[7].1.id), "revoked first");
        assert!(keys.authenticate(Some(&bearer(&made[0].0))).is_ok());
    }
}
