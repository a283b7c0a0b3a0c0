//! The door to the coordinator with a certificate that holds: renewed from half of its life on, also after its end.
//!
//! A renewal that fails while the old certificate holds is tried again later. How long one holds is counted by the coordinator's
//! clock as soon as it was heard. Spec: ADR-0017, ADR-0024.

use tokio::sync::watch;

use crate::certificate::{self, Certificate};
use crate::clock::Skew;
use crate::errors::Fault;
use crate::folder::{self, Configuration, Folder};
use crate::identity::Keys;
use crate::link::Link;
use crate::outbox::{Offered, Outbox, RenewingEnded};

/// A door that knows when its certificate is due.
#[derive(Debug)]
pub(crate) struct Door {
    folder: Folder,
    configuration: Configuration,
    certificate: Certificate,
    outbox: Outbox,
    skew: Skew,
    /// Whether the coordinator takes the certificate for ended, whatever the time.
    is_distrusted: bool,
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
        let skew = Skew::default();
        let outbox = outbox(folder, configuration, &skew)?;
        let (folder, configuration) = (folder.clone(), configuration.clone());
        let (certificate, current) = (Certificate::of(&folder)?, watch::Sender::new(outbox.clone()));
        Ok(Self { folder, configuration, certificate, outbox, skew, is_distrusted: false, current })
    }

    /// How far this machine's clock is from the coordinator's.
    pub(crate) fn skew(&self) -> &Skew {
        &self.skew
    }

    /// Takes the coordinator's word that the certificate has ended: the next use of the door renews it.
    pub(crate) fn heed(&mut self, fault: &Fault) {
        self.is_distrusted |= matches!(fault, Fault::CertificateEnded);
    }

    /// The door, with a certificate that holds.
    pub(crate) async fn outbox(&mut self) -> Result<&mut Outbox, Fault> {
        self.refresh().await?;
        Ok(&mut self.outbox)
    }

    /// Studies offered to this hospital; a certificate that the coordinator takes for ended is renewed on the way.
    pub(crate) async fn studies(&mut self) -> Result<Vec<Offered>, Fault> {
        let asked = self.outbox().await?.studies().await;
        let Err(fault @ Fault::CertificateEnded) = asked else { return asked };
        self.heed(&fault);
        self.outbox().await?.studies().await
    }

    /// Follows the door through renewals.
    pub(crate) fn follow(&self) -> watch::Receiver<Outbox> {
        self.current.subscribe()
    }

    async fn refresh(&mut self) -> Result<(), Fault> {
        let now = self.skew.unix();
        let has_ended = self.is_distrusted || self.certificate.has_ended(now);
        if !has_ended && !self.certificate.is_due(now) {
            return Ok(());
        }
        let renewed = if has_ended { self.renew_ended().await } else { self.renew().await };
        match renewed {
            Ok(()) => self.swap()?,
            Err(fault) if fault.is_transient() && !has_ended => {
                tracing::warn!(code = fault.code(), "{fault}; the certificate is renewed later");
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// From now on the door has the certificate that was written.
    fn swap(&mut self) -> Result<(), Fault> {
        self.outbox = outbox(&self.folder, &self.configuration, &self.skew)?;
        self.certificate = Certificate::of(&self.folder)?;
        self.is_distrusted = false;
        self.current.send_replace(self.outbox.clone());
        Ok(())
    }

    async fn renew(&mut self) -> Result<(), Fault> {
        let key = certificate::next_key(&self.folder)?;
        let renewed = self.outbox.renew(certificate::request(&key)?).await?;
        take(&self.folder, &self.configuration, &renewed, &key)
    }

    /// Without a certificate that holds, the identity key says who asks.
    async fn renew_ended(&self) -> Result<(), Fault> {
        let Self { folder, configuration, .. } = self;
        let key = certificate::next_key(folder)?;
        let tls = rcgen::PublicKeyData::subject_public_key_info(&key);
        let (site, serial) = (&configuration.site, &self.certificate.serial);
        let signature = Keys::open(folder)?.sign_renewal(site, serial, &tls);
        let link = Link::anonymous(&configuration.address, &folder::read(&folder.authority())?)?;
        let asking = RenewingEnded { site, serial, csr_pem: certificate::request(&key)?, signature };
        let renewed = asking.send(&link, folder.ledger(), &self.skew).await?;
        take(folder, configuration, &renewed, &key)
    }
}

/// With the certificate that is there.
fn outbox(folder: &Folder, configuration: &Configuration, skew: &Skew) -> Result<Outbox, Fault> {
    Ok(Outbox::new(&Link::enrolled(folder, configuration)?, folder.ledger(), skew.clone()))
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
