//! `study evidence`: what proves the blinded sums of a study, as files for an auditor.
//!
//! A folder a round, `ATTEMPT-ROUND`: `terms`, `opening`, and `SITE.vector`. They tell nothing beyond the sums.
//! Spec: docs/reference/secure-sums.md, "Replay".

use std::path::Path;

use consilium_rounds::life::{Entry, Event};
use consilium_store::{Evidence, Store, UploadKey};
use consilium_types::StudyId;

use super::say;
use crate::errors::Fault;
use crate::folder;

pub(super) async fn export(store: &Store, study: &StudyId, out: &Path) -> Result<(), Fault> {
    if !store.studies().await?.iter().any(|record| record.study == *study) {
        return Err(Fault::NoSuchStudy(study.clone()));
    }
    let rounds = store.evidence(study).await?;
    if rounds.is_empty() {
        return Err(Fault::NoEvidence(study.clone()));
    }
    for round in &rounds {
        write(store, study, round, &out.join(format!("{}-{}", round.attempt, round.exchange))).await?;
    }
    say(format_args!("{}: {} rounds of {study}, for `consilium-audit replay`", out.display(), rounds.len()));
    Ok(())
}

async fn write(store: &Store, study: &StudyId, round: &Evidence, out: &Path) -> Result<(), Fault> {
    folder::make(out)?;
    folder::write_bytes(&out.join("terms"), &round.opened.terms)?;
    folder::write_bytes(&out.join("opening"), &round.opened.opening)?;
    for (site, entry) in store.vectors(study, round.attempt, round.exchange).await? {
        let Entry::Happened { event: Event::Blinded { vector, .. }, .. } = Entry::from_bytes(&entry)? else {
            continue;
        };
        let file = out.join(format!("{site}.vector"));
        folder::write_bytes(&file, &vector)?;
        if vector.is_empty() {
            let Evidence { attempt, exchange, .. } = *round;
            chunks(store, &UploadKey { study: study.clone(), attempt, exchange, site }, &file).await?;
        }
    }
    Ok(())
}

/// A vector that came in chunks.
async fn chunks(store: &Store, key: &UploadKey, file: &Path) -> Result<(), Fault> {
    let upload = store.upload(key).await?.ok_or(Fault::NotUploaded)?;
    for place in 0..upload.chunks {
        let chunk = store.chunk(&upload, place).await?.ok_or(Fault::NotUploaded)?;
        folder::append(file, &chunk)?;
    }
    Ok(())
}
