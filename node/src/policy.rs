//! The hospital's own rules, checked before anything leaves.
//!
//! `policy.toml` lies in the node's folder. Nothing from outside reads or changes it, and no plan overrides it.

use std::path::Path;

use consilium_stats::{Limits, Query};
use consilium_types::plan::{Aggregate, Learner, OutcomeKind, Release};
use consilium_types::{Digest, SiteId, StudyId, StudyPlan};
use serde::Deserialize;
use time::OffsetDateTime;

use crate::cohort::{Cohort, Unfit};
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::holding::Hold;
use crate::hours::Hours;
use crate::spending::Budget;

/// What `enrol` writes when there is no policy yet.
pub(crate) const TEMPLATE: &str = "\
# Your hospital's rules. Nothing from outside changes this file; the node reads it before anything leaves.

# Fewest patients of a study's cohort for anything to leave.
min_patients = 5

# Fewest hospitals in a study, this one included.
min_sites = 3

# Whether a plan may show sums of a single hospital (leave-site-out validation needs it).
site_sums = false

# Whether a plan may show the coordinator your sums, and your networks, alone and in clear (`privacy.aggregate = \"clear\"`; rules
# against lying hospitals need it). With false, only blinded sums leave.
clear_sums = true

# Fewest patients of a class of an outcome here, if there are any at all; a plan may ask for more. 3 is DataSHIELD's
# nfilter.tab. 1 switches the rule off: a plan can then agree on less.
cell = 3

# Most parameters of a fit for each of your own patients in its training set; 0.33 is DataSHIELD's nfilter.glm. Without
# this line only all hospitals together are judged, by the plan's limit, and a small hospital can take part.
# per_model = 0.33

# A patient whose files cannot be used: \"refuse\" stops until they are corrected, \"exclude\" leaves the patient out
# and counts it in the study's flow of patients.
unfit = \"refuse\"

# Most that networks trained with noise may tell about a patient of yours, over all studies together (differential privacy).
# Without this line spending is written down, and limited by each plan alone.
# budget = { epsilon = 8.0, delta = 1e-5 }

# Plans that may run, by hash; without this line, every plan that a person here has accepted.
# plans = [\"…\"]

# Studies that may run, by id; a * at the end stands for any ending.
# studies = [\"mycn-01\", \"inrg-*\"]

# Learners that a plan may use.
# learners = [\"logistic\", \"firth\", \"cox\"]

# Kinds of questions that are answered; without this line, all that the node knows.
# questions = [\"count\", \"moments\"]

# When questions are answered: days, from and to, distance from UTC. At other times they wait. No daylight saving time.
# hours = \"mon-fri 19:00-07:00 +01:00\"

# What waits for `consilium-node approve STUDY` although its plan was accepted: \"never\", the first question of a
# \"study\", or the first of each \"attempt\".
hold = \"never\"
";

/// The rules.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Policy {
    min_patients: u32,
    min_sites: u32,
    site_sums: bool,
    clear_sums: bool,
    cell: u32,
    per_model: Option<f64>,
    unfit: UnfitRule,
    plans: Option<Vec<Digest>>,
    studies: Option<Vec<String>>,
    learners: Option<Vec<Learner>>,
    questions: Option<Vec<Kind>>,
    hours: Option<Hours>,
    hold: Hold,
    budget: Option<Budget>,
}

/// A kind of question, as in the list of `consilium_stats::Query`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Kind(String);

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known: Vec<String> = Query::KINDS.iter().map(|kind| kebab(kind)).collect();
        if known.contains(&text) {
            return Ok(Self(text));
        }
        Err(format!("`{text}` is no kind of question; there are {}", known.join(", ")))
    }
}

/// `ForestLevel` as `forest-level`
fn kebab(name: &str) -> String {
    let lower = |(place, letter): (usize, char)| {
        let dash = (place > 0 && letter.is_ascii_uppercase()).then_some('-');
        dash.into_iter().chain([letter.to_ascii_lowercase()])
    };
    name.chars().enumerate().flat_map(lower).collect()
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum UnfitRule {
    #[default]
    Refuse,
    Exclude,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_patients: 5,
            min_sites: 3,
            site_sums: false,
            clear_sums: true,
            cell: 3,
            per_model: None,
            unfit: UnfitRule::Refuse,
            plans: None,
            studies: None,
            learners: None,
            questions: None,
            hours: None,
            hold: Hold::Never,
            budget: None,
        }
    }
}

impl Policy {
    pub(crate) fn read(folder: &Folder) -> Result<Self, Fault> {
        let file = folder.policy();
        Self::parse(&folder::read(&file)?, &file)
    }

    pub(crate) fn parse(text: &str, file: &Path) -> Result<Self, Fault> {
        let wrong = |why: String| Fault::Configuration { file: file.to_owned(), why };
        match toml::from_str(text) {
            Ok(Self { per_model: Some(most), .. }) if most.is_nan() || most <= 0.0 => {
                Err(wrong("per_model: must be above 0".to_owned()))
            }
            Ok(Self { budget: Some(budget), .. }) if !budget.is_sound() => {
                Err(wrong("budget: epsilon must be above 0, and delta from 1e-9 to 0.5".to_owned()))
            }
            Ok(policy) => Ok(policy),
            Err(error) => Err(wrong(format!(
                "{error}correct or delete that line; docs/guides/site-it.md lists the rules"
            ))),
        }
    }

    /// For a person who checks.
    pub(crate) fn in_words(&self) -> String {
        let Self { min_patients, min_sites, cell, plans, .. } = self;
        let plans =
            plans.as_ref().map_or("every accepted plan".to_owned(), |plans| format!("{} plans", plans.len()));
        let own = self.per_model.map_or_else(String::new, |most| format!(", {most} parameters a patient"));
        let hours = self.hours.as_ref().map_or_else(String::new, |hours| format!("; answers {hours}"));
        let hold = match self.hold {
            Hold::Never => "",
            Hold::Study => "; each study waits for `approve`",
            Hold::Attempt => "; each attempt waits for `approve`",
        };
        format!(
            "at least {min_patients} patients, {cell} of a class if any, {min_sites} hospitals{own}; {plans} may \
             run{hours}{hold}"
        )
    }

    pub(crate) fn hold(&self) -> Hold {
        self.hold
    }

    /// The hours in which this node answers, when it is none of them.
    pub(crate) fn closed(&self, now: OffsetDateTime) -> Option<&Hours> {
        self.hours.as_ref().filter(|hours| !hours.hold(now))
    }

    /// The hours in which this node answers, if they are limited.
    pub(crate) fn hours(&self) -> Option<&Hours> {
        self.hours.as_ref()
    }

    /// What all studies together may spend.
    pub(crate) fn budget(&self) -> Option<Budget> {
        self.budget
    }

    pub(crate) fn unfit(&self) -> Unfit {
        match self.unfit {
            UnfitRule::Refuse => Unfit::Refuse,
            UnfitRule::Exclude => Unfit::Exclude,
        }
    }

    /// Whether this plan may run here at all.
    pub(crate) fn allows_plan(&self, plan: &StudyPlan) -> Result<(), Fault> {
        let hash = plan.hash();
        if self.plans.as_ref().is_some_and(|plans| !plans.contains(&hash)) {
            return Err(Fault::PlanNotAllowed(hash));
        }
        let id = &plan.study.id;
        if self.studies.as_ref().is_some_and(|patterns| !patterns.iter().any(|pattern| fits(pattern, id))) {
            return Err(Fault::StudyNotAllowed(id.clone()));
        }
        let unknown =
            |learner: &Learner| self.learners.as_ref().is_some_and(|known| !known.contains(learner));
        if let Some(learner) = plan.model.learners().find(unknown) {
            return Err(Fault::LearnerNotAllowed(word(learner)));
        }
        if plan.privacy.release.contains(&Release::SiteSums) && !self.site_sums {
            return Err(Fault::SiteSums);
        }
        if plan.privacy.aggregate == Aggregate::Clear && !self.clear_sums {
            return Err(Fault::ClearSums);
        }
        Ok(())
    }

    /// The plan's limits, tightened by the hospital's; of a plan that leads to no fit of more than `parameters`.
    pub(crate) fn limits(&self, plan: &StudyPlan, parameters: usize) -> Limits {
        Limits::agreed(plan, parameters).tightened(Limits {
            cell: u64::from(self.cell),
            sites: self.min_sites as usize,
            per_model: self.per_model.unwrap_or(f64::INFINITY),
            parameters,
            site_sums: self.site_sums,
        })
    }

    /// Whether questions of this kind are answered here, and those within it.
    pub(crate) fn allows_question(&self, query: &Query) -> Result<(), Fault> {
        let Some(allowed) = &self.questions else { return Ok(()) };
        let mut kinds = query.kinds().into_iter().map(kebab);
        match kinds.find(|kind| !allowed.contains(&Kind(kind.clone()))) {
            Some(kind) => Err(Fault::QuestionNotAllowed(kind)),
            None => Ok(()),
        }
    }

    /// Whether enough hospitals take part.
    pub(crate) fn allows_roster(&self, plan: &StudyPlan, roster: &[SiteId]) -> Result<(), Fault> {
        let mut distinct: Vec<&SiteId> = roster.iter().collect();
        distinct.sort();
        distinct.dedup();
        let (min, found) = (self.min_sites.max(plan.study.sites.min), distinct.len());
        if found < min as usize { Err(Fault::TooFewSites { min, found }) } else { Ok(()) }
    }

    /// Whether the cohort is large enough, for the hospital and for the plan.
    pub(crate) fn allows_cohort(&self, plan: &StudyPlan, cohort: &Cohort) -> Result<(), Fault> {
        let n = cohort.len();
        let of_plan = &plan.cohort.min_per_site;
        let rarest = match plan.outcome.kind() {
            OutcomeKind::Survival => "events",
            _ => "patients of the rarest class",
        };
        let fewest = cohort.fewest(plan);
        let rules = [
            ("patients", n, self.min_patients, "policy.toml"),
            ("patients", n, of_plan.n, "the plan"),
            (rarest, fewest, of_plan.per_class, "the plan"),
        ];
        for (what, found, min, rule) in rules {
            if found < min as usize {
                return Err(Fault::TooFewPatients { what, found, min, rule });
            }
        }
        Ok(())
    }
}

/// A learner as plans write it.
pub(crate) fn word(learner: Learner) -> String {
    serde_json::to_string(&learner).unwrap_or_default().trim_matches('"').to_owned()
}

/// Whether an id is the one of a rule, or begins as the rule does up to its star.
fn fits(pattern: &str, study: &StudyId) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => study.as_str().starts_with(beginning),
        None => study.as_str() == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[outcome]\nlabel = \"relapse\"\n\
                        positive = \"yes\"\n";

    fn policy(text: &str) -> Policy {
        toml::from_str(text).unwrap()
    }

    fn plan(more: &str) -> StudyPlan {
        StudyPlan::from_toml(&format!("{PLAN}{more}"), "plan.toml").unwrap()
    }

    #[test]
    fn the_template_says_what_the_defaults_are() {
        assert_eq!(policy(TEMPLATE), Policy::default());
        assert_eq!(policy(""), Policy::default());
        assert!(toml::from_str::<Policy>("min_patient = 3").is_err(), "a misspelt rule is no rule");
    }

    #[test]
    fn plans_are_allowed_by_hash() {
        let listed = policy(&format!("plans = [\"{}\"]", plan("").hash()));
        assert!(listed.allows_plan(&plan("")).is_ok());
        let other = listed.allows_plan(&plan("[evaluate]\nfolds = 3\n")).unwrap_err();
        assert_eq!(other.code(), "CNS-N-0403");
    }

    #[test]
    fn studies_are_allowed_by_id_and_learners_by_name() {
        let allowed = |rules: &str| policy(rules).allows_plan(&plan("")).map_err(|fault| fault.code());
        assert_eq!(allowed("studies = [\"s\"]"), Ok(()));
        assert_eq!(allowed("studies = [\"mycn-*\", \"*\"]"), Ok(()));
        assert_eq!(allowed("studies = [\"mycn-*\", \"s-2\"]"), Err("CNS-N-0420"));
        assert_eq!(allowed("learners = [\"logistic\"]"), Ok(()));
        assert_eq!(allowed("learners = [\"cox\"]"), Err("CNS-N-0421"));
    }

    #[test]
    fn kinds_of_questions_are_allowed_by_name_and_nested_ones_too() {
        let count: Query = serde_json::from_str("{\"stack\":[{\"scale\":{\"width\":1}}]}").unwrap();
        let allowed = |rules: &str| policy(rules).allows_question(&count).map_err(|fault| fault.code());
        assert_eq!(allowed(""), Ok(()));
        assert_eq!(allowed("questions = [\"stack\", \"scale\"]"), Ok(()));
        assert_eq!(allowed("questions = [\"stack\", \"count\"]"), Err("CNS-N-0422"));
        let unknown = toml::from_str::<Policy>("questions = [\"rows\"]").unwrap_err().to_string();
        assert!(unknown.contains("forest-level"), "{unknown}");
    }

    #[test]
    fn a_rule_that_does_not_exist_is_refused_with_file_key_and_remedy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.toml"), "min_patient = 3\n").unwrap();
        let fault = Policy::read(&Folder::new(folder.path().to_owned())).unwrap_err();
        let text = fault.to_string();
        assert_eq!(fault.code(), "CNS-N-0102");
        for part in ["policy.toml", "min_patient", "`min_patients`", "site-it.md"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn sums_of_a_single_hospital_need_permission() {
        let plan = plan(
            "[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"leave-site-out\"\n",
        );
        assert_eq!(policy("").allows_plan(&plan).unwrap_err().code(), "CNS-N-0406");
        assert!(policy("site_sums = true").allows_plan(&plan).is_ok());
    }

    #[test]
    fn a_hospital_can_ask_for_blinded_sums_alone() {
        let clear = plan(
            "[model]\nlearner = \"mlp\"\n[privacy]\naggregate = \"clear\"\n[robust]\nrule = \"median\"\n",
        );
        assert!(policy("").allows_plan(&clear).is_ok());
        let blind = policy("clear_sums = false");
        assert_eq!(blind.allows_plan(&clear).unwrap_err().code(), "CNS-N-0411");
        assert!(
            blind.allows_plan(&plan("[model]\nlearner = \"mlp\"\n[robust]\nclip = 1\nvote = 0.1\n")).is_ok()
        );
    }

    #[test]
    fn a_hospital_tightens_what_the_plan_agrees_on_and_loosens_nothing() {
        let of = |rules: &str, limits: &str| {
            policy(rules).limits(&plan(&format!("[privacy]\nlimits = {{ {limits} }}\n")), 9)
        };
        assert_eq!(of("", "").cell, 5, "the plan's default");
        assert_eq!(of("", "cell = 1").cell, 3, "the policy's default");
        assert_eq!(of("cell = 1", "cell = 1").cell, 1);
        assert_eq!(of("cell = 10", "cell = 1").cell, 10);
        assert!(of("", "per_model = 0.1").per_model.is_infinite(), "all hospitals together are judged");
        assert!((of("per_model = 0.2", "per_model = 0.1").per_model - 0.2).abs() < 1e-12);
        assert_eq!((of("", "").parameters, of("min_sites = 4", "").sites), (9, 4));
        assert!(!of("site_sums = true", "").site_sums && !of("", "").site_sums);
    }

    #[test]
    fn a_hospital_that_is_named_twice_is_one_hospital() {
        let roster: Vec<SiteId> = ["a", "b", "b"].map(|site| site.parse().unwrap()).to_vec();
        let mut two = plan("");
        two.study.sites.min = 2;
        assert_eq!(policy("").allows_roster(&two, &roster).unwrap_err().code(), "CNS-N-0404");
        assert!(policy("min_sites = 2").allows_roster(&two, &roster).is_ok());
        let refused = policy("min_sites = 2").allows_roster(&plan(""), &roster);
        assert_eq!(refused.unwrap_err().code(), "CNS-N-0404", "the plan asks for three");
    }
}
