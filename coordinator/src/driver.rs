//! The studies in memory: every event goes through `StudyLife::step`, is made durable, and only then believed.
//!
//! Never: a decision of its own. A crash at any point leaves the journal, and `load` finds the place again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consilium_crypto::SitePublic;
use consilium_ledger::witness::AddCheckpoint;
use consilium_proto::v1::Opening;
use consilium_rounds::StudyLife;
use consilium_rounds::life::{self, Effect, Entry, Event, Key, Refusal, Status, Timestamp};
use consilium_store::{JournalLine, Opened, SiteState, Store, StudyRecord};
use consilium_types::{Attempt, ExchangeNumber, PublicKey, SiteId, StudyId, StudyPlan};
use tokio::sync::{Mutex, watch};

use crate::clock;
use crate::errors::Fault;
use crate::roll::Roll;
use crate::training_log::{self, TrainingLog};
use crate::uploads::Kept;

/// The first exchange after the patients are counted.
const COUNTED: u32 = 2;
/// So long has a hospital to call after this program began, before it counts as silent; less where a plan waits less.
const CALL: Duration = Duration::from_mins(10);

/// All studies.
#[derive(Debug)]
pub(crate) struct Studies {
    store: Store,
    lives: Mutex<BTreeMap<StudyId, StudyLife>>,
    /// Locked after `lives`, never before.
    log: Mutex<TrainingLog>,
    wake: watch::Sender<()>,
    roll: watch::Sender<Roll>,
    begun: Instant,
}

impl Studies {
    /// Replays every journal.
    pub(crate) async fn load(store: Store, mut log: TrainingLog) -> Result<Self, Fault> {
        let mut lives = BTreeMap::new();
        let records = store.studies().await?;
        let sites = store.sites().await?;
        log.follow(&store, &sites, &records).await?;
        for record in records {
            let life = replay(&store, &record).await?;
            store.forget_uploads(&record.study, life.open_key().map(pair)).await?;
            lives.insert(record.study, life);
        }
        let (wake, roll) = (watch::Sender::new(()), watch::Sender::new(Roll::of(&sites)));
        Ok(Self { store, lives: Mutex::new(lives), log: Mutex::new(log), wake, roll, begun: Instant::now() })
    }

    /// Changes when there may be a new question, or a study has begun or ended.
    pub(crate) fn woken(&self) -> watch::Receiver<()> {
        self.wake.subscribe()
    }

    /// Who is in the consortium.
    pub(crate) fn roll(&self) -> watch::Receiver<Roll> {
        self.roll.subscribe()
    }

    /// Keeps a hospital's cosignature, if it brings one; gives what it cosigns next.
    pub(crate) async fn witness(
        &self,
        site: &SiteId,
        size: u64,
        cosignature: &str,
    ) -> Result<(Option<AddCheckpoint>, watch::Receiver<u64>), Fault> {
        let mut log = self.log.lock().await;
        if !cosignature.is_empty() && log.cosign(site, size, cosignature)? {
            self.wake.send_replace(());
        }
        let mut published = log.published();
        published.mark_unchanged();
        Ok((log.next_for(site, size), published))
    }

    /// That a question is opened in the log, once the majority of its roster has cosigned it.
    pub(crate) async fn opening(&self, study: &StudyId, key: Key, roster: &[SiteId]) -> Option<Opening> {
        self.log.lock().await.opening(study, key, roster)
    }

    /// Looks at a study.
    pub(crate) async fn with<T>(
        &self,
        study: &StudyId,
        look: impl FnOnce(&StudyLife) -> T,
    ) -> Result<T, Fault> {
        let lives = self.lives.lock().await;
        lives.get(study).map(look).ok_or_else(|| Fault::NoSuchStudy(study.clone()))
    }

    /// Where all studies stand, in the order of their ids.
    pub(crate) async fn statuses(&self) -> Vec<Status> {
        self.lives.lock().await.values().map(StudyLife::status).collect()
    }

    /// Looks at all studies offered to a site until something is found.
    pub(crate) async fn find_for<T>(
        &self,
        site: &SiteId,
        mut look: impl FnMut(&StudyId, &StudyLife) -> Option<T>,
    ) -> Option<T> {
        let lives = self.lives.lock().await;
        lives.iter().filter(|(_, life)| life.invites(site)).find_map(|(study, life)| look(study, life))
    }

    /// A hospital asks for work: studies that went on without it wait for it again.
    pub(crate) async fn call(&self, site: &SiteId) -> Result<(), Fault> {
        let mut missing = Vec::new();
        let collect = |study: &StudyId, life: &StudyLife| {
            missing.extend(life.misses(site).then(|| study.clone()));
            None::<()>
        };
        self.find_for(site, collect).await;
        for study in missing {
            self.handle(&study, Event::Called { site: site.clone() }).await?;
        }
        Ok(())
    }

    /// Takes an event: step, journal, wake.
    pub(crate) async fn handle(&self, study: &StudyId, event: Event) -> Result<(), Fault> {
        let mut lives = self.lives.lock().await;
        let before = lives.get(study).ok_or_else(|| Fault::NoSuchStudy(study.clone()))?;
        let now = Timestamp(clock::now());
        let kept = Kept::new(&self.store, study);
        let (life, effects) = tokio::task::block_in_place(|| {
            let stepped = before.clone().step_over(now, event, &kept);
            kept.fault().and(stepped.map_err(Fault::from))
        })?;
        if effects.is_empty() {
            return Ok(());
        }
        self.make_durable(study, before, &life, &effects).await?;
        log(study, &life, &effects);
        let (was_open, is_open) = (before.open_key(), life.open_key());
        lives.insert(study.clone(), life);
        if was_open != is_open {
            self.store.forget_uploads(study, is_open.map(pair)).await?;
        }
        if effects.iter().any(|effect| matches!(effect, Effect::Wake | Effect::Step)) {
            self.wake.send_replace(());
        }
        Ok(())
    }

    async fn make_durable(
        &self,
        study: &StudyId,
        before: &StudyLife,
        life: &StudyLife,
        effects: &[Effect],
    ) -> Result<(), Fault> {
        let opened = effects.iter().find_map(opened);
        let line = |effect: &Effect| match effect {
            Effect::Journal(entry) => Some(line(entry, opened.as_ref())),
            Effect::Keep { .. } | Effect::Step | Effect::Wake => None,
        };
        let lines: Vec<JournalLine> = effects.iter().filter_map(line).collect();
        let result = life.result().map(consilium_rounds::StudyResult::to_json);
        let told = training_log::of_step(study, before, life, effects);
        let mut log = self.log.lock().await;
        let drafted = log.draft(&told);
        self.store.append(study, &lines, result.as_deref(), &drafted).await?;
        log.keep(&told, drafted);
        // a summary alone waits for the others of its round
        if effects.contains(&Effect::Wake) {
            log.publish();
        }
        Ok(())
    }

    /// Lets time pass for every study.
    pub(crate) async fn tick(&self) -> Result<(), Fault> {
        let now = Timestamp(clock::now());
        let due: Vec<StudyId> = {
            let lives = self.lives.lock().await;
            let is_due = |life: &StudyLife| life.next_deadline().is_some_and(|deadline| deadline <= now);
            let due = lives.iter().filter(|(_, life)| is_due(life) && self.could_call(life));
            due.map(|(study, _)| study.clone()).collect()
        };
        for study in due {
            self.handle(&study, Event::Tick).await?;
        }
        Ok(())
    }

    /// Whether hospitals had time to call since this program began: while it was off, nobody was silent.
    fn could_call(&self, life: &StudyLife) -> bool {
        self.begun.elapsed() >= life.plan().study.sites.wait.duration().min(CALL)
    }

    /// Takes over what commands have written: new studies, revoked hospitals.
    pub(crate) async fn refresh(&self) -> Result<(), Fault> {
        let (records, sites) = (self.store.studies().await?, self.store.sites().await?);
        self.log.lock().await.follow(&self.store, &sites, &records).await?;
        let roll = Roll::of(&sites);
        self.roll.send_if_modified(|known| std::mem::replace(known, roll.clone()) != roll);
        for record in records {
            if self.lives.lock().await.contains_key(&record.study) {
                continue;
            }
            let life = replay(&self.store, &record).await?;
            tracing::info!(study = %record.study, plan = life.plan_hash().short(), "published");
            // another call may have been faster, and its study may have moved on
            self.lives.lock().await.entry(record.study).or_insert(life);
            self.wake.send_replace(());
        }
        for site in sites.into_iter().filter(|site| site.state == SiteState::Revoked).map(|site| site.site) {
            self.remove(&site).await?;
        }
        Ok(())
    }

    async fn remove(&self, site: &SiteId) -> Result<(), Fault> {
        let studies: Vec<StudyId> = self.lives.lock().await.keys().cloned().collect();
        for study in studies {
            self.handle(&study, Event::Removed { site: site.clone() }).await?;
        }
        Ok(())
    }
}

/// A study as its journal left it.
pub(crate) async fn replay(store: &Store, record: &StudyRecord) -> Result<StudyLife, Fault> {
    let plan = StudyPlan::from_canonical(record.plan.as_bytes())?;
    let journal = store.journal(&record.study).await?;
    let entries = journal.iter().map(|bytes| Entry::from_bytes(bytes)).collect::<Result<Vec<_>, _>>()?;
    let (invited, identities) = (record.invited.clone(), identities(record)?);
    Ok(StudyLife::replay(plan, invited, identities, Timestamp(record.published), entries)?)
}

/// Identities of the invited hospitals, as they were when the study was published.
fn identities(record: &StudyRecord) -> Result<life::Roster, Fault> {
    let read = |(site, key): (&SiteId, &PublicKey)| {
        let identity = SitePublic::from_bytes(key.as_bytes()).map_err(Refusal::Blinding)?;
        Ok((site.clone(), identity))
    };
    record.identities.iter().map(read).collect()
}

fn opened(effect: &Effect) -> Option<Opened> {
    match effect {
        Effect::Keep { terms, opening, .. } => {
            Some(Opened { terms: terms.clone(), opening: opening.to_bytes() })
        }
        Effect::Journal(_) | Effect::Step | Effect::Wake => None,
    }
}

fn pair(key: Key) -> (Attempt, ExchangeNumber) {
    (key.attempt, key.exchange)
}

fn line(entry: &Entry, opened: Option<&Opened>) -> JournalLine {
    JournalLine {
        entry: entry.to_bytes(),
        submits: entry.submits().map(pair),
        vector_of: entry.vector_of().cloned(),
        closes: entry.closes().map(pair),
        opened: entry.closes().and(opened.cloned()),
    }
}

fn log(study: &StudyId, life: &StudyLife, effects: &[Effect]) {
    if !effects.contains(&Effect::Wake) {
        return;
    }
    let status = life.status();
    match (&status.open, &status.cause) {
        (Some(open), _) => {
            let (attempt, exchange) = (open.key.attempt.0, open.key.exchange.0);
            tracing::info!(%study, attempt, exchange, asks = open.asks, "asking");
            if let Some(budget) = status.budget.as_ref().filter(|_| exchange == COUNTED) {
                tracing::info!(%study, "{}", budget.in_words());
                budget.warnings().iter().for_each(|warning| tracing::warn!(%study, "{warning}"));
            }
        }
        (None, Some(cause)) => tracing::warn!(%study, cause, "aborted"),
        (None, None) => tracing::info!(%study, state = status.state, "changed"),
    }
}
