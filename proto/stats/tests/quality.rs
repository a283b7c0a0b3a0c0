//! Missing values and the variance between sites, against the textbook's sums of squares.
//!
//! Spec: docs/reference/methods/quality.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::{Computation, Quality, Scale};
use support::{IdleNetworks, Table, ask, close};

fn sites() -> Vec<Table> {
    let value = |i: usize| (i * 37 % 61) as f64;
    let rows = (0..120).map(|i| {
        let shift = if i * 7 % 3 == 0 { 40.0 } else { 0.0 };
        let missing = if i % 10 == 0 { f64::NAN } else { 1e6 * value(i * i) };
        vec![value(i) + shift, missing, 3.0]
    });
    Table::new(rows.collect(), (0..120).map(|i| i % 4 == 0).collect()).split(3)
}

/// Sum of squares between groups over the whole.
fn eta(groups: &[Vec<f64>]) -> f64 {
    let all: Vec<f64> = groups.iter().flatten().copied().collect();
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let grand = mean(&all);
    let between: f64 = groups.iter().map(|g| g.len() as f64 * (mean(g) - grand).powi(2)).sum();
    between / all.iter().map(|x| (x - grand).powi(2)).sum::<f64>()
}

#[test]
fn variance_between_sites_is_that_of_the_textbook() {
    let sites = sites();
    let scale = Scale { width: 3 };
    let conditioning = scale.finish(&ask(&scale, &sites)).unwrap();
    let question = Quality { conditioning };
    let found = question.finish(&ask(&question, &sites)).unwrap();
    assert_eq!((found.sites, found.batches), (3, 3));
    for column in 0..2 {
        let known = |site: &Table| site.rows.iter().map(|row| row[column]).filter(|x| !x.is_nan()).collect();
        let groups: Vec<Vec<f64>> = sites.iter().map(known).collect();
        let (at, wanted) = (found.columns[column], eta(&groups));
        assert_eq!(at.known, groups.iter().map(Vec::len).sum::<usize>() as u64);
        assert!(close(at.between_sites.unwrap(), wanted, 1e-10), "{at:?} {wanted}");
        assert_eq!(at.between_sites, at.between_batches, "one scanner a site");
    }
    assert!(found.columns[0].between_sites.unwrap() > 0.3, "a shifted site is seen");
    assert_eq!(found.columns[2].between_sites, None, "a constant column has no variance");
}

#[test]
fn the_order_of_patients_leaves_no_trace() {
    let site = sites().remove(0);
    let mut reversed = site.clone();
    reversed.rows.reverse();
    reversed.labels.reverse();
    reversed.keys.reverse();
    let scale = Scale { width: 3 };
    let conditioning = scale.finish(&ask(&scale, std::slice::from_ref(&site))).unwrap();
    let question = Quality { conditioning };
    let answer = |table: &Table| question.site(table, &IdleNetworks).unwrap();
    assert_eq!(answer(&site), answer(&reversed));
}
