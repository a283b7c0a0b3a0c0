//! `invite`, `sites`, `approve`, `revoke`.

use std::path::Path;

use consilium_store::{SiteRecord, Store};
use consilium_types::SiteId;

use super::{say, say_json};
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::{clock, hospitals};

pub(super) async fn invite(
    folder: &Folder,
    site: SiteId,
    out: Option<&Path>,
    hours: u64,
) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let (invitation, expires) = hospitals::invite(folder, &store, &site, hours).await?;
    let Some(file) = out else {
        say(invitation.text());
        return Ok(());
    };
    folder::write_secret(file, &invitation.text())?;
    let (file, until) = (file.display(), clock::text(expires));
    say(format_args!("{file}: hand it to {site}. It works once, until {until}."));
    Ok(())
}

pub(super) async fn list(folder: &Folder, json: bool) -> Result<(), Fault> {
    let sites = Store::open(&folder.database()).await?.sites().await?;
    if json {
        say_json(&sites);
        return Ok(());
    }
    if sites.is_empty() {
        say("no hospital yet; `invite SITE` writes an invitation");
    }
    sites.iter().for_each(|site| say(row(site)));
    Ok(())
}

fn row(site: &SiteRecord) -> String {
    let state = format!("{:?}", site.state).to_lowercase();
    let software = site.software.as_deref().unwrap_or("");
    let shown = site.fingerprint.as_deref().unwrap_or("");
    let signs = site.keys.map(|keys| format!(", signs with {}", keys.identity.fingerprint()));
    let (since, signs) = (clock::text(site.since), signs.unwrap_or_default());
    format!("{:<24} {state:<9} {since} {software:<24} {shown}{signs}", site.site)
}

pub(super) async fn approve(folder: &Folder, site: &SiteId, read_out: Option<&str>) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let certificate = hospitals::approve(folder, &store, site, read_out).await?;
    let (keys, until) = (&certificate.fingerprint, clock::text(certificate.expires));
    say(format_args!(
        "{site} is enrolled with the keys {keys}; its certificate lasts until {until}, and its node renews it"
    ));
    Ok(())
}

pub(super) async fn revoke(folder: &Folder, site: &SiteId) -> Result<(), Fault> {
    hospitals::revoke(&Store::open(&folder.database()).await?, site).await?;
    say(format_args!("{site} is refused from now on; running studies go on without it if enough remain"));
    Ok(())
}
