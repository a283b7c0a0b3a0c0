//! `init`.

use std::net::IpAddr;

use consilium_store::{Settings, Store};

use super::{host, say};
use crate::authority::Authority;
use crate::errors::Fault;
use crate::folder::{self, Folder};

pub(super) async fn init(
    folder: &Folder,
    name: String,
    address: String,
    listen: Option<String>,
) -> Result<(), Fault> {
    let listen = listen.map_or_else(|| default_listen(&address), Ok)?;
    if folder.database().exists() || folder.authority_key().exists() {
        return Err(Fault::Exists(folder.path().to_owned()));
    }
    folder::make(folder.path())?;
    Authority::create(&name, folder)?;
    // the database comes last: a folder without one is not a coordinator and can be made again after a crash
    Store::create(&folder.database(), &Settings { name, address: address.clone(), listen }).await?;
    let path = folder.path().display();
    say(format_args!("{path}: made a consortium. Hospitals will connect to {address}."));
    say(format_args!("Keep {path}/ca.key secret and backed up: it can name any hospital."));
    Ok(())
}

/// All interfaces, unless the address is this machine alone.
fn default_listen(address: &str) -> Result<String, Fault> {
    let name = host(address)?;
    let port = address.rsplit_once(':').map_or("", |(_, port)| port);
    let is_loopback = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let interface = if is_loopback { "127.0.0.1" } else { "0.0.0.0" };
    Ok(format!("{interface}:{port}"))
}
