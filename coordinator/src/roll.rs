//! Who is in the consortium, as the store last said: the keys that sign for hospitals, and who was revoked.

use std::collections::{BTreeMap, BTreeSet};

use consilium_proto::v1::Participant;
use consilium_store::{SiteRecord, SiteState};
use consilium_types::{PublicKey, SiteId, SiteKeys};

/// All hospitals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Roll {
    keys: BTreeMap<SiteId, SiteKeys>,
    revoked: BTreeSet<SiteId>,
}

impl Roll {
    pub(crate) fn of(records: &[SiteRecord]) -> Self {
        let enrolled = records.iter().filter(|record| record.state == SiteState::Enrolled);
        let key = |record: &SiteRecord| Some((record.site.clone(), record.keys?));
        let revoked = records.iter().filter(|record| record.state == SiteState::Revoked);
        Self {
            keys: enrolled.filter_map(key).collect(),
            revoked: revoked.map(|record| record.site.clone()).collect(),
        }
    }

    pub(crate) fn is_revoked(&self, site: &SiteId) -> bool {
        self.revoked.contains(site)
    }

    /// The key that signs for an enrolled hospital.
    pub(crate) fn identity(&self, site: &SiteId) -> Option<PublicKey> {
        self.keys.get(site).map(|keys| keys.identity)
    }

    /// Hospitals with their keys, as messages say them.
    pub(crate) fn participants<'a>(&self, sites: impl Iterator<Item = &'a SiteId>) -> Vec<Participant> {
        let one = |site: &SiteId| {
            let keys = self.keys.get(site)?;
            let [identity_key, witness_key] =
                [keys.identity, keys.witness].map(|key| key.as_bytes().to_vec());
            Some(Participant { site: site.to_string(), identity_key, witness_key })
        };
        sites.filter_map(one).collect()
    }
}
