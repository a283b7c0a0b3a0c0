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

pub(super) async fn invite(folder: &Folder, site: SiteId, out: Option<&Path>) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let now = clock::now();
    let address = advertised(folder, &store.settings().await?.address)?;
    let (invitation, expires) = Invitation::new(site.clone(), address, &Authority::open(folder)?, now)?;
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
    let fingerprint = site.fingerprint.as_deref().unwrap_or("");
    format!("{:<24} {state:<9} {} {software:<24} {fingerprint}", site.site, clock::text(site.since))
}

pub(super) async fn approve(folder: &Folder, site: &SiteId, read_out: Option<&str>) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    let not_waiting = || Fault::NotWaiting(site.clone());
    let waiting = store.waiting(site).await?.ok_or_else(not_waiting)?;
    if read_out.is_some_and(|text| text != waiting.fingerprint) {
        let why = format!("{} waits with the key {}; do not approve it", site, waiting.fingerprint);
        return Err(Fault::Malformed { field: "--fingerprint", why });
    }
    let request = SigningRequest::read(&waiting.request)?;
    let issued = Authority::open(folder)?.issue_site(site, &request)?;
    let (pem, expires) = (&issued.pem, issued.expires);
    if !store.approve(site, &waiting.fingerprint, &issued.serial, pem, clock::now(), expires).await? {
        return Err(not_waiting());
    }
    say(format_args!("{site} is enrolled until {} with key {}", clock::text(expires), waiting.fingerprint));
    Ok(())
}

pub(super) async fn revoke(folder: &Folder, site: &SiteId) -> Result<(), Fault> {
    let store = Store::open(&folder.database()).await?;
    if !store.revoke(site, clock::now()).await? {
        return Err(Fault::NoSuchSite(site.clone()));
    }
    say(format_args!(
        "{site} is refused from its next call on; running studies go on without it if enough remain"
    ));
    Ok(())
}
