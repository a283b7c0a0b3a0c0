//! Harmonisation of a training set: the reference that all sites share, from sums over sites.

use consilium_stats::harmonise::Combat;
use consilium_stats::{Conditioning, Covariances, Harmonise, MomentTable, Residuals};
use consilium_types::ColumnKind;
use consilium_types::plan::{HarmoniseMethod, Shrink};

use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;

/// The harmonisation the plan asks for.
pub(super) async fn harmonise(
    study: &Study,
    raw: &Conditioning,
    held_out: &[usize],
) -> Result<Harmonise, AnalysisFault> {
    let columns = study.columns(ColumnKind::Radiomic);
    match study.plan().harmonise.method {
        _ if columns.is_empty() => Ok(Harmonise::None),
        HarmoniseMethod::None => Ok(Harmonise::None),
        HarmoniseMethod::SiteZ => Ok(Harmonise::SiteZ { columns }),
        HarmoniseMethod::Combat => combat(study, raw, held_out, columns).await,
    }
}

/// Slopes of the kept covariates first, then what they leave.
async fn combat(
    study: &Study,
    raw: &Conditioning,
    held_out: &[usize],
    columns: Vec<usize>,
) -> Result<Harmonise, AnalysisFault> {
    let of =
        Covariances { held_out: held_out.to_vec(), keep: kept(study), columns, conditioning: raw.clone() };
    let slopes = if of.keep.is_empty() {
        vec![Vec::new(); of.columns.len()]
    } else {
        let slopes = study.ask(of.clone()).await?.slopes();
        slopes.ok_or_else(|| AnalysisFault::KeptCovariates { held_out: held_out.to_vec() })?
    };
    let residuals = Residuals { of, slopes };
    let found = study.ask(residuals.clone()).await?;
    Ok(Harmonise::Combat(Combat::new(&residuals, &found, study.plan().harmonise.shrink)))
}

/// Positions of the covariates whose effect is kept, levels of categories included.
fn kept(study: &Study) -> Vec<usize> {
    let keep = &study.plan().harmonise.keep;
    let of_covariate = |name: &str, kept: &String| {
        let level = name.strip_prefix(kept.as_str());
        level.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let wanted = |column: &usize| {
        let name = &study.schema().columns[*column].name;
        keep.iter().any(|kept| of_covariate(name, kept))
    };
    study.columns(ColumnKind::Clinical).into_iter().filter(wanted).collect()
}

/// Sites that are asked for the priors of their batches.
pub(super) fn slots(study: &Study, harmonise: &Harmonise) -> usize {
    match harmonise {
        Harmonise::Combat(combat) if combat.shrink != Shrink::None => study.roster().len(),
        _ => 0,
    }
}

/// Puts the priors that the sites stated into the harmonisation.
pub(super) fn with_priors(harmonise: Harmonise, moments: &MomentTable) -> Harmonise {
    match harmonise {
        Harmonise::Combat(combat) => Harmonise::Combat(Combat { priors: moments.priors.clone(), ..combat }),
        other => other,
    }
}

/// How harmonised values are conditioned: site-wise standardised columns are as they should be.
pub(super) fn conditioning(raw: &Conditioning, harmonise: &Harmonise) -> Conditioning {
    let mut conditioning = raw.clone();
    if let Harmonise::SiteZ { columns } = harmonise {
        for column in columns {
            (conditioning.centre[*column], conditioning.scale[*column]) = (0.0, 1.0);
        }
    }
    conditioning
}
