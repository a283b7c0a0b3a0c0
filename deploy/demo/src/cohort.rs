//! Whose patients a demo has, the plan that suits them, and the folders they lie in.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use consilium_types::SiteId;

use crate::arguments::{Level, Network, Patients};
use crate::progress::say;
use crate::{children, sarcoma};

/// A cohort dealt to hospitals.
pub(crate) struct Cohort {
    /// Name of the consortium.
    pub(crate) consortium: &'static str,
    /// The study, TOML.
    pub(crate) plan: String,
    /// The hospitals that take part.
    pub(crate) sites: Vec<SiteId>,
    /// One that does not.
    pub(crate) outsider: Option<SiteId>,
    /// How long reading and answering may take.
    pub(crate) patience: Duration,
}

impl Cohort {
    /// Writes `HOSPITAL/data` for every hospital into a folder, and says what each has.
    pub(crate) fn write(arguments: &Network, hospitals: &Path) -> Result<Self> {
        match arguments.cohort {
            Patients::Mycn => Self::children(arguments, hospitals),
            Patients::Sarcoma => Self::sarcoma(arguments, hospitals),
        }
    }

    fn children(arguments: &Network, hospitals: &Path) -> Result<Self> {
        say("every hospital has children of its own, all of them invented");
        let mut sites: Vec<SiteId> = Vec::new();
        for site in children::sites(arguments) {
            children::write(arguments, &site, &data(hospitals, &site.name()))?;
            sites.push(site.name().parse()?);
        }
        let outsider = sites.pop();
        outsider
            .iter()
            .for_each(|site| say(format_args!("{site} takes no part; the models are tested there")));
        let patience = match arguments.level {
            Level::Features => Duration::from_mins(5),
            Level::Volumes => Duration::from_hours(6),
        };
        let (consortium, plan) = ("Neuroblastoma demo", children::plan(arguments.level));
        Ok(Self { consortium, plan, sites, outsider, patience })
    }

    fn sarcoma(arguments: &Network, hospitals: &Path) -> Result<Self> {
        let source = arguments.data.clone().unwrap_or_else(sarcoma::source);
        let mut sites = Vec::new();
        for hospital in sarcoma::hospitals(&source)? {
            hospital.write(&source, &data(hospitals, hospital.site))?;
            sites.push(hospital.site.parse()?);
        }
        let (consortium, plan) = ("Sarcoma demo", sarcoma::PLAN.to_owned());
        Ok(Self { consortium, plan, sites, outsider: None, patience: Duration::from_mins(5) })
    }
}

fn data(hospitals: &Path, site: &str) -> std::path::PathBuf {
    hospitals.join(site).join("data")
}
