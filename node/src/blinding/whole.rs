//! Whether a blinded sum may be opened that lacks hospitals of its roster: only a round of networks, only where the plan goes
//! on after a loss, and only with as many hospitals as the plan and this hospital's policy ask for.
//!
//! Never: a smaller sum of anything that is added exactly. Spec: ADR-0022.

use consilium_crypto::{Context, Width};
use consilium_types::plan::OnLoss;
use consilium_types::{SiteId, StudyPlan};

use crate::errors::Fault;
use crate::policy::Policy;

pub(super) fn may_open(
    policy: &Policy,
    plan: &StudyPlan,
    context: &Context,
    sites: &[SiteId],
) -> Result<(), Fault> {
    let (began, found) = (context.terms().roster.len(), sites.len());
    if found == began {
        return Ok(());
    }
    let is_round = context.terms().width == Width::Updates;
    if !is_round || plan.privacy.on_loss == OnLoss::End {
        return Err(Fault::SmallerSum { began, found });
    }
    policy.allows_roster(plan, sites)?;
    let min = plan.study.sites.quorum_of(began);
    if found < min {
        let min = u32::try_from(min).unwrap_or(u32::MAX);
        return Err(Fault::TooFewSites { min, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use consilium_crypto::{SiteKey, Terms};
    use consilium_types::{Attempt, ExchangeNumber};

    use super::*;

    const SITES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn plan(privacy: &str) -> StudyPlan {
        let text = format!(
            "[study]\nid = \"x\"\ntitle = \"x\"\nseed = 1\nsites = {{ min = 3, quorum = 0.7 }}\n\
             [inputs.clinical]\nnumeric = [\"age\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
             [privacy]\n{privacy}\n"
        );
        StudyPlan::from_toml(&text, "plan.toml").unwrap()
    }

    fn sites(names: &[&str]) -> Vec<SiteId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    /// What a node says to a sum over the first `found` of five hospitals.
    fn said(policy: &str, privacy: &str, width: Width, found: usize) -> &'static str {
        let key = |i: u8| SiteKey::from_bytes(&[i + 1; 32]).public();
        let plan = plan(privacy);
        let terms = Terms {
            plan: plan.hash(),
            attempt: Attempt(1),
            exchange: ExchangeNumber(5),
            question: plan.hash(),
            roster: sites(&SITES).into_iter().zip((0..).map(key)).collect(),
            width,
            words: 3,
        };
        let (policy, context) = (toml::from_str(policy).unwrap(), Context::new(terms).unwrap());
        let opened = may_open(&policy, &plan, &context, &sites(&SITES[..found]));
        opened.map_or_else(|fault| fault.code(), |()| "opened")
    }

    #[test]
    fn only_rounds_of_networks_go_on_without_hospitals_and_only_where_the_plan_does() {
        let going_on = "on_loss = \"restart\"";
        assert_eq!(said("", going_on, Width::Updates, 4), "opened");
        assert_eq!(said("", "", Width::Updates, 4), "CNS-N-0412");
        assert_eq!(said("", going_on, Width::Statistics, 4), "CNS-N-0412");
        assert_eq!(said("", "", Width::Statistics, 5), "opened", "a sum of all");
    }

    #[test]
    fn as_many_are_in_a_sum_as_the_policy_the_plan_and_its_quorum_ask_for() {
        let going_on = "on_loss = \"restart\"";
        assert_eq!(said("min_sites = 5", going_on, Width::Updates, 4), "CNS-N-0404");
        assert_eq!(said("min_sites = 2", going_on, Width::Updates, 2), "CNS-N-0404", "the plan's minimum");
        assert_eq!(said("", going_on, Width::Updates, 3), "CNS-N-0404", "0.7 of five are four");
    }
}
