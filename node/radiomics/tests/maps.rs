//! Feature maps against `PyRadiomics`, voxel by voxel.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::maps::{Kernel, Maps};
use consilium_radiomics::{Discretisation, Family, Settings};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/maps/voxelwise.csv");
const TOLERANCE: f64 = 1e-9;
const DIMS: [usize; 3] = [14, 12, 8];

/// The image and the mask of `tests/data/maps/make.py`.
fn case() -> (Volume, RoiMask) {
    let [nx, ny, _] = DIMS;
    let grid = Grid::axis_aligned(DIMS, [1.0, 1.5, 2.0]);
    let at = |i: usize| [i % nx, i / nx % ny, i / (nx * ny)];
    let voxel = |i: usize| match at(i) {
        [x, y, z] if z * y * x == 0 => 0.0,
        [x, y, z] => ((x * x + 3 * y + 5 * z * x + (i * 7919) % 5) % 23) as f64,
    };
    let inside = |i: usize| {
        let [x, y, z] = at(i);
        x > 1 && y > 0 && x + y + z > 4 && (x + 2 * y + z) % 7 != 0
    };
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).unwrap();
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).unwrap())
}

/// Tag, voxel and value.
type Row = (String, usize, f64);

/// The rows of each kernel, by its radius and whether it is masked.
fn reference() -> BTreeMap<(usize, bool), Vec<Row>> {
    let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in csv::Reader::from_path(REFERENCE).unwrap().records().map(Result::unwrap) {
        let kernel = (row[0].parse().unwrap(), row[1].parse().unwrap());
        let value = (row[2].to_owned(), row[3].parse().unwrap(), row[4].parse().unwrap());
        rows.entry(kernel).or_default().push(value);
    }
    rows
}

/// Where `PyRadiomics` gives a value to what is not defined: a direction along which there is a single grey level counts as
/// a correlation of 1 and an information correlation of 0.
fn has_convention(tag: &str) -> bool {
    tag.starts_with("cm_corr") || tag.starts_with("cm_info_corr1")
}

#[test]
fn maps_are_those_of_pyradiomics() {
    let (image, mask) = case();
    let settings = Settings {
        families: Family::ALL.to_vec(),
        discretisation: Discretisation::BinWidth(2.0),
        ..Settings::default()
    };
    let (mut compared, mut undefined) = (0, 0);
    for ((radius, masked), rows) in reference() {
        let kernel = Kernel { radius, masked, ..Kernel::default() };
        let mut columns: Vec<String> = rows.iter().map(|(tag, _, _)| tag.clone()).collect();
        columns.dedup();
        let maps = Maps::new(&image, &mask, &settings, kernel, &columns).unwrap();
        let mut off = Vec::new();
        maps.each(|column, map| {
            for (tag, voxel, expected) in rows.iter().filter(|(tag, _, _)| tag == column) {
                let found = map.voxels()[*voxel];
                if found.is_nan() && has_convention(tag) {
                    undefined += 1;
                } else if (found - expected).abs() > TOLERANCE * expected.abs().max(1.0) || found.is_nan() {
                    off.push(format!("{tag} at {voxel}: {found}, {expected}"));
                }
                compared += 1;
            }
            Ok::<(), ()>(())
        })
        .unwrap()
        .unwrap();
        assert!(off.is_empty(), "radius {radius}, masked {masked}: {} differ\n{}", off.len(), off.join("\n"));
    }
    assert!(compared > 2_000 && undefined < compared / 50);
}
