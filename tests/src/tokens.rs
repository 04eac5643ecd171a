//! An identity provider of the tests: keys that are made as it starts, and tokens signed with them, byte by byte and by another way than
//! the server reads them.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::{run, tool};

/// Who issues the tokens.
pub const ISSUER: &str = "https://login.example/realms/shop";
/// Whom they are for.
pub const AUDIENCE: &str = "lojal";

const AT_MOST: Duration = Duration::from_secs(60);

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Whoever issues tokens, with one key.
pub struct Provider {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    id: String,
}

impl Provider {
    /// One with a new key of this id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(how, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &random).expect("a key");
        Self { pair, random, id: id.to_owned() }
    }

    /// What it publishes of its key.
    #[must_use]
    pub fn public(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": coded(x), "y": coded(y), "kid": self.id, "alg": "ES256", "use": "sig"})
    }

    /// A token with these claims, where null takes one away, beside those that each has: an hour from now, for all workspaces.
    #[must_use]
    pub fn token(&self, claims: Value) -> String {
        self.token_with(json!({}), claims)
    }

    /// The same with other members of the header.
    #[must_use]
    pub fn token_with(&self, header: Value, claims: Value) -> String {
        let signed = signed_part(with(json!({"alg": "ES256", "kid": self.id}), header), claims);
        let signature = self.pair.sign(&self.random, signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", coded(signature.as_ref()))
    }

    /// A token that nobody signed, as its header says.
    #[must_use]
    pub fn unsigned(&self, claims: Value) -> String {
        format!("{}.", signed_part(json!({"alg": "none", "kid": self.id}), claims))
    }

    /// A token signed with what is public, taken for a secret.
    #[must_use]
    pub fn signed_with_what_is_public(&self, claims: Value) -> String {
        let signed = signed_part(json!({"alg": "HS256", "kid": self.id}), claims);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        format!("{signed}.{}", coded(ring::hmac::sign(&key, signed.as_bytes())))
    }
}

/// How RSA signs, by the names of algorithms.
const RSA: [(&str, &dyn RsaEncoding); 6] = [
    ("RS256", &RSA_PKCS1_SHA256),
    ("RS384", &RSA_PKCS1_SHA384),
    ("RS512", &RSA_PKCS1_SHA512),
    ("PS256", &RSA_PSS_SHA256),
    ("PS384", &RSA_PSS_SHA384),
    ("PS512", &RSA_PSS_SHA512),
];

/// A new RSA key of this id: what is published of it, and a token by each algorithm it is for.
#[must_use]
pub fn rsa(id: &str, claims: &Value) -> (Value, Vec<(&'static str, String)>) {
    let place = tempfile::tempdir().expect("a directory");
    let path = |name: &str| place.path().join(name).to_str().expect("a path that is text").to_owned();
    let (pem, file) = (path("key.pem"), path("key.der"));
    for arguments in [
        &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", &pem][..],
        // Made in DER at once it would be of the older form, PKCS #1.
        &["pkcs8", "-topk8", "-nocrypt", "-in", &pem, "-outform", "DER", "-out", &file],
    ] {
        let _ = run(std::process::Command::new(tool("openssl")).args(arguments), AT_MOST).succeeded();
    }
    let pair = RsaKeyPair::from_pkcs8(&std::fs::read(&file).expect("a key")).expect("a key");
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    let random = SystemRandom::new();
    let token = |(name, how): (&'static str, &'static dyn RsaEncoding)| {
        let signed = signed_part(json!({"alg": name, "kid": id}), claims.clone());
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(how, &random, signed.as_bytes(), &mut signature).expect("a signature");
        (name, format!("{signed}.{}", coded(signature)))
    };
    (json!({"kty": "RSA", "n": coded(n), "e": coded(e), "kid": id}), RSA.into_iter().map(token).collect())
}

fn signed_part(header: Value, claims: Value) -> String {
    let each = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "till-7", "iat": now(), "exp": now() + 3_600, "lojal_workspaces": "*",
    });
    format!("{}.{}", coded(header.to_string()), coded(with(each, claims).to_string()))
}

/// A value with other members, where null takes one away.
fn with(mut value: Value, others: Value) -> Value {
    let members = value.as_object_mut().expect("an object");
    for (name, other) in others.as_object().expect("an object") {
        if other.is_null() {
            members.remove(name)
        } else {
            members.insert(name.clone(), other.clone())
        };
    }
    value
}

/// Writes what a provider publishes of its keys to a file.
pub fn publish(file: &Path, keys: &[Value]) {
    std::fs::write(file, json!({"keys": keys}).to_string()).expect("a file");
}

/// The settings of a server that takes tokens of the provider that publishes its keys in a file.
#[must_use]
pub fn settings(file: &Path) -> Vec<(String, String)> {
    let set = |name: &str, value: &str| (format!("LOJAL__AUTH__JWT__{name}"), value.to_owned());
    vec![
        set("ISSUER", ISSUER),
        set("AUDIENCE", AUDIENCE),
        set("JWKS", file.to_str().expect("a path that is text")),
        set("LEEWAY_SECONDS", "0"),
    ]
}
