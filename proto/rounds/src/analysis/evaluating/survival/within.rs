//! Concordance within sites, and its random-effects summary where sites may be shown.

use consilium_stats::calibration::logit;
use consilium_stats::design::logistic;
use consilium_stats::{ConcordanceSums, Scorer, TimesAtSite, WithinTimes};
use consilium_types::SiteId;

use super::super::settings;
use super::super::within::over_sites;
use super::rank;
use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::{ConcordanceWithinSites, Heterogeneity, SiteConcordance};

/// Asks how a score orders times within sites.
pub(super) async fn ask(
    study: &Study,
    follow_up: &FollowUp,
    scorer: &Scorer,
) -> Result<ConcordanceSums, AnalysisFault> {
    let within = WithinTimes {
        models: vec![scorer.clone()],
        grid: follow_up.timeline.grid,
        sites: settings::shown_sites(study),
        least: settings::least(study),
        patients: study.counts.cells.iter().sum::<u64>().max(1),
    };
    Ok(study.ask(within).await?.remove(0))
}

/// Nothing without a site that has enough patients with and without the event.
pub(super) fn result(study: &Study, sums: &ConcordanceSums) -> Option<ConcordanceWithinSites> {
    let [concordance, se] = sums.concordance?;
    let level = study.plan().evaluate.level;
    let shown = study.roster().iter().zip(&sums.sites).filter_map(|(site, at)| Some((site, (*at)?)));
    let sites: Vec<(&SiteId, TimesAtSite)> = shown.collect();
    let on_logits = |(_, at): &(&SiteId, TimesAtSite)| {
        let slope = at.concordance * (1.0 - at.concordance);
        let varies = slope > 0.0 && at.variance > 0.0;
        varies.then(|| (logit(at.concordance), at.variance / (slope * slope)))
    };
    Some(ConcordanceWithinSites {
        concordance,
        se,
        interval: rank::interval(study, concordance, se).map(|end| end.clamp(0.0, 1.0)),
        discrimination: over_sites(sites.iter().filter_map(on_logits), level).map(|pooled| Heterogeneity {
            mean: logistic(pooled.mean),
            interval: pooled.interval.map(logistic),
            prediction: pooled.prediction.map(|ends| ends.map(logistic)),
            ..pooled
        }),
        sites: sites.iter().map(|(site, at)| at_site(site, at)).collect(),
    })
}

fn at_site(site: &SiteId, at: &TimesAtSite) -> SiteConcordance {
    let (concordance, se) = (at.concordance, at.variance.sqrt());
    SiteConcordance { site: site.clone(), n: at.n, events: at.events, concordance, se }
}
