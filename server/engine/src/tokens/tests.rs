use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_domain::{EventTime, FixedClock, WorkspaceName, limits};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};

use super::authenticate::TokenProblem;
use super::principal::Principal;
use super::token_keys::TokenKeysProblem;
use super::verified::MOST;
use super::*;
use crate::KeyScope;

const ISSUER: &str = "https://login.example/realms/shop";
const AUDIENCE: &str = "lojal";
const NOW: i64 = 1_800_000_000;

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

type Sign = dyn Fn(&[u8]) -> Vec<u8>;

/// A provider's key: how it signs, and what is published of it.
struct Signer {
    sign: Box<Sign>,
    public: Value,
}

impl Signer {
    fn ecdsa(how: &'static EcdsaSigningAlgorithm, curve: &str, id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &random).unwrap();
        let (x, y) = {
            let point = &pair.public_key().as_ref()[1..];
            let (x, y) = point.split_at(point.len() / 2);
            (coded(x), coded(y))
        };
        let public = json!({"kty": "EC", "crv": curve, "x": x, "y": y, "kid": id, "use": "sig"});
        let sign = move |message: &[u8]| pair.sign(&random, message).unwrap().as_ref().to_vec();
        Self { sign: Box::new(sign), public }
    }

    fn es256(id: &str) -> Self {
        Self::ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256", id)
    }

    fn ed25519(id: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let x = coded(pair.public_key());
        let public = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": id});
        Self { sign: Box::new(move |message| pair.sign(message).as_ref().to_vec()), public }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", coded(header.to_string()), coded(claims.to_string()));
        let signature = (self.sign)(message.as_bytes());
        format!("{message}.{}", coded(signature))
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "one", "typ": "JWT"})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "till-7", "exp": NOW + 600,
        "scope": "openid lojal.read lojal.ingest", "lojal_workspaces": ["shop", "hr"],
    })
}

/// The same with other members, where null takes one away.
fn with(value: Value, others: Value) -> Value {
    let mut value = value;
    for (name, other) in others.as_object().unwrap() {
        let members = value.as_object_mut().unwrap();
        if other.is_null() {
            members.remove(name)
        } else {
            members.insert(name.clone(), other.clone())
        };
    }
    value
}

fn rules() -> TokenRules {
    TokenRules {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        scopes_claim: "scope".to_owned(),
        scope_prefix: "lojal.".to_owned(),
        workspaces_claim: "lojal_workspaces".to_owned(),
        leeway_seconds: 60,
    }
}

fn set(keys: &[&Value]) -> Result<TokenKeys, TokenKeysProblem> {
    TokenKeys::parse(json!({"keys": keys}).to_string().as_bytes())
}

fn at(seconds: i64) -> EventTime {
    EventTime::from_micros(seconds * 1_000_000)
}

fn tokens(rules: TokenRules, keys: &[&Signer]) -> (Arc<FixedClock>, Tokens) {
    let clock = Arc::new(FixedClock::new(at(NOW)));
    let keys: Vec<_> = keys.iter().map(|key| &key.public).collect();
    (clock.clone(), Tokens::new(rules, set(&keys).unwrap(), clock))
}

fn workspace(name: &str) -> WorkspaceName {
    WorkspaceName::new(name).unwrap()
}

#[test]
fn a_token_lets_in_by_the_scopes_and_workspaces_of_its_claims() {
    let signer = Signer::es256("one");
    let (_, tokens) = tokens(rules(), &[&signer]);
    let token = tokens.authenticate(&signer.token(&header(), &claims())).unwrap();
    assert_eq!((&*token.subject, &*token.shown), ("till-7", "till-7"));
    let principal = Principal::Token(token);
    assert!(principal.may(KeyScope::Read) && principal.may(KeyScope::Ingest));
    assert!(!principal.may(KeyScope::Personal) && !principal.may(KeyScope::Admin));
    assert!(principal.may_see(&workspace("shop")) && !principal.may_see(&WorkspaceName::default()));
    assert!(!principal.may_see_all());
    assert_eq!(principal.to_string(), "the token of \"till-7\"");
}

#[test]
fn each_algorithm_verifies_with_its_own_keys() {
    let es256 = Signer::es256("one");
    let es384 = Signer::ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", "two");
    let ed25519 = Signer::ed25519("three");
    let (_, tokens) = tokens(rules(), &[&es256, &es384, &ed25519]);
    let cases = [(&es256, "ES256", "one"), (&es384, "ES384", "two"), (&ed25519, "EdDSA", "three")];
    for (signer, algorithm, id) in cases {
        let token = |id: Value| signer.token(&json!({"alg": algorithm, "kid": id}), &claims());
        assert!(tokens.authenticate(&token(id.into())).is_ok(), "{algorithm}");
        // No other key takes it for its own, and there is no other of this algorithm where none is named.
        for (_, _, other) in cases.iter().filter(|(_, _, other)| *other != id) {
            let refused = tokens.authenticate(&token((*other).into())).unwrap_err();
            assert_eq!(refused, TokenProblem::Algorithm, "{algorithm} with {other}");
        }
        assert!(tokens.authenticate(&token(Value::Null)).is_ok(), "{algorithm} without a key's id");
    }
}

#[test]
fn each_flaw_of_a_token_is_told() {
    let (signer, other) = (Signer::es256("one"), Signer::es256("one"));
    let (_, tokens) = tokens(rules(), &[&signer]);
    let refused = |text: &str| tokens.authenticate(text).unwrap_err();
    let claiming = |others: Value| refused(&signer.token(&header(), &with(claims(), others)));
    let heading = |others: Value| refused(&signer.token(&with(header(), others), &claims()));
    let good = signer.token(&header(), &claims());

    for text in ["", "a", "a.b", "a.b.c", "a.b.c.d", &good[1..], &good.replace('.', "..")] {
        assert_eq!(refused(text), TokenProblem::Malformed, "{text}");
    }
    assert_eq!(refused(&"a".repeat(limits::TOKEN_BYTES + 1)), TokenProblem::TooLong);
    assert_eq!(heading(json!({"typ": "logout+jwt"})), TokenProblem::OtherType);
    for algorithm in ["none", "HS256", "HS512", "RS256", "ES384", "nonsense"] {
        assert_eq!(heading(json!({"alg": algorithm})), TokenProblem::Algorithm, "{algorithm}");
    }
    assert_eq!(heading(json!({"crit": ["exp"]})), TokenProblem::Malformed);
    assert_eq!(heading(json!({"kid": "two"})), TokenProblem::UnknownKey);
    // A key that comes with the token is nobody's.
    let own = with(header(), json!({"jwk": other.public}));
    assert_eq!(refused(&other.token(&own, &claims())), TokenProblem::Signature);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(refused(&format!("{signed}.")), TokenProblem::Signature);
    let (head, _) = signed.split_once('.').unwrap();
    let raised = coded(with(claims(), json!({"scope": "lojal.admin"})).to_string());
    assert_eq!(refused(&format!("{head}.{raised}.{signature}")), TokenProblem::Signature);

    for (claim, other) in
        [("exp", json!("2030-01-01")), ("iss", json!(7)), ("aud", json!(7)), ("sub", json!(7))]
    {
        let named = TokenProblem::Claim(claim);
        assert_eq!(claiming(json!({claim: null})), named, "without {claim}");
        assert_eq!(claiming(json!({claim: other})), named, "something else for {claim}");
    }
    assert_eq!(claiming(json!({"exp": 1e300})), TokenProblem::Claim("exp"));
    assert_eq!(claiming(json!({"exp": -1})), TokenProblem::Claim("exp"));
    assert_eq!(claiming(json!({"nbf": "soon"})), TokenProblem::Claim("nbf"));
    assert_eq!(claiming(json!({"sub": ""})), TokenProblem::Claim("sub"));
    assert_eq!(claiming(json!({"sub": "a".repeat(256)})), TokenProblem::Claim("sub"));
    for issuer in ["https://login.example/realms/other", "https://login.example/realms/shop/", ""] {
        assert_eq!(claiming(json!({"iss": issuer})), TokenProblem::Issuer, "{issuer}");
    }
    assert_eq!(claiming(json!({"aud": ["account", "other"]})), TokenProblem::Audience);
    assert_eq!(claiming(json!({"aud": "loja"})), TokenProblem::Audience);
    assert!(tokens.authenticate(&good).is_ok());
    let among = with(claims(), json!({"aud": ["account", AUDIENCE]}));
    assert!(tokens.authenticate(&signer.token(&header(), &among)).is_ok());
}

#[test]
fn nothing_of_the_claims_is_told_of_a_token_that_is_not_the_providers() {
    let (signer, other) = (Signer::es256("one"), Signer::es256("one"));
    let (_, tokens) = tokens(rules(), &[&signer]);
    for others in [json!({"exp": 1}), json!({"iss": "other"}), json!({"aud": "other"}), json!({"sub": null})]
    {
        let forged = other.token(&header(), &with(claims(), others));
        assert_eq!(tokens.authenticate(&forged).unwrap_err(), TokenProblem::Signature);
    }
}

#[test]
fn a_token_counts_from_its_beginning_to_its_end_give_or_take_the_leeway() {
    let signer = Signer::es256("one");
    let (clock, tokens) = tokens(rules(), &[&signer]);
    let token =
        signer.token(&header(), &with(claims(), json!({"nbf": NOW + 100, "exp": (NOW + 600) as f64 + 0.5})));
    let after = |seconds: i64| {
        clock.set(at(NOW + seconds));
        tokens.authenticate(&token).map(|_| ())
    };
    let expired = TokenProblem::Expired { since: EventTime::from_micros((NOW + 600) * 1_000_000 + 500_000) };
    assert_eq!(after(39), Err(TokenProblem::NotYet { from: at(NOW + 100) }));
    assert_eq!(after(40), Ok(()));
    // Remembered by now, which changes nothing of it.
    assert_eq!(after(660), Ok(()));
    assert_eq!(after(661), Err(expired));
    assert_eq!(after(39), Err(TokenProblem::NotYet { from: at(NOW + 100) }));
    let for_ever = signer.token(&header(), &with(claims(), json!({"exp": 1e18})));
    assert!(tokens.authenticate(&for_ever).is_ok());
}

#[test]
fn what_was_verified_ends_with_its_key() {
    let (signer, next) = (Signer::es256("one"), Signer::es256("two"));
    let (_, tokens) = tokens(rules(), &[&signer]);
    let token = signer.token(&header(), &claims());
    assert!(tokens.authenticate(&token).is_ok());
    tokens.take_keys(set(&[&next.public]).unwrap());
    assert_eq!(tokens.authenticate(&token).unwrap_err(), TokenProblem::UnknownKey);
    tokens.take_keys(set(&[&next.public, &signer.public]).unwrap());
    assert!(tokens.authenticate(&token).is_ok());
    // Without an id it could be by either.
    let unnamed = signer.token(&with(header(), json!({"kid": null})), &claims());
    assert_eq!(tokens.authenticate(&unnamed).unwrap_err(), TokenProblem::UnknownKey);
}

#[test]
fn no_more_tokens_are_remembered_than_there_is_room_for() {
    let verified = VerifiedTokens::default();
    let keep = |number: usize, ends: i64, now: i64| {
        let token = Arc::new(token::Token::of("till", Vec::new(), None));
        let kept = Arc::new(verified::Verified { token, begins: None, ends: at(ends) });
        verified.keep(VerifiedTokens::hash(&number.to_string()), kept, at(now));
    };
    for number in 0..MOST {
        keep(number, if number == 7 { 100 } else { 10 }, 0);
    }
    assert_eq!(verified.len(), MOST);
    keep(MOST, 100, 10);
    assert_eq!(verified.len(), 2, "those that are over went first");
    for number in 0..MOST {
        keep(number, 1_000, 10);
    }
    assert!(verified.len() <= MOST);
    let last = VerifiedTokens::hash(&(MOST - 1).to_string());
    assert_eq!(verified.get(&last).unwrap().ends, at(1_000));
}

#[test]
fn claims_are_texts_or_lists_and_may_be_inside_others() {
    let granted = |rules: &TokenRules, claims: Value| {
        let claims = claims.as_object().unwrap();
        let token = token::Token::of("till", rules.scopes(claims), rules.workspaces(claims));
        let names =
            |names: Vec<WorkspaceName>| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        format!("{} for {}", scopes.join(","), token.workspaces.map_or("all".to_owned(), names))
    };
    let both = |scope: Value, workspaces: Value| {
        granted(&rules(), json!({"scope": scope, "lojal_workspaces": workspaces}))
    };
    assert_eq!(both(json!("lojal.read lojal.erase"), json!("shop hr")), "read,erase for shop,hr");
    assert_eq!(both(json!(["lojal.read", 7, "lojal.read"]), json!(["shop", 7])), "read for shop");
    // What is for other services, or is no name, is nothing here.
    assert_eq!(both(json!("read lojal.reader lojal. LOJAL.READ"), json!("Shop _server")), " for ");
    assert_eq!(both(json!("lojal.read"), json!(["hr", "*"])), "read for all");
    assert_eq!(both(json!(7), json!({"*": true})), " for ");
    assert_eq!(granted(&rules(), json!({"scope": "lojal.read"})), "read for ");
    // Backups hold everything.
    assert_eq!(both(json!("lojal.read lojal.admin"), json!("shop")), "read for shop");
    assert_eq!(both(json!("lojal.read lojal.admin"), json!("*")), "read,admin for all");

    let nested = TokenRules {
        scopes_claim: "/resource_access/lojal/roles".to_owned(),
        workspaces_claim: "/https:~1~1shop.example~1spaces".to_owned(),
        scope_prefix: "lojal:".to_owned(),
        ..rules()
    };
    let claims = json!({
        "resource_access": {"lojal": {"roles": ["lojal:manage"]}, "other": {"roles": ["lojal:admin"]}},
        "https://shop.example/spaces": "shop",
    });
    assert_eq!(granted(&nested, claims), "manage for shop");
    assert_eq!(granted(&nested, json!({"resource_access": ["lojal"]})), " for ");
}

#[test]
fn a_subject_is_shown_in_visible_ascii() {
    let shown = |subject: &str| token::Token::of(subject, Vec::new(), None).shown;
    assert_eq!(shown("auth0|7-a@b.c"), "auth0|7-a@b.c");
    assert_eq!(shown("a b\n\"č\\"), "a\\u{20}b\\u{a}\\u{22}\\u{10d}\\u{5c}");
    assert_eq!(shown(&"č".repeat(255)).len(), 126);
    assert_eq!(shown(&"a".repeat(255)).len(), 128);
}

#[test]
fn keys_that_are_not_for_signatures_are_passed_over() {
    let good = Signer::es256("one").public;
    assert_eq!(set(&[&good, &good]).unwrap().count(), 2);
    let modulus = |bytes: usize| json!({"kty": "RSA", "n": coded(vec![0xff; bytes]), "e": "AQAB"});
    assert_eq!(set(&[&modulus(256)]).unwrap().count(), 1);
    for useless in [
        with(good.clone(), json!({"use": "enc"})),
        with(good.clone(), json!({"use": null, "key_ops": ["encrypt"]})),
        with(good.clone(), json!({"alg": "ES384"})),
        with(good.clone(), json!({"alg": "RSA-OAEP"})),
        with(good.clone(), json!({"alg": "HS256"})),
        with(good.clone(), json!({"crv": "P-521"})),
        with(good.clone(), json!({"crv": "P-384"})),
        with(good.clone(), json!({"x": "!"})),
        with(good.clone(), json!({"kty": "AKP"})),
        modulus(128),
        modulus(1_025),
        json!("key"),
    ] {
        assert_eq!(set(&[&useless]).unwrap_err(), TokenKeysProblem::NoKey, "{useless}");
        assert_eq!(set(&[&useless, &good]).unwrap().count(), 1, "{useless}");
    }
    // A key that names its algorithm is for no other.
    let pss = set(&[&with(modulus(256), json!({"alg": "PS256"}))]).unwrap();
    let key = pss.named(None).next().unwrap();
    let algorithms = [jsonwebtoken::Algorithm::PS256, jsonwebtoken::Algorithm::RS256];
    assert_eq!(algorithms.map(|algorithm| key.is_for(algorithm)), [true, false]);
    assert!(set(&[&with(good, json!({"use": null, "key_ops": ["verify"]}))]).is_ok());
}

#[test]
fn a_file_that_holds_secrets_or_no_keys_is_refused() {
    let good = Signer::es256("one").public;
    let private = with(good.clone(), json!({"d": "AQAB"}));
    let shared = json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"});
    for secret in [private, shared] {
        assert_eq!(set(&[&good, &secret]).unwrap_err(), TokenKeysProblem::Secret { number: 2 });
    }
    assert_eq!(set(&[]).unwrap_err(), TokenKeysProblem::NoKey);
    for other in ["", "[]", "{}", "{\"keys\": {}}", "-----BEGIN PUBLIC KEY-----"] {
        assert_eq!(TokenKeys::parse(other.as_bytes()).unwrap_err(), TokenKeysProblem::NoSet, "{other}");
    }
}

#[test]
fn of_a_token_no_letter_can_be_changed_and_nothing_that_is_sent_is_too_strange() {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    let mut random = ChaCha8Rng::seed_from_u64(44);
    let mut bent = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for _ in 0..=random.next_u32() % 3 {
            let at = random.next_u32() as usize % bytes.len();
            // Mostly letters that tokens have.
            bytes[at] = match random.next_u32() % 4 {
                0 => b"ab-_Z09."[random.next_u32() as usize % 8],
                1 => bytes[random.next_u32() as usize % bytes.len()],
                2 => bytes[at] ^ 1,
                _ => (random.next_u32() % 128) as u8,
            };
        }
        bytes
    };
    let signer = Signer::es256("one");
    let (_, tokens) = tokens(rules(), &[&signer]);
    let good = signer.token(&header(), &claims());
    for round in 0..5_000 {
        let text = String::from_utf8(bent(good.as_bytes())).unwrap();
        assert!(text == good || tokens.authenticate(&text).is_err(), "{round}: {text}");
    }
    // Strange ones that are signed, as by a provider that is broken, and sets of keys that arrived so.
    let (plain, said) = (header().to_string(), claims().to_string());
    let published = json!({"keys": [signer.public]}).to_string();
    for _ in 0..5_000 {
        let message = format!("{}.{}", coded(bent(plain.as_bytes())), coded(bent(said.as_bytes())));
        let signature = coded((signer.sign)(message.as_bytes()));
        let _ = tokens.authenticate(&format!("{message}.{signature}"));
        let _ = TokenKeys::parse(&bent(published.as_bytes()));
    }
}

/// Not a test of anything: `cargo test --release -p lojal-engine --lib letting_in -- --ignored --nocapture` prints what it takes.
#[tokio::test]
#[ignore = "measures, and proves nothing"]
async fn letting_in_takes_so_long() {
    use crate::{ApiKeys, CreateApiKey, Quota};
    use lojal_domain::SystemEntropy;
    use lojal_store::MemoryStore;

    fn each(what: &str, times: u32, mut let_in: impl FnMut()) {
        let begun = std::time::Instant::now();
        (0..times).for_each(|_| let_in());
        println!("{what}: {:.2} microseconds", begun.elapsed().as_secs_f64() * 1e6 / f64::from(times));
    }
    let signer = Signer::es256("one");
    let (clock, tokens) = tokens(rules(), &[&signer]);
    let keys = ApiKeys::open(Arc::new(MemoryStore::new()), clock, Arc::new(SystemEntropy)).await.unwrap();
    let command = CreateApiKey {
        name: "till".to_owned(),
        scopes: vec![KeyScope::Read],
        workspaces: Vec::new(),
        expires: None,
        quota: Quota::default(),
    };
    let (key, _) = keys.create(command).await.unwrap();
    let header_of_key = format!("Bearer {key}");
    let token = signer.token(&header(), &with(claims(), json!({"groups": "g".repeat(500)})));
    println!("a token of {} bytes", token.len());
    for _ in 0..3 {
        each("an API key", 100_000, || assert!(keys.authenticate(Some(header_of_key.as_bytes())).is_ok()));
        each("a token that was verified before", 100_000, || assert!(tokens.authenticate(&token).is_ok()));
        each("a token, ES256", 2_000, || {
            tokens.take_keys(set(&[&signer.public]).unwrap());
            assert!(tokens.authenticate(&token).is_ok());
        });
    }
}
