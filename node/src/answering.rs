//! From a question to an answer: hash, policy, cohort, what may be disclosed, then the site half. Every refusal becomes
//! a code.

use std::collections::{BTreeMap, BTreeSet};

use consilium_learn::{Perceptrons, PrivatePerceptrons};
use consilium_rounds::Size;
use consilium_stats::{Query, Summary};
use consilium_types::plan::Aggregate;
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId, SiteKeys, StudyId, StudyPlan};

use crate::blinding::Step;
use crate::cohort::{Cohort, Source};
use crate::decisions::{self, Decision};
use crate::errors::Fault;
use crate::extraction::{Cache, Progress, Reader};
use crate::folder::{Configuration, Folder};
use crate::noise::Noise;
use crate::opening::{self, Opening};
use crate::policy::Policy;
use crate::problems;
use crate::spending::Spending;
use crate::witness;

/// A question as it came, with nothing believed yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) study: StudyId,
    pub(crate) attempt: Attempt,
    pub(crate) exchange: ExchangeNumber,
    pub(crate) plan_hash: Digest,
    pub(crate) roster: Vec<SiteId>,
    /// The keys that sign for hospitals of the roster.
    pub(crate) participants: BTreeMap<SiteId, SiteKeys>,
    /// Hash of the question as it came.
    pub(crate) digest: Digest,
    /// That the training log says so.
    pub(crate) opening: Option<Opening>,
    /// The question itself; not in steps of a secure sum that rest on terms agreed before.
    pub(crate) query: Option<Query>,
    /// The step of its secure sum, where sums are blinded.
    pub(crate) step: Option<Step>,
}

impl Question {
    /// The query, where it must be there.
    pub(crate) fn asked(&self) -> Result<&Query, Fault> {
        self.query.as_ref().ok_or_else(|| Fault::Answer("a question without content".to_owned()))
    }

    /// The query in words.
    pub(crate) fn describe(&self) -> String {
        self.query.as_ref().map(Query::describe).unwrap_or_default()
    }
}

/// Answers questions. Cohorts are read once a study.
pub(crate) struct Answering {
    folder: Folder,
    configuration: Configuration,
    cache: Cache,
    studies: BTreeMap<StudyId, Prepared>,
}

struct Prepared {
    plan: StudyPlan,
    cohort: Cohort,
}

impl Answering {
    pub(crate) fn new(folder: Folder, configuration: Configuration) -> Self {
        let cache = Cache::in_folder(&folder.cache());
        Self { folder, configuration, cache, studies: BTreeMap::new() }
    }

    /// The sums a question asks for.
    pub(crate) fn answer(&mut self, question: &Question, progress: &dyn Progress) -> Result<Summary, Fault> {
        let policy = Policy::read(&self.folder)?;
        let decision = accepted(&self.folder, question)?;
        let accepted = decision.plan()?;
        policy.allows_plan(&accepted)?;
        policy.allows_roster(&accepted, &question.roster)?;
        policy.allows_question(question.asked()?)?;
        witness::refuse_if_frozen(&self.folder)?;
        opening::check(question, &witness::log_key(&self.folder)?)?;
        if !self.studies.contains_key(&question.study) {
            let prepared = self.prepare(&policy, decision, progress)?;
            self.studies.insert(question.study.clone(), prepared);
        }
        let Prepared { plan, cohort } = &self.studies[&question.study];
        policy.allows_cohort(plan, cohort)?;
        let site = &self.configuration.site;
        let stranger = || Fault::Answer(format!("{site} is not in the roster of the question"));
        let rows = cohort.rows(plan, site, &question.roster).ok_or_else(stranger)?;
        let query = question.asked()?;
        query.check(cohort.schema().columns.len())?;
        if !query.guards(plan.robust, plan.privacy.limits.cell.into()) {
            return Err(Fault::OtherGuards(question.study.clone()));
        }
        let sites = distinct(&question.roster);
        let largest = Size::of(plan, cohort.schema(), sites).fit;
        policy.limits(plan, largest).allow(query, &rows, sites)?;
        if query.trainings().is_empty() {
            return Ok(query.answer(&rows, &Perceptrons)?);
        }
        let noise = Noise::open(&self.folder)?;
        let name = noise.name(question, cohort.digest());
        Spending::open(&self.folder, policy.budget())?.charge(plan, question, name)?;
        Ok(query.answer(&rows, &PrivatePerceptrons::new(noise.of(name)))?)
    }

    /// Reads the cohort, and makes sure that it is the one that answered before.
    fn prepare(
        &self,
        policy: &Policy,
        mut decision: Decision,
        progress: &dyn Progress,
    ) -> Result<Prepared, Fault> {
        let plan = decision.plan()?;
        let Configuration { site, data, .. } = &self.configuration;
        let source =
            Source { site, data, cache: &self.cache, reader: Reader::Confined, unfit: policy.unfit() };
        let cohort = Cohort::read(&plan, source, progress)?;
        for excluded in cohort.excluded() {
            problems::note(&self.folder, &format!("{}: left out: {excluded}", decision.study))?;
        }
        let excluded = cohort.excluded().len();
        if excluded > 0 {
            tracing::warn!(study = %decision.study, excluded, "patients are left out; problems.txt names their files");
        }
        let digest = cohort.digest();
        match decision.cohort {
            Some(before) if before != digest => return Err(Fault::DataChanged(decision.study)),
            Some(_) => {}
            None => {
                decision.cohort = Some(digest);
                decisions::save(&self.folder, &decision)?;
            }
        }
        Ok(Prepared { plan, cohort })
    }
}

/// What a person here decided, if it is about this very plan.
pub(crate) fn accepted(folder: &Folder, question: &Question) -> Result<Decision, Fault> {
    let not_accepted = || Fault::NotAccepted(question.study.clone());
    let decision = decisions::load(folder, &question.study)?.ok_or_else(not_accepted)?;
    if !decision.accepted {
        return Err(not_accepted());
    }
    if decision.plan_hash != question.plan_hash {
        return Err(Fault::OtherPlan {
            study: question.study.clone(),
            accepted: decision.plan_hash,
            asked: question.plan_hash,
        });
    }
    let blinded = decision.plan()?.privacy.aggregate == Aggregate::SecureSum;
    if blinded != question.step.is_some() {
        return Err(Fault::OtherAggregate(question.study.clone()));
    }
    decision.knows(&question.roster, &question.participants)?;
    Ok(decision)
}

/// Hospitals of a roster, each counted once.
fn distinct(roster: &[SiteId]) -> usize {
    roster.iter().collect::<BTreeSet<_>>().len()
}
