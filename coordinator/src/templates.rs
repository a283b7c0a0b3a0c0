//! The study templates of `docs/studies`, compiled in: what they ask, and what each hospital needs for them.
//!
//! Never: a change to anything but the id. Spec: docs/studies/README.md.

use consilium_types::plan::{Label, OutcomeKind};
use consilium_types::{StudyId, StudyPlan};
use serde::Serialize;

use crate::errors::Fault;

/// Paragraph of a header that tells what images the table of features stands for.
const FROM_IMAGES: &str = "# From images: ";
/// How its paragraphs go on.
const CONTINUED: &str = "#   ";

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(Template { name: $name, text: include_str!(concat!("../../docs/studies/", $name, ".toml")) }),*]
    };
}

/// Every template, by name.
pub(crate) const ALL: &[Template] = templates![
    "bm-ct",
    "bm-mri",
    "inpc-ct",
    "inpc-petct",
    "inrg-petct",
    "inrg-petmr",
    "mki-petct",
    "mki3",
    "mycn-1p-11q",
    "mycn-ct",
    "mycn-mri",
    "mycn-petct",
    "nb-vs-gnb",
    "null-control",
    "os-hr",
    "pfs-ct",
    "pnt-subtype",
    "risk-cog3",
    "risk-inrg4",
    "risk-us",
    "sca-ct",
    "wt-vs-nb",
];

/// A plan to begin with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    name: &'static str,
    text: &'static str,
}

/// What a person chooses by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Facts {
    pub(crate) template: String,
    pub(crate) title: String,
    pub(crate) outcome: String,
    /// Images with their phases; a table of their features serves as well.
    pub(crate) images: Vec<String>,
    /// Of clinical.csv, beside `patient`.
    pub(crate) columns: Vec<String>,
    /// Fewest hospitals.
    pub(crate) hospitals: u32,
}

impl Template {
    pub(crate) fn find(name: &str) -> Result<Self, Fault> {
        let found = ALL.iter().find(|template| template.name == name);
        found.copied().ok_or_else(|| Fault::NoSuchTemplate {
            name: name.to_owned(),
            known: ALL.iter().map(|template| template.name).collect::<Vec<_>>().join(", "),
        })
    }

    pub(crate) fn plan(&self) -> Result<StudyPlan, Fault> {
        Ok(StudyPlan::from_toml(self.text, self.name)?)
    }

    /// The same text with another id; comments and layout stay.
    pub(crate) fn renamed(&self, id: &StudyId) -> Result<String, Fault> {
        let mut inside = false;
        let mut done = false;
        let line = |line: &str| {
            inside = if line.starts_with('[') { line.starts_with("[study]") } else { inside };
            let is_id = inside && line.split('=').next().is_some_and(|key| key.trim() == "id");
            match line.split_once('"').filter(|_| is_id && !done) {
                Some((key, value)) => {
                    done = true;
                    let rest = value.split_once('"').map_or("", |(_, rest)| rest);
                    format!("{key}\"{id}\"{rest}\n")
                }
                None => format!("{line}\n"),
            }
        };
        let text: String = self.text.lines().map(line).collect();
        StudyPlan::from_toml(&text, self.name)?;
        Ok(text)
    }

    pub(crate) fn facts(&self) -> Result<Facts, Fault> {
        let plan = self.plan()?;
        Ok(Facts {
            template: self.name.to_owned(),
            title: plan.study.title.clone(),
            outcome: outcome(&plan),
            images: self.images(),
            columns: plan.clinical_columns(),
            hospitals: plan.study.sites.min,
        })
    }

    /// `ct: arterial, venous`, from the header's paragraph about images.
    fn images(&self) -> Vec<String> {
        let mut lines = self.text.lines().skip_while(|line| !line.starts_with(FROM_IMAGES));
        let first = lines.next().unwrap_or_default().to_owned();
        let said =
            lines.map_while(|line| line.strip_prefix(CONTINUED)).fold(first, |said, line| said + " " + line);
        let phases = said.split_once("phases = [").and_then(|(_, rest)| rest.split_once(']'));
        let phases = phases.map(|(phases, _)| format!(": {}", phases.replace('"', ""))).unwrap_or_default();
        let inputs = said.split("[inputs.").skip(1).filter_map(|rest| rest.split(']').next());
        inputs.filter(|input| *input != "table").map(|input| format!("{input}{phases}")).collect()
    }
}

/// `mycn = amplified, against normal`, `cog_risk: low < intermediate < high`
fn outcome(plan: &StudyPlan) -> String {
    let label = |Label { name, classes, .. }: &Label| match plan.outcome.kind() {
        OutcomeKind::Ordinal => format!("{name}: {}", classes.join(" < ")),
        OutcomeKind::Nominal => format!("{name}: {}", classes.join(", ")),
        OutcomeKind::Survival => plan.outcome.text(),
        OutcomeKind::Binary | OutcomeKind::Multilabel => format!("{name}: {} or {}", classes[1], classes[0]),
    };
    plan.outcome.labels().iter().map(label).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_program_hold_the_same_templates() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/studies");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = files.filter_map(|file| file.to_str()?.strip_suffix(".toml").map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        assert_eq!(ALL.iter().map(|template| template.name).collect::<Vec<_>>(), names);
    }

    #[test]
    fn a_renamed_template_differs_in_its_id_alone() {
        let id: StudyId = "our-study-7".parse().unwrap();
        for template in ALL {
            let text = template.renamed(&id).unwrap();
            let plan = StudyPlan::from_toml(&text, "plan.toml").unwrap();
            assert_eq!(plan.study.id, id);
            let differ = template.text.lines().zip(text.lines()).filter(|(before, after)| before != after);
            assert_eq!(differ.count(), 1, "{}", template.name);
            assert_eq!(template.text.lines().count(), text.lines().count());
            let back = StudyPlan { study: template.plan().unwrap().study, ..plan };
            assert_eq!(back, template.plan().unwrap());
        }
    }

    #[test]
    fn every_template_says_what_a_hospital_needs() {
        for template in ALL {
            let facts = template.facts().unwrap();
            assert!(!facts.images.is_empty() && !facts.columns.is_empty(), "{facts:?}");
        }
        let facts = Template::find("bm-ct").unwrap().facts().unwrap();
        assert_eq!(facts.images, ["ct: arterial, venous"]);
        assert_eq!(facts.outcome, "bone_marrow: yes or no");
        assert!(facts.columns.contains(&"bone_marrow".to_owned()), "{facts:?}");
        let cog = Template::find("risk-cog3").unwrap().facts().unwrap();
        assert_eq!(cog.outcome, "cog_risk: low < intermediate < high");
        assert_eq!(
            Template::find("mycn-petct").unwrap().facts().unwrap().images,
            ["pet: plain", "ct: plain"]
        );
        assert_eq!(Template::find("mycn").unwrap_err().code(), "CNS-C-0119");
    }
}
