//! What this hospital decided about each study, and how far each has come. On disk before it is told to anyone.

use std::collections::BTreeMap;
use std::fs;

use consilium_types::{Digest, SiteId, SiteKeys, StudyId, StudyPlan};
use serde::{Deserialize, Serialize};

use crate::errors::Fault;
use crate::folder::{self, Folder};

/// One study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    pub(crate) study: StudyId,
    /// The plan, canonical.
    pub(crate) plan: String,
    pub(crate) plan_hash: Digest,
    pub(crate) accepted: bool,
    /// The invited hospitals, with the keys they had when this was decided.
    #[serde(default)]
    pub(crate) participants: BTreeMap<SiteId, SiteKeys>,
    /// Of the cohort that gave the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cohort: Option<Digest>,
    /// How the study ended, as the coordinator said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<String>,
}

impl Decision {
    pub(crate) fn new(plan: &StudyPlan, accepted: bool, participants: BTreeMap<SiteId, SiteKeys>) -> Self {
        Self {
            study: plan.study.id.clone(),
            plan: plan.canonical(),
            plan_hash: plan.hash(),
            accepted,
            participants,
            cohort: None,
            ended: None,
        }
    }

    /// Whether this hospital still waits for questions about it.
    pub(crate) fn is_open(&self) -> bool {
        self.accepted && self.ended.is_none()
    }

    /// Whether every hospital of a roster is asked under the keys it had when this was decided.
    pub(crate) fn knows(&self, roster: &[SiteId], keys: &BTreeMap<SiteId, SiteKeys>) -> Result<(), Fault> {
        let is_known =
            |site: &&SiteId| keys.get(site).is_some_and(|key| self.participants.get(site) == Some(key));
        match roster.iter().find(|site| !is_known(site)) {
            None => Ok(()),
            Some(site) => Err(Fault::OtherKey { study: self.study.clone(), site: site.clone() }),
        }
    }

    pub(crate) fn plan(&self) -> Result<StudyPlan, Fault> {
        Ok(StudyPlan::from_canonical(self.plan.as_bytes())?)
    }
}

pub(crate) fn save(folder: &Folder, decision: &Decision) -> Result<(), Fault> {
    folder::make(&folder.decisions())?;
    let text = serde_json::to_string_pretty(decision).expect("ids, digests and texts always serialise");
    folder::write(&folder.decision(&decision.study), &(text + "\n"))
}

pub(crate) fn load(folder: &Folder, study: &StudyId) -> Result<Option<Decision>, Fault> {
    let file = folder.decision(study);
    if !file.exists() {
        return Ok(None);
    }
    let text = folder::read(&file)?;
    let damaged = |e: serde_json::Error| Fault::Configuration { file: file.clone(), why: e.to_string() };
    serde_json::from_str(&text).map(Some).map_err(damaged)
}

/// All decisions, in the order of their studies' ids.
pub(crate) fn all(folder: &Folder) -> Result<Vec<Decision>, Fault> {
    let Ok(entries) = fs::read_dir(folder.decisions()) else { return Ok(Vec::new()) };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut studies: Vec<StudyId> =
        names.filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
    studies.sort();
    let loaded = studies.iter().map(|study| load(folder, study));
    Ok(loaded.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
