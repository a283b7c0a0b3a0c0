//! Every texture matrix of the digital phantom, count by count.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::conformance::ibsi1::{DIGITAL_PHANTOM, settings};
use crate::conformance::phantom;
use crate::discretise::discretise;

/// (i, j, n, s) of one matrix; s only for tone differences.
type Cells = Vec<(usize, usize, usize, i64)>;

/// The manual's matrices of a family in 2D or 3D, merged or not, without their labels: the manual writes a direction as
/// z y x or its opposite.
fn expected(family: &str, dimension: &str, merged: &str) -> Vec<Cells> {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi/digital_phantom_matrices.csv");
    let mut matrices: BTreeMap<(String, String), Cells> = BTreeMap::new();
    for record in csv::Reader::from_path(file).unwrap().records().map(Result::unwrap) {
        if [&record[0], &record[1], &record[2]] == [family, dimension, merged] {
            let number = |field: usize| whole(record[field].parse().unwrap_or(0.0));
            let s = record[8].parse().map_or(0, thousandths);
            let cells = matrices.entry((record[3].to_owned(), record[4].to_owned())).or_default();
            cells.push((number(5), number(6), number(7), s));
        }
    }
    sorted(matrices.into_values())
}

fn sorted(matrices: impl Iterator<Item = Cells>) -> Vec<Cells> {
    let mut matrices: Vec<Cells> = matrices
        .map(|mut cells| {
            cells.sort_unstable();
            cells
        })
        .collect();
    matrices.sort();
    matrices
}

#[expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]
fn thousandths(value: f64) -> i64 {
    (value * 1e3).round() as i64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers of a test")]
fn whole(value: f64) -> usize {
    value as usize
}

fn of_tables(tables: &Averaged<LevelTable>) -> Vec<Cells> {
    let cells = |table: &LevelTable| {
        table.cells().iter().map(|(i, j, n)| (whole(*i), whole(*j), whole(*n), 0)).collect()
    };
    sorted(tables.0.iter().map(cells))
}

fn of_tones(tables: &Averaged<ToneTable>) -> Vec<Cells> {
    let row = |(i, n, s): (f64, f64, f64)| (whole(i), 0, whole(n.round()), thousandths(s));
    sorted(tables.0.iter().map(|table| table.rows().map(row).collect()))
}

fn of_pairs(lattice: &Lattice, aggregation: Aggregation) -> Vec<Cells> {
    let side = lattice.level_count();
    let cells = |group: &Group| -> Cells {
        let counts = glcm::pairs(lattice, group).into_iter().enumerate();
        let cell = |(index, n): (usize, u32)| (index / side + 1, index % side + 1, n as usize, 0);
        counts.filter(|(_, n)| *n > 0).map(cell).collect()
    };
    sorted(groups(lattice, aggregation).iter().map(cells))
}

#[test]
fn the_matrices_of_the_digital_phantom_are_ibsi_s() {
    let (image, mask) = phantom::digital();
    let settings = settings(DIGITAL_PHANTOM);
    let roi = Roi::new(&image, &mask, &settings).unwrap();
    let levels = discretise(&roi, &settings).unwrap();
    let lattice = Lattice::new(&roi, &levels);
    let directed = [
        ("2D", "no", Aggregation::Averaged2d, 16),
        ("2D", "yes", Aggregation::SliceMerged2d, 4),
        ("3D", "no", Aggregation::Averaged3d, 13),
        ("3D", "yes", Aggregation::Merged3d, 1),
    ];
    for (dimension, merged, aggregation, count) in directed {
        let pairs = expected("glcm", dimension, merged);
        assert_eq!(pairs.len(), count);
        assert_eq!(of_pairs(&lattice, aggregation), pairs, "glcm {dimension} {merged}");
        let runs = expected("glrlm", dimension, merged);
        assert_eq!(of_tables(&glrlm(&lattice, aggregation)), runs, "glrlm {dimension} {merged}");
    }
    for (dimension, scope, count) in [("2D", Scope::Slice, 4), ("3D", Scope::Volume, 1)] {
        let [sizes, distances] = zones(&roi, &lattice, scope);
        let Neighbours { tones, dependences } = neighbours(&lattice, scope);
        assert_eq!(of_tables(&sizes), expected("glszm", dimension, ""), "glszm {dimension}");
        assert_eq!(of_tables(&distances), expected("gldzm", dimension, ""), "gldzm {dimension}");
        assert_eq!(of_tables(&dependences), expected("ngldm", dimension, ""), "ngldm {dimension}");
        assert_eq!(of_tones(&tones), expected("ngtdm", dimension, ""), "ngtdm {dimension}");
        assert_eq!(of_tables(&sizes).len(), count);
    }
}
