//! A hospital's cohort as the demo sees it: the node's own reading, and a copy of the rows for comparison.

use std::path::Path;

use anyhow::{Context as _, Result};
use consilium_node::cohort::{Cohort, CohortRows, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_types::{SiteId, StudyPlan};

use crate::comparison::SiteTable;
use crate::document::SiteRecord;
use crate::left::Left;
use crate::progress::Bar;
use crate::reference::Table;

/// A hospital with its cohort.
pub(crate) struct Hospital {
    /// Its id.
    pub(crate) site: SiteId,
    /// Its patients.
    pub(crate) cohort: Cohort,
}

impl Hospital {
    /// Reads a data folder as the hospital's node does.
    pub(crate) fn read(
        plan: &StudyPlan,
        site: SiteId,
        data: &Path,
        cache: &Cache,
        unfit: Unfit,
    ) -> Result<Self> {
        let bar = Bar::new(site.as_str());
        let read = Cohort::read(plan, Source { site: &site, data, cache, reader: Reader::Here, unfit }, &bar);
        let cohort =
            read.map_err(|fault| anyhow::anyhow!("{fault} [{}]", fault.code())).context(site.clone())?;
        Ok(Self { site, cohort })
    }

    /// The rows with their folds.
    pub(crate) fn rows(&self, plan: &StudyPlan, roster: &[SiteId]) -> Result<CohortRows<'_>> {
        self.cohort.rows(plan, &self.site, roster).context("a hospital outside its own roster")
    }

    /// A copy of the rows, for the comparison.
    pub(crate) fn table(&self, plan: &StudyPlan, roster: &[SiteId]) -> Result<SiteTable> {
        let mut table = Table::default();
        table.extend(&self.rows(plan, roster)?);
        Ok(SiteTable { site: self.site.clone(), table })
    }

    /// Its line in the document.
    pub(crate) fn record(&self, left: Vec<Left>) -> (SiteId, SiteRecord) {
        let counts = (self.cohort.len(), self.cohort.cases());
        (self.site.clone(), SiteRecord { flow: self.cohort.flow().to_vec(), counts, left })
    }
}
