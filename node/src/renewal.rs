//! The door to the coordinator with a certificate that holds: renewed from half of its life on, also after its end.
//!
//! A renewal that fails while the old certificate holds is tried again later. Spec: ADR-0017.

use tokio::sync::watch;

use crate::certificate::{self, Certificate};
use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use crate::identity::Keys;
use crate::link::Link;
use crate::outbox::{Outbox, RenewingEnded};

/// A door that knows when its certificate is due.
#[derive(Debug)]
pub(crate) struct Door {
    folder: Folder,
    configuration: Configuration,
    certificate: Certificate,
    outbox: Outbox,
    /// The newest outbox, for what asks beside this.
    current: watch::Sender<Outbox>,
}

impl Door {
    /// Opens it; a certificate that is due is renewed first.
    pub(crate) async fn open(folder: &Folder, configuration: &Configuration) -> Result<Self, Fault> {
        let mut door = Self::at(folder, configuration)?;
        door.refresh().await?;
        Ok(door)
    }

    /// With the certificate that is there.
    pub(crate) fn at(folder: &Folder, configuration: &Configuration) -> Result<Self, Fault> {
        let outbox = Outbox::new(&Link::enrolled(folder, configuration)?, folder.ledger());
        let (folder, configuration) = (folder.clone(), configuration.clone());
        let (certificate, current) = (Certificate::of(&folder)?, watch::Sender::new(outbox.clone()));
        Ok(Self { folder, configuration, certificate, outbox, current })
    }

    /// The door, with a certificate that holds.
    pub(crate) async fn outbox(&mut self) -> Result<&mut Outbox, Fault> {
        self.refresh().await?;
        Ok(&mut self.outbox)
    }

    /// Follows the door through renewals.
    pub(crate) fn follow(&self) -> watch::Receiver<Outbox> {
        self.current.subscribe()
    }

    async fn refresh(&mut self) -> Result<(), Fault> {
        let now = clock::unix();
        if !self.certificate.is_due(now) {
            return Ok(());
        }
        let renewed = if self.certificate.has_ended(now) {
            renew_ended(&self.folder, &self.configuration, &self.certificate).await
        } else {
            self.renew().await
        };
        match renewed {
            Ok(()) => {
                let Self { certificate, outbox, .. } = Self::at(&self.folder, &self.configuration)?;
                self.current.send_replace(outbox.clone());
                (self.certificate, self.outbox) = (certificate, outbox);
            }
            Err(fault) if fault.is_transient() && !self.certificate.has_ended(now) => {
                tracing::warn!(code = fault.code(), "{fault}; the certificate is renewed later");
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    async fn renew(&mut self) -> Result<(), Fault> {
        let key = certificate::next_key(&self.folder)?;
        let renewed = self.outbox.renew(certificate::request(&key)?).await?;
        take(&self.folder, &self.configuration, &renewed, &key)
    }
}

/// Without a certificate that holds, the identity key says who asks.
async fn renew_ended(
    folder: &Folder,
    configuration: &Configuration,
    ended: &Certificate,
) -> Result<(), Fault> {
    let key = certificate::next_key(folder)?;
    let tls = rcgen::PublicKeyData::subject_public_key_info(&key);
    let site = &configuration.site;
    let signature = Keys::open(folder)?.sign_renewal(site, &ended.serial, &tls);
    let link = Link::anonymous(&configuration.address, &folder::read(&folder.authority())?)?;
    let asking =
        RenewingEnded { site, serial: &ended.serial, csr_pem: certificate::request(&key)?, signature };
    take(folder, configuration, &asking.send(&link, folder.ledger()).await?, &key)
}

fn take(
    folder: &Folder,
    configuration: &Configuration,
    renewed: &str,
    key: &rcgen::KeyPair,
) -> Result<(), Fault> {
    Certificate::read(renewed)?.check(&configuration.site, key)?;
    certificate::swap(folder, renewed, key)?;
    tracing::info!("the certificate is renewed");
    Ok(())
}
