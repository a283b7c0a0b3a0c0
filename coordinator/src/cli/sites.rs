//! `invite`, `sites`, `approve`, `revoke`.

use std::path::Path;

use consilium_store::{Invited, SiteRecord, Store};
use consilium_types::SiteId;

use super::{say, say_json};
use crate::authority::{Authority, SigningRequest};
use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::invitation::Invitation;
use crate::training_log;

pub(super) async fn invite(
    folder: &Folder,
    site: SiteId,
    out: Option<&Path>,
    hours: u64,
) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let now = clock::now();
    let settings = store.settings().await?;
    let (authority, log) = (Authority::open(folder)?, training_log::key(folder, &settings)?);
    let address = advertised(folder, &settings.address)?;
    let (invitation, expires) = Invitation::new(site.clone(), address, &authority, &log, [now, hours])?;
    if store.invite(&site, &invitation.digest(), expires, now).await? == Invited::AlreadyEnrolled {
        return Err(Fault::AlreadyEnrolled(site));
    }
    let Some(file) = out else {
        say(invitation.text());
        return Ok(());
    };
    folder::write_secret(file, &invitation.text())?;
    let (file, until) = (file.display(), clock::text(expires));
    say(format_args!("{file}: hand it to {site}. It works once, until {until}."));
    Ok(())
}

/// The configured address; with port 0, the one that `serve` was last bound to.
fn advertised(folder: &Folder, address: &str) -> Result<String, Fault> {
    if address.ends_with(":0") {
        Ok(folder::read(&folder.bound_address())?.trim().to_owned())
    } else {
        Ok(address.to_owned())
    }
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
    let not_waiting = || Fault::NotWaiting(site.clone());
    let waiting = store.waiting(site).await?.ok_or_else(not_waiting)?;
    if read_out.is_some_and(|text| text != waiting.fingerprint) {
        let why = format!("{} waits with the keys {}; do not approve it", site, waiting.fingerprint);
        return Err(Fault::Malformed { field: "--fingerprint", why });
    }
    let request = SigningRequest::read(&waiting.request)?;
    let fingerprint = waiting.fingerprint.clone();
    let certificate = Authority::open(folder)?.issue_site(site, &request, fingerprint, clock::now())?;
    if !store.approve(site, &certificate).await? {
        return Err(not_waiting());
    }
    let until = clock::text(certificate.expires);
    say(format_args!(
        "{site} is enrolled with the keys {}; its certificate lasts until {until}, and its node renews it",
        waiting.fingerprint
    ));
    Ok(())
}

pub(super) async fn revoke(folder: &Folder, site: &SiteId) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    if !store.revoke(site, clock::now()).await? {
        return Err(Fault::NoSuchSite(site.clone()));
    }
    say(format_args!("{site} is refused from now on; running studies go on without it if enough remain"));
    Ok(())
}
