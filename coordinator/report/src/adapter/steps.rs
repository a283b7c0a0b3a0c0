//! The steps of a selection in words, in their order.

use consilium_types::StudyPlan;
use consilium_types::plan::{IccForm, PathRule, RelevanceTest, Select, SelectMethod};

pub(super) fn steps(plan: &StudyPlan) -> Vec<String> {
    let Some(select) = &plan.select else { return Vec::new() };
    let mut steps = Vec::new();
    if let Some(stability) = &select.stability {
        steps.push(format!(
            "A column leaves when its two readings agree with an intraclass correlation ({}) below {}.",
            icc(stability.form),
            stability.icc
        ));
    }
    if select.relevance.test == RelevanceTest::None {
        steps.push("No column is screened by itself.".to_owned());
    } else {
        steps.push(format!(
            "The {} columns with the smallest p values by {} pass on.",
            select.relevance.keep,
            test(select.relevance.test)
        ));
    }
    steps.push(format!(
        "A column leaves when its correlation with a better one reaches |r| = {}.",
        select.redundancy.rho
    ));
    steps.push(last(select));
    steps
}

fn icc(form: IccForm) -> &'static str {
    match form {
        IccForm::Icc11 => "ICC(1,1)",
        IccForm::Icc21 => "ICC(2,1)",
        IccForm::Icc31 => "ICC(3,1)",
    }
}

fn rule(rule: PathRule) -> &'static str {
    match rule {
        PathRule::Min => "at the penalty with the best cross-validated likelihood",
        PathRule::OneSe => "at the largest penalty within one standard error of the best",
    }
}

fn test(test: RelevanceTest) -> &'static str {
    match test {
        RelevanceTest::Welch => "Welch's t test",
        RelevanceTest::Student => "Student's t test",
        RelevanceTest::Anova => "a one-way analysis of variance",
        RelevanceTest::ChiSquare => "a chi-square test against quartiles",
        RelevanceTest::MannWhitney => "Mann-Whitney's U test",
        RelevanceTest::Cox => "a Cox score test",
        RelevanceTest::None => "test",
    }
}

fn last(select: &Select) -> String {
    let max = select.max;
    match select.method {
        SelectMethod::Rank => format!("The first {max} of the rest are taken."),
        SelectMethod::Mrmr => {
            format!(
                "Of the rest, at most {max} are taken one after the other, most relevant and least redundant (mRMR)."
            )
        }
        SelectMethod::Lasso => {
            format!("Of the rest, at most {max} that a lasso keeps {} are taken.", rule(select.rule))
        }
        SelectMethod::ElasticNet => {
            format!("Of the rest, at most {max} that an elastic net keeps {} are taken.", rule(select.rule))
        }
        SelectMethod::Pca => {
            format!("The rest become principal components, of which the first {max} are taken.")
        }
    }
}
