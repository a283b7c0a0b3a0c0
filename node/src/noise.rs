//! The secret that noise is drawn from: made here, never sent, the same after a restart.
//!
//! The same question gives the same noisy answer, so that asking again after a crash tells nothing new. Another question,
//! study or exchange has noise of its own. Never: noise that whoever reads the plan can compute. Spec: ADR-0018.

use consilium_types::Digest;

use crate::answering::Question;
use crate::errors::Fault;
use crate::folder::{self, Folder};

/// The node's secret.
pub(crate) struct Noise {
    secret: Digest,
}

impl std::fmt::Debug for Noise {
    /// The secret is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Noise")
    }
}

impl Noise {
    /// The secret of this folder; it is made at first use.
    pub(crate) fn open(folder: &Folder) -> Result<Self, Fault> {
        let file = folder.noise_key();
        if !file.exists() {
            let mut secret = [0; 32];
            let none = |e| Fault::Identity(format!("the system gives no random bytes: {e}"));
            getrandom::fill(&mut secret).map_err(none)?;
            folder::write_secret(&file, &format!("{}\n", Digest::from(secret)))?;
        }
        let why = "not 64 hexadecimal digits; restore it, or remove it to have a new one made".to_owned();
        let secret = folder::read(&file)?.trim().parse();
        secret.map(|secret| Self { secret }).map_err(|_| Fault::Configuration { file, why })
    }

    /// What the ledger calls a question: whatever changes the answer changes it, another secret included.
    pub(crate) fn name(&self, question: &Question, cohort: Digest) -> Digest {
        let Question { study, attempt, exchange, plan_hash, roster, query, .. } = question;
        let own = Digest::of("consilium/noise-name/v1", self.secret.as_bytes());
        let asked = (study, attempt.0, exchange.0, plan_hash, roster, query, cohort, own);
        let bytes = serde_json::to_vec(&asked).expect("ids, digests and questions always serialise");
        Digest::of("consilium/noisy-question/v1", &bytes)
    }

    /// The secret of one question.
    pub(crate) fn of(&self, name: Digest) -> [u8; 32] {
        let both = [*self.secret.as_bytes(), *name.as_bytes()].concat();
        *Digest::of("consilium/noise-secret/v1", &both).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let at = Folder::new(folder.path().to_owned());
        let first = Noise::open(&at).unwrap().secret;
        assert_eq!(Noise::open(&at).unwrap().secret, first);
        let elsewhere = tempfile::tempdir().unwrap();
        assert_ne!(Noise::open(&Folder::new(elsewhere.path().to_owned())).unwrap().secret, first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(at.noise_key()).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
        std::fs::write(at.noise_key(), "abc").unwrap();
        assert_eq!(Noise::open(&at).unwrap_err().code(), "CNS-N-0102");
    }
}
