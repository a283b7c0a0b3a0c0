//! The hospital's own rules, checked before anything leaves.
//!
//! `policy.toml` lies in the node's folder. Nothing from outside reads or changes it, and no plan overrides it.

use consilium_stats::Limits;
use consilium_types::plan::{OutcomeKind, Release};
use consilium_types::{Digest, SiteId, StudyPlan};
use serde::Deserialize;

use crate::cohort::{Cohort, Unfit};
use crate::errors::Fault;
use crate::folder::{self, Folder};

/// What `enrol` writes when there is no policy yet.
pub(crate) const TEMPLATE: &str = "\
# Your hospital's rules. Nothing from outside changes this file; the node reads it before anything leaves.

# Fewest patients of a study's cohort for anything to leave.
min_patients = 5

# Fewest hospitals in a study, this one included.
min_sites = 3

# Whether a plan may show sums of a single hospital (leave-site-out validation needs it).
site_sums = false

# Fewest patients of a class of an outcome here, if there are any at all; a plan may ask for more. 3 is DataSHIELD's
# nfilter.tab. 1 switches the rule off: a plan can then agree on less.
cell = 3

# Most parameters of a fit for each of your own patients in its training set; 0.33 is DataSHIELD's nfilter.glm. Without
# this line only all hospitals together are judged, by the plan's limit, and a small hospital can take part.
# per_model = 0.33

# A patient whose files cannot be used: \"refuse\" stops until they are corrected, \"exclude\" leaves the patient out
# and counts it in the study's flow of patients.
unfit = \"refuse\"

# Plans that may run, by hash; without this line, every plan that a person here has accepted.
# plans = [\"…\"]
";

/// The rules.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Policy {
    min_patients: u32,
    min_sites: u32,
    site_sums: bool,
    cell: u32,
    per_model: Option<f64>,
    unfit: UnfitRule,
    plans: Option<Vec<Digest>>,
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
            cell: 3,
            per_model: None,
            unfit: UnfitRule::Refuse,
            plans: None,
        }
    }
}

impl Policy {
    pub(crate) fn read(folder: &Folder) -> Result<Self, Fault> {
        let file = folder.policy();
        let text = folder::read(&file)?;
        match toml::from_str(&text) {
            Ok(Self { per_model: Some(most), .. }) if most.is_nan() || most <= 0.0 => {
                Err(Fault::Configuration { file, why: "per_model: must be above 0".to_owned() })
            }
            Ok(policy) => Ok(policy),
            Err(error) => Err(Fault::Configuration { file, why: error.to_string() }),
        }
    }

    /// For a person who checks.
    pub(crate) fn in_words(&self) -> String {
        let Self { min_patients, min_sites, cell, plans, .. } = self;
        let plans =
            plans.as_ref().map_or("every accepted plan".to_owned(), |plans| format!("{} plans", plans.len()));
        let own = self.per_model.map_or_else(String::new, |most| format!(", {most} parameters a patient"));
        format!(
            "at least {min_patients} patients, {cell} of a class if any, {min_sites} hospitals{own}; {plans} may run"
        )
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
        if plan.privacy.release.contains(&Release::SiteSums) && !self.site_sums {
            return Err(Fault::SiteSums);
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

    /// Whether enough hospitals take part.
    pub(crate) fn allows_roster(&self, roster: &[SiteId]) -> Result<(), Fault> {
        let mut distinct: Vec<&SiteId> = roster.iter().collect();
        distinct.sort();
        distinct.dedup();
        let (min, found) = (self.min_sites, distinct.len());
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
    fn sums_of_a_single_hospital_need_permission() {
        let plan = plan(
            "[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"leave-site-out\"\n",
        );
        assert_eq!(policy("").allows_plan(&plan).unwrap_err().code(), "CNS-N-0406");
        assert!(policy("site_sums = true").allows_plan(&plan).is_ok());
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
        assert_eq!(policy("").allows_roster(&roster).unwrap_err().code(), "CNS-N-0404");
        assert!(policy("min_sites = 2").allows_roster(&roster).is_ok());
    }
}
