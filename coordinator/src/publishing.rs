//! How a plan is offered to hospitals, on the command line or on the pages. It cannot change afterwards.

use consilium_store::{SiteRecord, SiteState, Store, StudyRecord};
use consilium_types::{Digest, SiteId, StudyPlan};

use crate::clock;
use crate::errors::Fault;

/// A plan with those it would be offered to: the named hospitals, or all that are enrolled. Publishes nothing.
pub(crate) async fn record(
    store: &Store,
    text: &str,
    name: &str,
    sites: Option<Vec<SiteId>>,
) -> Result<StudyRecord, Fault> {
    let plan = StudyPlan::from_toml(text, name)?;
    let invited = invited(store, sites).await?;
    let min = plan.study.sites.min;
    if invited.len() < min as usize {
        return Err(Fault::TooFewSites { min, found: invited.len() });
    }
    let identities =
        invited.iter().filter_map(|site| Some((site.site.clone(), site.keys?.identity))).collect();
    let invited = invited.into_iter().map(|site| site.site).collect();
    let (study, plan) = (plan.study.id.clone(), plan.canonical());
    Ok(StudyRecord { study, plan, invited, identities, published: clock::now() })
}

/// Offers it; gives the plan's hash.
pub(crate) async fn publish(store: &Store, record: &StudyRecord) -> Result<Digest, Fault> {
    let hash = StudyPlan::from_canonical(record.plan.as_bytes())?.hash();
    if store.publish(record).await? { Ok(hash) } else { Err(Fault::StudyExists(record.study.clone())) }
}

async fn invited(store: &Store, named: Option<Vec<SiteId>>) -> Result<Vec<SiteRecord>, Fault> {
    let mut enrolled = store.sites().await?;
    enrolled.retain(|site| site.state == SiteState::Enrolled);
    let Some(named) = named else { return Ok(enrolled) };
    if let Some(other) = named.iter().find(|name| !enrolled.iter().any(|site| site.site == **name)) {
        return Err(Fault::NotEnrolled(other.clone()));
    }
    enrolled.retain(|site| named.contains(&site.site));
    Ok(enrolled)
}
