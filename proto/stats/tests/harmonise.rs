//! ComBat from sums against the outputs of neuroCombat's reference implementation, and site-wise z-scores.
//!
//! Spec: docs/reference/methods/preparation.md. Data: tests/data/pooled/combat/SOURCES.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::harmonise::{Combat, Shrink};
use consilium_stats::{Computation, Covariances, Harmonise, Residuals, Rows, Scale};
use support::{Table, ask};

const FEATURES: usize = 200;

/// Features in rows, patients in columns, as neuroCombat wants them.
fn read(name: &str) -> Vec<Vec<f64>> {
    let path = format!("{}/../../tests/data/pooled/combat/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('V'));
    lines.map(|line| line.split(',').map(|x| x.parse().unwrap()).collect()).collect()
}

/// Two sites of five patients: 200 features and a phenotype.
fn sites() -> Vec<Table> {
    let features = read("testdata.csv");
    let row = |i: usize| -> Vec<f64> {
        let phenotype = f64::from(u8::from(i.is_multiple_of(2)));
        features.iter().map(|feature| feature[i]).chain([phenotype]).collect()
    };
    let site = |(place, patients): (usize, std::ops::Range<usize>)| {
        let mut table = Table::new(patients.map(row).collect(), vec![false; 5]);
        table.site = place;
        table
    };
    [0..5, 5..10].into_iter().enumerate().map(site).collect()
}

fn combat(sites: &[Table], keep: Vec<usize>, shrink: Shrink) -> Combat {
    let scale = Scale { width: FEATURES + 1 };
    let conditioning = scale.finish(&ask(&scale, sites)).unwrap();
    let of = Covariances { held_out: Vec::new(), columns: (0..FEATURES).collect(), keep, conditioning };
    of.check(FEATURES + 1).unwrap();
    let slopes = of.finish(&ask(&of, sites)).unwrap().slopes().unwrap();
    let residuals = Residuals { of, slopes };
    residuals.check(FEATURES + 1).unwrap();
    let found = residuals.finish(&ask(&residuals, sites)).unwrap();
    Combat::new(&residuals, &found, shrink)
}

/// Largest difference between harmonised values and neuroCombat's.
fn difference(keep: Vec<usize>, shrink: Shrink, expected: &str) -> f64 {
    let (sites, expected) = (sites(), read(expected));
    let harmonise = Harmonise::Combat(combat(&sites, keep, shrink));
    let mut largest: f64 = 0.0;
    for (place, site) in sites.iter().enumerate() {
        let rows = harmonise.open(site, &[]);
        for row in 0..rows.len() {
            for (feature, values) in expected.iter().enumerate() {
                largest = largest.max((rows.value(row, feature) - values[5 * place + row]).abs());
            }
        }
    }
    largest
}

#[test]
fn without_shrinkage_the_values_are_neurocombats() {
    let off = difference(vec![FEATURES], Shrink::None, "expected_parametric_adjusted_noeb_r.csv");
    assert!(off < 1e-6, "{off:e}");
}

#[test]
fn with_empirical_bayes_the_values_are_neurocombats() {
    let off = difference(vec![FEATURES], Shrink::Parametric, "expected_parametric_adjusted_r.csv");
    assert!(off < 1e-3, "{off:e}");
    let off = difference(vec![FEATURES], Shrink::Parametric, "expected_parametric_adjusted_matlab.csv");
    assert!(off < 1e-3, "{off:e}");
    let off = difference(Vec::new(), Shrink::Parametric, "expected_parametric_unadjusted_r.csv");
    assert!(off < 1e-3, "{off:e}");
}

#[test]
fn location_alone_is_neurocombats_mean_only() {
    let off = difference(vec![FEATURES], Shrink::MeanOnly, "expected_parametric_adjusted_meanonly_r.csv");
    assert!(off < 1e-6, "{off:e}");
}
