//! `enrol`: keys made here, an invitation spent on them, a certificate once the operator has approved.
//!
//! Private keys never leave the folder. Interrupted at any point, the same command goes on where it stopped.

use std::path::{Path, PathBuf};
use std::time::Duration;

use consilium_ledger::VerifierKey;
use consilium_types::SiteId;
use rcgen::{KeyPair, PublicKeyData as _};
use serde::Deserialize;

use super::say;
use crate::certificate::{self, Certificate};
use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use crate::identity::Keys;
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
    log: String,
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
    let (key, keys) = (certificate::next_key(folder)?, Keys::open_or_make(folder)?);
    let tls = key.subject_public_key_info();
    let fingerprint = keys.public().fingerprint(&tls).to_string();
    let request = certificate::request(&key)?;
    let proofs = keys.sign_enrolment(&invited.site, &invited.token, &tls);
    let link = Link::anonymous(&invited.address, &invited.ca)?;
    let mut enrolling = Enrolling::new(&link, invited.token.clone());
    if enrolling.present(request, keys.public(), proofs, folder.ledger()).await? != fingerprint {
        return Err(Fault::Identity("the coordinator has seen other keys than were sent".to_owned()));
    }
    say(format_args!(
        "{} asks to join; the invitation holds until {}. Read the next line out to the operator, by telephone; they \
         compare:",
        invited.site, invited.expires
    ));
    say(format_args!("fingerprint {fingerprint}"));
    let certificate = wait(&mut enrolling, &fingerprint).await?;
    Certificate::read(&certificate)?.check(&invited.site, &key)?;
    write(folder, invited, data, (&certificate, &key))
}

/// Whether a text has the form of an invitation.
pub(crate) fn is_invitation(text: &str) -> bool {
    parse(text).is_ok()
}

fn parse(text: &str) -> Result<Invitation, String> {
    // the parser's whole message would show the token
    toml::from_str(text).map_err(|e: toml::de::Error| e.message().to_owned())
}

fn read(file: &Path) -> Result<Invitation, Fault> {
    let not_one = |why: String| Fault::Invitation { file: file.to_owned(), why };
    let invited = parse(&folder::read(file)?).map_err(not_one)?;
    invited.log.parse::<VerifierKey>().map_err(|e| not_one(format!("log: {e}")))?;
    Ok(invited)
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

/// The certificate comes last: without it, the node has not enrolled and the command can be repeated.
fn write(
    folder: &Folder,
    invited: Invitation,
    data: PathBuf,
    (certificate, key): (&str, &KeyPair),
) -> Result<(), Fault> {
    let configuration = Configuration { site: invited.site.clone(), address: invited.address, data };
    let text = toml::to_string(&configuration).expect("ids and paths always serialise");
    folder::write(&folder.authority(), &invited.ca)?;
    folder::write(&folder.configuration_file(), &text)?;
    if !folder.policy().exists() {
        folder::write(&folder.policy(), TEMPLATE)?;
    }
    folder::write(&folder.log_key(), &format!("{}\n", invited.log))?;
    certificate::swap(folder, certificate, key)?;
    let path = folder.path().display();
    say(format_args!(
        "enrolled as {}; read your hospital's rules in {path}/policy.toml, then run `doctor`",
        invited.site
    ));
    Ok(())
}
