//! Signing in through a hospital's identity provider: `OpenID` Connect, authorisation code with PKCE and nonce.
//!
//! `oidc.toml` in the coordinator's folder names the provider and the groups that give a role. The provider is asked for
//! its keys at each sign-in. Never: a token that is kept or logged. Spec: `OpenID` Connect Core 1.0, docs/reference/pages.md.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenClaims, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::refusal::Refusal;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::people::Role;

/// How long somebody may take to sign in at the provider, in milliseconds.
const PATIENCE: u64 = 10 * 60 * 1_000;
/// Sign-ins that are under way at a time.
const MOST_ASKED: usize = 1_000;
/// How long the provider may take, and how much it may say.
const TIMEOUT: Duration = Duration::from_secs(10);
const MOST_BYTES: u64 = 1 << 20;

/// What `oidc.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// `https://...`, as in the provider's discovery document.
    issuer: IssuerUrl,
    client_id: ClientId,
    /// A file beside this one with the client's secret.
    secret_file: String,
    /// A file beside this one with certificates to trust; by default those that browsers trust.
    ca: Option<String>,
    /// The claim that lists groups.
    #[serde(default = "groups")]
    claim: String,
    /// The group of operators.
    operator: String,
    /// The group of auditors.
    auditor: String,
}

fn groups() -> String {
    "groups".to_owned()
}

/// The provider, and who is on the way there.
#[derive(Debug)]
pub(super) struct Provider {
    settings: Settings,
    secret: ClientSecret,
    redirect: RedirectUrl,
    agent: ureq::Agent,
    asked: Mutex<BTreeMap<String, Asked>>,
}

#[derive(Debug)]
struct Asked {
    at: u64,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// What a browser brings back.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: String,
    code: Option<AuthorizationCode>,
    error: Option<String>,
}

impl Answer {
    pub(super) fn state(&self) -> &str {
        &self.state
    }
}

/// Claims beside the standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(BTreeMap<String, serde_json::Value>);

impl AdditionalClaims for Others {}

type Claims = IdTokenClaims<Others, CoreGenderClaim>;
type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// None where there is no `oidc.toml`.
    pub(super) fn read(folder: &Folder, origin: &str) -> Result<Option<Self>, Fault> {
        let file = folder.identity_provider();
        if !file.exists() {
            return Ok(None);
        }
        let unusable = |why: String| Fault::Settings { path: file.clone(), why };
        let settings: Settings =
            toml::from_str(&folder::read(&file)?).map_err(|why| unusable(why.to_string()))?;
        let secret = folder::read(&folder.path().join(&settings.secret_file))?;
        let redirect =
            RedirectUrl::new(format!("{origin}/oidc/callback")).map_err(|e| unusable(e.to_string()))?;
        let roots = match &settings.ca {
            Some(name) => trusted(&folder::read(&folder.path().join(name))?).map_err(unusable)?,
            None => RootCerts::WebPki,
        };
        let secret = ClientSecret::new(secret.trim().to_owned());
        Ok(Some(Self { settings, secret, redirect, agent: agent(roots), asked: Mutex::default() }))
    }

    pub(super) fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Where to send a browser, and the state that it must bring back.
    pub(super) async fn ask(&self, now: u64) -> Result<(String, String), Refusal> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, asked| now < asked.at + PATIENCE);
        if asked.len() >= MOST_ASKED {
            return Err(Refusal::Provider("too many are signing in".to_owned()));
        }
        asked.insert(state.secret().clone(), Asked { at: now, nonce, verifier });
        Ok((url.into(), state.into_secret()))
    }

    /// Who signed in there, and their role here.
    pub(super) async fn confirm(&self, answer: Answer, now: u64) -> Result<(String, Role), Refusal> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&answer.state);
        let too_late = || Refusal::Provider("it took too long, or was used before".to_owned());
        let asked = asked.filter(|asked| now < asked.at + PATIENCE).ok_or_else(too_late)?;
        let code = answer.code.ok_or_else(|| Refusal::Provider(answer.error.unwrap_or_default()))?;
        let client = self.client().await?;
        let agent = self.agent.clone();
        let claims = blocking(move || claims(&client, code, asked, &agent)).await?;
        let role = self.role(&claims).ok_or(Refusal::NoRole)?;
        Ok((person(&claims), role))
    }

    async fn client(&self) -> Result<Client, Refusal> {
        let (settings, secret, redirect) =
            (self.settings.clone(), self.secret.clone(), self.redirect.clone());
        let agent = self.agent.clone();
        blocking(move || {
            let http = |request: HttpRequest| call(&agent, request);
            let found = CoreProviderMetadata::discover(&settings.issuer, &http).map_err(told)?;
            let client = Client::from_provider_metadata(found, settings.client_id, Some(secret));
            Ok(client.set_redirect_uri(redirect))
        })
        .await
    }

    /// Operators first: who is both reads and acts.
    fn role(&self, claims: &Claims) -> Option<Role> {
        let listed = claims.additional_claims().0.get(&self.settings.claim)?;
        let is_in = |group: &str| match listed {
            serde_json::Value::Array(all) => all.iter().any(|one| one == group),
            one => one == group,
        };
        let roles = [(&self.settings.operator, Role::Operator), (&self.settings.auditor, Role::Auditor)];
        roles.into_iter().find(|(group, _)| is_in(group)).map(|(_, role)| role)
    }
}

/// A token's claims, whose signature, issuer, audience, nonce and time hold.
fn claims(
    client: &Client,
    code: AuthorizationCode,
    asked: Asked,
    agent: &ureq::Agent,
) -> Result<Claims, Refusal> {
    let http = |request: HttpRequest| call(agent, request);
    let exchange = client.exchange_code(code).map_err(told)?.set_pkce_verifier(asked.verifier);
    let tokens = exchange.request(&http).map_err(told)?;
    let token = openidconnect::TokenResponse::id_token(&tokens);
    let token = token.ok_or_else(|| Refusal::Provider("it sent no identity token".to_owned()))?;
    token.claims(&client.id_token_verifier(), &asked.nonce).cloned().map_err(told)
}

/// The provider's own identifier is what makes a person one; a name is for people.
fn person(claims: &Claims) -> String {
    let plain = |c: char| if c.is_control() { '?' } else { c };
    let name = claims.preferred_username().map_or("", |name| name.as_str());
    let name: String = name.chars().take(64).map(plain).collect();
    format!("{name} ({})", claims.subject().as_str()).trim_start().to_owned()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(told)?
}

/// With its causes: a provider's fault is rarely in the first line.
fn told(error: impl std::error::Error) -> Refusal {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    Refusal::Provider(text)
}

fn call(agent: &ureq::Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (head, mut body) = agent.run(request)?.into_parts();
    let bytes = body.with_config().limit(MOST_BYTES).read_to_vec()?;
    Ok(HttpResponse::from_parts(head, bytes))
}

/// Redirects are not followed: a provider has no reason to send the coordinator elsewhere.
fn agent(roots: RootCerts) -> ureq::Agent {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let tls =
        TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider.into()).build();
    let config = ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(TIMEOUT));
    config.max_redirects(0).http_status_as_error(false).build().new_agent()
}

fn trusted(pem: &str) -> Result<RootCerts, String> {
    let all = ureq::tls::parse_pem(pem.as_bytes()).filter_map(|item| match item {
        Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(why) => Some(Err(why.to_string())),
    });
    let all: Vec<Certificate<'static>> = all.collect::<Result<_, _>>()?;
    if all.is_empty() { Err("`ca` holds no certificate".to_owned()) } else { Ok(all.into()) }
}
