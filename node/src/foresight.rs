//! What this hospital would bring to a study, and whether its rules would refuse it: known before anything is asked.
//!
//! Reads tables and opens no image, so with images the counts are the most there can be. Never: a number that leaves.
//! Spec: docs/reference/methods/disclosure.md.

use consilium_rounds::Size;
use consilium_stats::disclosure::fewest_together;
use consilium_types::StudyPlan;
use consilium_types::plan::{Design, Label};

use crate::cohort::Cohort;
use crate::errors::Fault;
use crate::folder::Configuration;
use crate::policy::Policy;

/// What a person should know before accepting.
#[derive(Debug)]
pub(crate) struct Foresight {
    /// Patients that fit, by class.
    pub(crate) patients: String,
    /// What sums of a fold rest on, where that is little.
    pub(crate) attention: Option<String>,
    /// Why nothing would be answered.
    pub(crate) refusal: Option<Fault>,
}

impl Foresight {
    /// Of a plan over the hospital's tables.
    pub(crate) fn of(
        plan: &StudyPlan,
        policy: &Policy,
        Configuration { site, data, .. }: &Configuration,
    ) -> Result<Self, Fault> {
        let cohort = Cohort::foresee(plan, data)?;
        let alone = std::slice::from_ref(site);
        let rows = cohort.rows(plan, site, alone).ok_or_else(|| Fault::Answer("no roster".to_owned()))?;
        let limits = policy.limits(plan, Size::of(plan, cohort.schema(), 1).fit);
        let refusal = policy.allows_plan(plan).and_then(|()| policy.allows_cohort(plan, &cohort));
        let refusal = refusal.and_then(|()| Ok(limits.cohort(&rows)?));
        let dealt = plan.evaluate.design != Design::LeaveSiteOut;
        let fewest = fewest_together(&rows, plan.outcome.labels().len());
        let few = fewest.filter(|fewest| dealt && *fewest < limits.cell);
        Ok(Self {
            patients: patients(plan, &cohort),
            attention: few.map(|fewest| attention(fewest, plan.evaluate.folds)),
            refusal: refusal.err(),
        })
    }
}

fn patients(plan: &StudyPlan, cohort: &Cohort) -> String {
    let most = if plan.inputs.images().next().is_some() { "at most " } else { "" };
    let labels: Vec<String> = plan
        .outcome
        .labels()
        .iter()
        .enumerate()
        .map(|(place, label)| classes(cohort, place, label))
        .collect();
    format!("{most}{} patients of this hospital fit; {}", cohort.len(), labels.join("; "))
}

/// `mycn: 3 amplified, 22 normal`
fn classes(cohort: &Cohort, place: usize, label: &Label) -> String {
    let class = |(class, name): (u32, &String)| format!("{} {name}", cohort.of_class(place, class));
    let classes: Vec<String> = (0..).zip(&label.classes).map(class).collect();
    format!("{}: {}", label.name, classes.join(", "))
}

fn attention(fewest: u64, folds: u32) -> String {
    let patients = if fewest == 1 { "patient" } else { "patients" };
    format!(
        "with {folds} folds, some sums of a class rest on {fewest} {patients} of this hospital: whoever reads its sums \
         in clear reads values, though not whose they are"
    )
}
