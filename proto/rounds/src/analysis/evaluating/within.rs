//! Accuracy within sites, and its random-effects summary where sites may be shown.

use consilium_stats::calibration::logit;
use consilium_stats::design::logistic;
use consilium_stats::distribution::{chi_square_tail, normal_quantile};
use consilium_stats::inference::RandomEffects;
use consilium_stats::{AtSite, Scorer, Within, WithinSums};
use consilium_types::SiteId;

use super::settings;
use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;
use crate::result::{Heterogeneity, SiteAccuracy, WithinSites};

/// Asks how a score does within sites.
pub(super) async fn ask(study: &Study, scorer: &Scorer) -> Result<WithinSums, AnalysisFault> {
    let within = Within {
        models: vec![scorer.clone()],
        sites: settings::shown_sites(study),
        least: settings::least(study),
        patients: study.counts.cells.iter().sum::<u64>().max(1),
    };
    Ok(study.ask(within).await?.remove(0))
}

/// Nothing without a site that has enough patients of both classes.
pub(super) fn result(study: &Study, sums: &WithinSums) -> Option<WithinSites> {
    let [auc, se] = sums.area?;
    let level = study.plan().evaluate.level;
    let half = normal_quantile(f64::midpoint(1.0, level)) * se;
    let shown = study.roster().iter().zip(&sums.sites).filter_map(|(site, at)| Some((site, (*at)?)));
    let sites: Vec<(&SiteId, AtSite)> = shown.collect();
    let logit_auc = |at: &AtSite| {
        let slope = at.auc * (1.0 - at.auc);
        let varies = slope > 0.0 && at.variance > 0.0;
        varies.then(|| (logit(at.auc), at.variance / (slope * slope)))
    };
    let intercept = |at: &AtSite| Some((at.in_the_large, at.in_the_large_variance));
    Some(WithinSites {
        auc,
        se,
        interval: [(auc - half).max(0.0), (auc + half).min(1.0)],
        discrimination: pooled(&sites, logit_auc, level).map(|pooled| Heterogeneity {
            mean: logistic(pooled.mean),
            interval: pooled.interval.map(logistic),
            prediction: pooled.prediction.map(|ends| ends.map(logistic)),
            ..pooled
        }),
        in_the_large: pooled(&sites, intercept, level),
        sites: sites.iter().map(|(site, at)| accuracy(site, at)).collect(),
    })
}

fn accuracy(site: &SiteId, at: &AtSite) -> SiteAccuracy {
    SiteAccuracy {
        site: site.clone(),
        n: at.n,
        cases: at.cases,
        predicted: at.predicted,
        auc: at.auc,
        auc_se: at.variance.sqrt(),
        in_the_large: at.in_the_large,
        in_the_large_se: at.in_the_large_variance.sqrt(),
    }
}

/// Random effects over the sites whose estimate has a variance.
fn pooled(
    sites: &[(&SiteId, AtSite)],
    estimate: impl Fn(&AtSite) -> Option<(f64, f64)>,
    level: f64,
) -> Option<Heterogeneity> {
    over_sites(sites.iter().filter_map(|(_, at)| estimate(at)), level)
}

/// Random effects over estimates with their variances.
pub(super) fn over_sites(estimates: impl Iterator<Item = (f64, f64)>, level: f64) -> Option<Heterogeneity> {
    let (estimates, variances): (Vec<f64>, Vec<f64>) = estimates.unzip();
    let effects = RandomEffects::of(&estimates, &variances, level)?;
    Some(Heterogeneity {
        sites: estimates.len() as u64,
        mean: effects.mean,
        interval: effects.interval,
        prediction: effects.prediction,
        tau2: effects.tau2,
        i2: effects.i2,
        q: effects.q,
        q_p: chi_square_tail(effects.q, estimates.len() as f64 - 1.0),
    })
}
