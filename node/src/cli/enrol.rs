//! `enrol`: a key made here, an invitation spent on it, a certificate once the operator has approved.
//!
//! The private key never leaves the folder. Interrupted at any point, the same command goes on where it stopped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use consilium_types::SiteId;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, PublicKeyData as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, Pem, X509Certificate};

use super::say;
use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use crate::link::Link;
use crate::outbox::Enrolling;
use crate::policy::TEMPLATE;

/// How often the coordinator is asked whether the operator has approved.
const ASK_EVERY: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    site: SiteId,
    address: String,
    token: String,
    expires: String,
    ca: String,
}

pub(super) async fn enrol(folder: &Folder, invitation: &Path, data: &Path) -> Result<(), Fault> {
    if let Ok(Configuration { site, .. }) = folder.configuration() {
        return Err(Fault::AlreadyEnrolled { folder: folder.path().to_owned(), site });
    }
    let invited = read(invitation)?;
    let data = data.canonicalize().map_err(|source| Fault::File {
        path: data.to_owned(),
        doing: "finding the data folder",
        source,
    })?;
    folder.make()?;
    let key = key(folder)?;
    let fingerprint = hex(&Sha256::digest(key.subject_public_key_info()));
    let request = CertificateParams::default().serialize_request(&key).and_then(|request| request.pem());
    let request = request.map_err(|e| Fault::Identity(e.to_string()))?;
    let link = Link::anonymous(&invited.address, &invited.ca)?;
    let mut enrolling = Enrolling::new(&link, invited.token.clone());
    if enrolling.present(request, folder.ledger()).await? != fingerprint {
        return Err(Fault::Identity("the coordinator has seen another key than was sent".to_owned()));
    }
    say(format_args!(
        "{} asks to join. Read the next line out to the operator, by telephone; they compare:",
        invited.site
    ));
    say(format_args!("fingerprint {fingerprint}"));
    let certificate = wait(&mut enrolling, &fingerprint).await?;
    check(&certificate, &invited.site, &fingerprint)?;
    write(folder, invited, data, &certificate)
}

fn read(file: &Path) -> Result<Invitation, Fault> {
    let not_one = |why: String| Fault::Invitation { file: file.to_owned(), why };
    let text = folder::read(file)?;
    // the parser's message would show the token
    let invited: Invitation =
        toml::from_str(&text).map_err(|e: toml::de::Error| not_one(e.message().to_owned()))?;
    if clock::has_passed(&invited.expires) {
        return Err(Fault::InvitationExpired { file: file.to_owned(), expired: invited.expires });
    }
    Ok(invited)
}

/// The key of an interrupted enrolment, or a new one.
fn key(folder: &Folder) -> Result<KeyPair, Fault> {
    let broken = |e: rcgen::Error| Fault::Identity(e.to_string());
    let file = folder.key();
    if file.exists() {
        return KeyPair::from_pem(&folder::read(&file)?).map_err(broken);
    }
    let key = KeyPair::generate_for(&PKCS_ED25519).map_err(broken)?;
    folder::write_secret(&file, &key.serialize_pem())?;
    Ok(key)
}

async fn wait(enrolling: &mut Enrolling, fingerprint: &str) -> Result<String, Fault> {
    loop {
        match enrolling.collect(fingerprint).await {
            Ok(Some(certificate)) => return Ok(certificate),
            Ok(None) => {}
            Err(fault) if fault.is_transient() => {
                tracing::warn!(code = fault.code(), "{fault}; asking again");
            }
            Err(fault) => return Err(fault),
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Whether a certificate is for this key and this hospital.
fn check(pem: &str, site: &SiteId, fingerprint: &str) -> Result<(), Fault> {
    let unreadable = || Fault::Identity("the certificate from the coordinator cannot be read".to_owned());
    let (pem, _) = Pem::read(std::io::Cursor::new(pem)).map_err(|_| unreadable())?;
    let (_, certificate) = X509Certificate::from_der(&pem.contents).map_err(|_| unreadable())?;
    let named = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    if named != Some(site.as_str()) || hex(&Sha256::digest(certificate.public_key().raw)) != fingerprint {
        return Err(Fault::Identity("the certificate from the coordinator is for somebody else".to_owned()));
    }
    Ok(())
}

/// The certificate comes last: without it, the node has not enrolled and the command can be repeated.
fn write(folder: &Folder, invited: Invitation, data: PathBuf, certificate: &str) -> Result<(), Fault> {
    let configuration = Configuration { site: invited.site.clone(), address: invited.address, data };
    let text = toml::to_string(&configuration).expect("ids and paths always serialise");
    folder::write(&folder.authority(), &invited.ca)?;
    folder::write(&folder.configuration_file(), &text)?;
    if !folder.policy().exists() {
        folder::write(&folder.policy(), TEMPLATE)?;
    }
    folder::write(&folder.certificate(), certificate)?;
    let path = folder.path().display();
    say(format_args!(
        "enrolled as {}; read your hospital's rules in {path}/policy.toml, then run `doctor`",
        invited.site
    ));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows in memory");
        text
    })
}
