//! 20,000 children against the published figures they are drawn from. Sources: docs/reference/synth.md.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::LazyLock;

use consilium_synth::{Child, CogRisk, Mki, Recipe, Stage, Task, children, sites};

static COHORT: LazyLock<Vec<Child>> = LazyLock::new(|| cohort(Task::Mycn, Recipe::BETA));

fn cohort(task: Task, beta: f64) -> Vec<Child> {
    let recipe = Recipe { beta, ..Recipe::new(20_261_123, task) };
    sites(20_000)[..5].iter().flat_map(|site| children(&recipe, site)).collect()
}

/// Percentage of the children for whom `is` holds, among those for whom `among` does.
fn percent(cohort: &[Child], among: impl Fn(&Child) -> bool, is: impl Fn(&Child) -> bool) -> f64 {
    let of: Vec<&Child> = cohort.iter().filter(|child| among(child)).collect();
    100.0 * of.iter().filter(|child| is(child)).count() as f64 / of.len() as f64
}

fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found:.3} instead of {expected} +- {tolerance}");
}

fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position in the list")]
    values[(share * (values.len() - 1) as f64) as usize]
}

fn all(_: &Child) -> bool {
    true
}

#[test]
fn genes_and_histology_have_the_published_shares() {
    let of = |is: &dyn Fn(&Child) -> bool| percent(&COHORT, all, is);
    near("MYCN", of(&|c| c.amplified), 20.0, 2.0);
    near("INPC unfavourable", of(&|c| c.unfavourable), 43.4, 2.5);
    near("MKI low", of(&|c| c.mki == Mki::Low), 55.2, 2.0);
    near("MKI intermediate", of(&|c| c.mki == Mki::Intermediate), 24.9, 1.5);
    near("MKI high", of(&|c| c.mki == Mki::High), 19.8, 2.0);
    near("1p", of(&|c| c.del1p), 23.0, 2.0);
    near("11q", of(&|c| c.del11q), 30.0, 3.0);
    let four = |c: &Child| c.stage == Stage::Four;
    near("11q, stage 4, normal", percent(&COHORT, |c| four(c) && !c.amplified, |c| c.del11q), 50.0, 3.0);
    near("boys", of(&|c| c.male), 57.6, 1.2);
}

#[test]
fn stages_and_metastases_have_the_published_shares() {
    let of = |stage| percent(&COHORT, all, |c| c.stage == stage);
    near("4", of(Stage::Four), 36.7, 2.0);
    near("4S", of(Stage::FourS), 10.6, 1.0);
    near("1", of(Stage::One), 24.3, 1.5);
    near("2", of(Stage::Two), 15.7, 1.5);
    near("3", of(Stage::Three), 12.7, 1.2);
    near("4 if amplified", percent(&COHORT, |c| c.amplified, |c| c.stage == Stage::Four), 71.0, 2.5);
    near("marrow", percent(&COHORT, all, |c| c.bone_marrow), 30.0, 2.0);
    let raised = cohort(Task::Marrow, Recipe::BETA);
    near("marrow, raised", percent(&raised, all, |c| c.bone_marrow), 40.0, 2.0);
    assert!(cohort(Task::HighRisk, Recipe::BETA).iter().all(|c| c.cog_risk == CogRisk::High));
}

#[test]
fn ages_have_the_published_quartiles() {
    let ages = |is: &dyn Fn(&Child) -> bool| -> Vec<f64> {
        COHORT.iter().filter(|c| is(c)).map(|c| c.age_months).collect()
    };
    // a normal law for the logarithm has its moments; its median lies lower than the skewed table's
    near("median", quantile(ages(&all), 0.5), 14.6, 3.5);
    near("lower quartile", quantile(ages(&all), 0.25), 5.4, 1.2);
    near("upper quartile", quantile(ages(&all), 0.75), 33.1, 3.0);
    near("median, amplified", quantile(ages(&|c| c.amplified), 0.5), 26.5, 6.0);
    near("median, normal", quantile(ages(&|c| !c.amplified), 0.5), 12.5, 3.0);
    let logs: Vec<f64> = COHORT.iter().map(|c| c.age_months.ln()).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let spread = logs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / logs.len() as f64;
    near("mean log age", mean, 2.45, 0.05);
    near("SD of log age", spread.sqrt(), 1.43, 0.05);
}

/// Kaplan-Meier estimate at whole years 1 to 5.
fn survival(times: &[(u32, bool)]) -> [f64; 5] {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let (mut share, mut at_risk) = (1.0, sorted.len() as f64);
    let mut years = [1.0; 5];
    for (days, is_event) in sorted {
        if is_event {
            share *= 1.0 - 1.0 / at_risk;
        }
        at_risk -= 1.0;
        for (year, survival) in years.iter_mut().enumerate() {
            if f64::from(days) <= 365.25 * (year + 1) as f64 {
                *survival = share;
            }
        }
    }
    years
}

fn free(is: impl Fn(&Child) -> bool) -> [f64; 5] {
    let courses = COHORT.iter().filter(|c| is(c)).map(|c| c.course);
    survival(&courses.map(|c| (c.pfs_days, c.progressed)).collect::<Vec<_>>())
}

#[test]
fn survival_follows_the_published_curves() {
    // the promotion-time model's own figures at 20,000 children, then SEQC's with the tolerance they allow
    let events = free(all);
    for (year, (found, expected)) in events.iter().zip([0.787, 0.684, 0.643, 0.628, 0.623]).enumerate() {
        near(&format!("EFS, {} years", year + 1), *found, expected, 0.015);
    }
    for (found, expected) in events.iter().zip([0.828, 0.699, 0.654, 0.636, 0.626]) {
        near("EFS, SEQC", *found, expected, 0.05);
    }
    near("EFS at 5 years, amplified", free(|c| c.amplified)[4], 0.297, 0.04);
    near("EFS at 5 years, normal", free(|c| !c.amplified)[4], 0.699, 0.03);
    near("EFS at 5 years, young", free(|c| c.age_months < 18.0)[4], 0.767, 0.04);
    near("EFS at 5 years, old", free(|c| c.age_months >= 18.0)[4], 0.409, 0.04);
    let deaths: Vec<_> = COHORT.iter().map(|c| (c.course.os_days, c.course.died)).collect();
    for (found, expected) in survival(&deaths).iter().zip([0.957, 0.883, 0.841, 0.801, 0.788]) {
        near("OS, SEQC", *found, expected, 0.02);
    }
    assert!(
        COHORT
            .iter()
            .all(|c| c.course.os_days >= c.course.pfs_days && (!c.course.died || c.course.progressed))
    );
}

/// Harrell's C of a score, by pairs of the first 2,000.
fn concordance(score: impl Fn(&Child) -> f64) -> f64 {
    let cohort: Vec<&Child> = COHORT.iter().step_by(10).collect();
    let (mut good, mut pairs) = (0.0, 0.0);
    for a in cohort.iter().filter(|a| a.course.progressed) {
        for b in cohort.iter().filter(|b| b.course.pfs_days > a.course.pfs_days) {
            pairs += 1.0;
            let (a, b) = (score(a), score(b));
            good += if a > b {
                1.0
            } else if a < b {
                0.0
            } else {
                0.5
            };
        }
    }
    good / pairs
}

#[test]
fn the_images_score_ranks_survival_as_published() {
    let score = |c: &Child| c.latents[0] - c.latents[1] + c.latents[2] - c.latents[3];
    near("C of the radiomic score, Wang 2023", concordance(score), 0.733, 0.025);
}

#[test]
fn in_the_null_arm_nothing_depends_on_anything() {
    let null = cohort(Task::Mycn, 0.0);
    let share = |is: &dyn Fn(&Child) -> bool| percent(&null, is, |c| c.amplified);
    near("old", share(&|c| c.age_months >= 18.0), 20.0, 1.5);
    near("stage 4", share(&|c| c.stage == Stage::Four), 20.0, 1.5);
    near("high LDH", share(&|c| c.ldh > 450.0), 20.0, 1.5);
    near("high MKI", share(&|c| c.mki == Mki::High), 20.0, 2.0);
    for latent in 0..6 {
        near("latent", share(&|c| c.latents[latent] > 0.0), 20.0, 1.5);
    }
    let events = |is: &dyn Fn(&Child) -> bool| percent(&null, is, |c| c.course.progressed);
    near("events", events(&|c| c.latents[0] > 0.0) - events(&|c| c.latents[0] <= 0.0), 0.0, 2.5);
    near("events", events(&|c| c.amplified) - events(&|c| !c.amplified), 0.0, 2.5);
}

#[test]
fn a_child_is_the_same_when_it_is_drawn_alone() {
    for task in Task::ALL {
        let recipe = Recipe::new(7, task);
        let sites = sites(60);
        let all = children(&recipe, &sites[0]);
        for index in [0, 3, 19] {
            let alone = Child::draw(&recipe, &sites[0], index);
            assert_eq!(alone, all[index as usize]);
            let bits = |child: &Child| child.latents.map(f64::to_bits);
            assert_eq!(bits(&alone), bits(&all[index as usize]));
        }
        assert_ne!(children(&Recipe { seed: 8, ..recipe }, &sites[0]), all);
    }
}
