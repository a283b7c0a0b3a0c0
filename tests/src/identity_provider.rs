//! An identity provider of a hospital, on loopback: discovery, keys, and tokens that say what a test wants.
//!
//! Written from `OpenID` Connect Core 1.0 and RFC 7636 (PKCE), not with the library that the coordinator uses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Form, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;
use url::Url;

/// The client's name and secret, as `oidc.toml` must have them.
pub const CLIENT: [&str; 2] = ["consilium", "the client's secret"];

const KEY: [u8; 32] = [7; 32];

/// How a token is made false.
pub type Forge = fn(&mut Value, &mut SigningKey);

/// A running provider.
#[derive(Debug)]
pub struct IdentityProvider {
    origin: String,
    codes: Codes,
    _runtime: Runtime,
}

type Codes = Arc<Mutex<BTreeMap<String, Granted>>>;

#[derive(Debug)]
struct Granted {
    claims: Value,
    key: SigningKey,
    challenge: String,
}

impl IdentityProvider {
    /// On a free port of the loopback interface.
    pub fn begin() -> Result<Self> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let codes = Codes::default();
        let (discovery, keys) = (discovery(&origin), keys());
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { of_json(&discovery) }))
            .route("/keys", get(move || async move { of_json(&keys) }))
            .route("/token", post(token))
            .with_state(Arc::clone(&codes));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, codes, _runtime: runtime })
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.origin
    }

    /// Lets somebody sign in whom a browser brought to `asked`; gives the path it is sent back to.
    pub fn sign_in(&self, asked: &str, person: [&str; 2], groups: &[&str], forge: Forge) -> Result<String> {
        let asked = Url::parse(asked)?;
        let query: BTreeMap<_, _> = asked.query_pairs().into_owned().collect();
        let of = |name: &str| query.get(name).cloned().with_context(|| format!("no {name} in {asked}"));
        anyhow::ensure!(of("code_challenge_method")? == "S256" && of("response_type")? == "code");
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut claims = json!({
            "iss": self.origin, "aud": of("client_id")?, "sub": person[0], "preferred_username": person[1],
            "nonce": of("nonce")?, "iat": now, "exp": now + 300, "groups": groups,
        });
        let mut key = SigningKey::from_bytes(&KEY);
        forge(&mut claims, &mut key);
        let mut codes = lock(&self.codes);
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), Granted { claims, key, challenge: of("code_challenge")? });
        let back = Url::parse_with_params(&of("redirect_uri")?, [("code", &code), ("state", &of("state")?)])?;
        Ok(format!("{}?{}", back.path(), back.query().unwrap_or_default()))
    }
}

async fn token(
    State(codes): State<Codes>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let granted = lock(&codes).remove(of("code"));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
    match granted {
        Some(granted) if is_the_client(&headers) && granted.challenge == challenge => of_json(&json!({
            "access_token": "unused", "token_type": "Bearer", "expires_in": 300,
            "id_token": signed(&granted.claims, &granted.key),
        })),
        _ => (StatusCode::BAD_REQUEST, of_json(&json!({"error": "invalid_grant"}))).into_response(),
    }
}

/// RFC 6749 section 2.3.1: both percent-encoded.
fn is_the_client(headers: &HeaderMap) -> bool {
    let [name, secret] =
        CLIENT.map(|text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
    let expected = format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")));
    headers.get(AUTHORIZATION).is_some_and(|value| *value == expected)
}

fn signed(claims: &Value, key: &SigningKey) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "EdDSA", "kid": "1"})), part(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).to_bytes()))
}

fn discovery(origin: &str) -> Value {
    json!({
        "issuer": origin, "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"), "jwks_uri": format!("{origin}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    })
}

fn keys() -> Value {
    let key = SigningKey::from_bytes(&KEY).verifying_key();
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": "1", "x": x}]})
}

fn of_json(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn lock(codes: &Codes) -> MutexGuard<'_, BTreeMap<String, Granted>> {
    codes.lock().unwrap_or_else(PoisonError::into_inner)
}
