//! What an operator does with hospitals, on the command line or on the pages: invite, approve, revoke.

use consilium_store::{Certificate, Invited, Store};
use consilium_types::SiteId;

use crate::authority::{Authority, SigningRequest};
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::invitation::Invitation;
use crate::{clock, training_log};

/// Makes an invitation and keeps its digest; gives it with the time it expires at, milliseconds since 1970.
pub(crate) async fn invite(
    folder: &Folder,
    store: &Store,
    site: &SiteId,
    hours: u64,
) -> Result<(Invitation, u64), Fault> {
    let now = clock::now();
    let settings = store.settings().await?;
    let (authority, log) = (Authority::open(folder)?, training_log::key(folder, &settings)?);
    let address = advertised(folder, &settings.address)?;
    let (invitation, expires) = Invitation::new(site.clone(), address, &authority, &log, [now, hours])?;
    match store.invite(site, &invitation.digest(), expires, now).await? {
        Invited::Yes => Ok((invitation, expires)),
        Invited::AlreadyEnrolled => Err(Fault::AlreadyEnrolled(site.clone())),
    }
}

/// The configured address; with port 0, the one that `serve` was last bound to.
fn advertised(folder: &Folder, address: &str) -> Result<String, Fault> {
    if address.ends_with(":0") {
        Ok(folder::read(&folder.bound_address())?.trim().to_owned())
    } else {
        Ok(address.to_owned())
    }
}

/// Gives a waiting hospital its certificate, if it waits with the keys that were read out.
pub(crate) async fn approve(
    folder: &Folder,
    store: &Store,
    site: &SiteId,
    read_out: Option<&str>,
) -> Result<Certificate, Fault> {
    let not_waiting = || Fault::NotWaiting(site.clone());
    let waiting = store.waiting(site).await?.ok_or_else(not_waiting)?;
    if read_out.is_some_and(|text| text != waiting.fingerprint) {
        let why = format!("{} waits with the keys {}; do not approve it", site, waiting.fingerprint);
        return Err(Fault::Malformed { field: "--fingerprint", why });
    }
    let request = SigningRequest::read(&waiting.request)?;
    let authority = Authority::open(folder)?;
    let certificate = authority.issue_site(site, &request, waiting.fingerprint, clock::now())?;
    if store.approve(site, &certificate).await? { Ok(certificate) } else { Err(not_waiting()) }
}

/// Refuses a hospital from its next call on.
pub(crate) async fn revoke(store: &Store, site: &SiteId) -> Result<(), Fault> {
    if store.revoke(site, clock::now()).await? { Ok(()) } else { Err(Fault::NoSuchSite(site.clone())) }
}
