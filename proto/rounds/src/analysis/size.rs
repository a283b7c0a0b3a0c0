//! How large the models of a plan are, before anything is fitted.
//!
//! Judged twice: by the analysis against the patients of all sites (`privacy.limits.per_model`), and by each hospital,
//! which answers no fit that its accepted plan cannot lead to. Spec: docs/reference/methods/disclosure.md, ADR-0014.

use consilium_types::plan::{Learner, ModelFamily, Span};
use consilium_types::{ColumnKind, Schema, StudyPlan};

/// Parameters of a fit that only shifts and stretches a score.
const RESCALING: usize = 2;

/// What a column of a forest counts for: so that default limits release little of who was in a cohort (tests/attacks/members.rs).
const OF_FOREST: usize = 3;
/// The same of boosted trees.
const OF_BOOST: usize = 2;

/// How large models are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns of the largest family of columns, whatever the learner.
    pub columns: usize,
    /// Parameters of the largest model, intercepts and thresholds included. Trees and networks are judged by what they can
    /// remember: as if each column had some.
    pub model: usize,
    /// Most parameters that any fit by derivatives on the way to it may have, as along a path of penalties; trees and
    /// networks have none.
    pub fit: usize,
}

impl Size {
    /// Of the plan's models over a table, at so many sites.
    #[must_use]
    pub fn of(plan: &StudyPlan, schema: &Schema, sites: usize) -> Self {
        let radiomic = schema.positions(ColumnKind::Radiomic).len();
        let most = plan.select.as_ref().map_or(usize::MAX, |select| select.max as usize);
        let (all, chosen) = (widest(plan, schema, radiomic), widest(plan, schema, radiomic.min(most)));
        let largest = |parameters: fn(&StudyPlan, Learner, usize, usize) -> usize, columns: usize| {
            let of = |learner: Learner| parameters(plan, learner, columns, sites);
            plan.model.learners().map(of).max().unwrap_or(0)
        };
        let path = plan.select.as_ref().is_some_and(|select| select.method.is_path());
        let columns = if path || plan.model.penalty.lasso.is_some() { all } else { chosen };
        let along = if path { regression(plan, all, 0) } else { RESCALING };
        let fit = largest(fitted, columns).max(along).max(RESCALING);
        Self { columns: chosen, model: largest(remembered, chosen), fit }
    }
}

/// Columns of the widest family that the plan models, with so many radiomic ones.
fn widest(plan: &StudyPlan, schema: &Schema, radiomic: usize) -> usize {
    let clinical = schema.positions(ColumnKind::Clinical).len();
    let of = |family: &ModelFamily| match family {
        ModelFamily::Clinical => clinical,
        ModelFamily::Radiomics => radiomic,
        ModelFamily::Combined => radiomic + clinical,
    };
    plan.model.families.iter().map(of).max().unwrap_or(0)
}

/// What counts against the patients of a training set.
fn remembered(plan: &StudyPlan, learner: Learner, columns: usize, sites: usize) -> usize {
    match learner {
        Learner::Forest => OF_FOREST * columns,
        Learner::Boost => OF_BOOST * columns,
        Learner::Mlp => columns + 1,
        _ => fitted(plan, learner, columns, sites),
    }
}

/// Parameters that are fitted together by derivatives.
fn fitted(plan: &StudyPlan, learner: Learner, columns: usize, sites: usize) -> usize {
    let own = if plan.model.site_intercept { sites } else { 0 };
    match learner {
        Learner::Forest | Learner::Boost | Learner::Mlp => 0,
        Learner::Logistic => regression(plan, columns, own),
        Learner::Firth => columns + 1 + own,
        Learner::Ordinal => columns + plan.outcome.classes().saturating_sub(1) + own,
        Learner::Svm => columns + 1,
        Learner::SvmRbf => plan.model.svm.features as usize + 1,
        Learner::Cox => columns,
        Learner::Hazard => columns + intervals(plan) + own,
    }
}

/// A logistic regression, with an intercept and a slope for each class but the first.
fn regression(plan: &StudyPlan, columns: usize, own: usize) -> usize {
    (columns + 1 + own).saturating_mul(plan.outcome.classes().saturating_sub(1))
}

/// Intervals of the grid up to the horizon, that of time 0 included.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio of positive spans")]
fn intervals(plan: &StudyPlan) -> usize {
    let of = |(_, grid, horizon): (&str, Span, Span)| (horizon.days() / grid.days()).ceil() as usize;
    plan.outcome.survival().map_or(0, of).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use consilium_types::Column;

    fn size(outcome: &str, select: &str, model: &str) -> Size {
        let text = format!(
            "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[inputs.clinical]\nnumeric = [\"age\", \
             \"ldh\"]\n[select]\n{select}\n[outcome]\n{outcome}\n[model]\n{model}\n"
        );
        let plan = StudyPlan::from_toml(&text, "plan.toml").unwrap();
        let column = |i: usize| Column {
            name: format!("c{i}"),
            kind: if i < 40 { ColumnKind::Radiomic } else { ColumnKind::Clinical },
        };
        let schema = Schema { columns: (0..42).map(column).collect(), extractor: String::new() };
        Size::of(&plan, &schema, 3)
    }

    const BINARY: &str = "label = \"relapse\"\npositive = \"yes\"";
    const FOUR: &str = "kind = \"nominal\"\nlabel = \"risk\"\nlevels = [\"a\", \"b\", \"c\", \"d\"]";

    #[test]
    fn parameters_are_slopes_and_intercepts() {
        assert_eq!(size(BINARY, "max = 8", ""), Size { columns: 10, model: 11, fit: 11 });
        assert_eq!(size(BINARY, "max = 8", "site_intercept = true").model, 14);
        assert_eq!(size(FOUR, "max = 8", "").model, 33);
        assert_eq!(size(FOUR, "max = 8", "learner = \"forest\""), Size { columns: 10, model: 30, fit: 2 });
        assert_eq!(size(FOUR, "max = 8", "learner = \"boost\"").model, 20);
        assert_eq!(size(BINARY, "max = 8", "learner = \"mlp\"").model, 11);
        assert_eq!(size(BINARY, "max = 8", "compare = [\"svm-rbf\"]").model, 257);
        assert_eq!(
            size(BINARY, "max = 8", "families = [\"clinical\"]"),
            Size { columns: 2, model: 3, fit: 3 }
        );
    }

    #[test]
    fn a_hazard_has_an_intercept_for_each_interval() {
        let survival = "kind = \"survival\"\ntime = \"days\"\nevent = \"died\"\npositive = \"1\"\n\
                        grid = \"30d\"\nhorizon = \"365d\"";
        assert_eq!(size(survival, "max = 8", "learner = \"cox\"").model, 10);
        assert_eq!(size(survival, "max = 8", "learner = \"hazard\"").model, 10 + 14);
    }

    #[test]
    fn a_path_may_call_every_column_in() {
        let lasso = size(BINARY, "max = 8\nmethod = \"lasso\"", "");
        assert_eq!((lasso.model, lasso.fit), (11, 43));
    }
}
