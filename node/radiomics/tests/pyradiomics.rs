//! Every value PyRadiomics 3.1.0 gave for public images, in every mode of the profile; names in the same order.
//!
//! tests/data/pyradiomics/make.py made the values. Pairs whose licence or size keeps them out of the repository need
//! ../shared beside it.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use consilium_imaging::{Grid, RoiMask, Volume, read_image, read_mask};
use consilium_radiomics::pyradiomics::{Case, Parameters, Pixel, extract};

/// The relative difference that is none.
const RELATIVE: f64 = 1e-6;
/// Rounding of a sum whose terms are of the order of one and cancel.
const ABSOLUTE: f64 = 1e-10;

struct Pair {
    image: PathBuf,
    variant: String,
    pixel: Pixel,
}

/// Names and values of one case, in PyRadiomics' order.
type Reference = BTreeMap<(String, String), Vec<(String, f64)>>;

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")
}

fn reference() -> Reference {
    let file = std::fs::File::open(data().join("pyradiomics/reference.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut reference = Reference::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.unwrap();
        let case = reference.entry((record[0].to_owned(), record[1].to_owned())).or_default();
        case.push((record[2].to_owned(), record[3].parse().unwrap()));
    }
    reference
}

fn pairs() -> BTreeMap<String, Pair> {
    let mut reader = csv::Reader::from_path(data().join("pyradiomics/pairs.csv")).unwrap();
    let pair = |record: csv::StringRecord| {
        let image = match record[1].strip_prefix("shared/") {
            Some(path) => data().join("../../../shared").join(path),
            None => data().join(&record[1]),
        };
        let pixel = match &record[3] {
            "int16" => Pixel::Integer { min: -32768.0, max: 32767.0 },
            "uint8" => Pixel::Integer { min: 0.0, max: 255.0 },
            "float32" => Pixel::Single,
            other => panic!("{other}"),
        };
        (record[0].to_owned(), Pair { image, variant: record[2].to_owned(), pixel })
    };
    reader.records().map(|record| pair(record.unwrap())).collect()
}

/// Image and mask, changed as make.py changes them.
fn read(pair: &Pair) -> (Volume, RoiMask) {
    let mask = PathBuf::from(pair.image.to_str().unwrap().replace("image", "mask"));
    let (image, mask) = (read_image(&pair.image).unwrap(), read_mask(&mask).unwrap());
    let grid = mask.grid().clone();
    let [nx, ny, nz] = grid.dims;
    let keep = |kept: &dyn Fn([usize; 3]) -> bool| {
        let at = |i: usize| [i % nx, i / nx % ny, i / (nx * ny)];
        RoiMask::new(grid.clone(), (0..grid.len()).map(|i| mask.inside()[i] && kept(at(i))).collect())
            .unwrap()
    };
    match pair.variant.as_str() {
        "" => (image, mask),
        "int16" | "uint8" => {
            let whole = image.voxels().iter().map(|x| x.trunc()).collect();
            (Volume::new(image.grid().clone(), whole).unwrap(), mask)
        }
        "slice" => {
            let count =
                |z: usize| mask.inside()[z * nx * ny..(z + 1) * nx * ny].iter().filter(|x| **x).count();
            let largest = (0..nz).rev().max_by_key(|z| count(*z)).unwrap();
            let mask = keep(&|[_, _, z]| z == largest);
            (image, mask)
        }
        // the region has label 2
        "labels" => {
            let mask = keep(&|[_, _, z]| z >= nz / 2);
            (image, mask)
        }
        "cropped-mask" => (image, part(&mask, [3, 2, 1], [nx - 7, ny - 5, nz - 3])),
        "moved-mask" => {
            let origin = grid.origin.map(|mm| mm + 1e-4);
            let mask = RoiMask::new(Grid { origin, ..grid.clone() }, mask.inside().to_vec()).unwrap();
            (image, mask)
        }
        "oblique" => {
            // make.py's x and y point the other way
            let direction = [[-0.8, 0.48, -0.36], [-0.6, -0.64, 0.48], [0.0, 0.6, 0.8]];
            let grid = Grid { origin: [101.5, -37.25, 12.0], direction, ..grid.clone() };
            let image = Volume::new(grid.clone(), image.voxels().to_vec()).unwrap();
            (image, RoiMask::new(grid, mask.inside().to_vec()).unwrap())
        }
        other => panic!("{other}"),
    }
}

/// A part of a mask whose axes are the world's.
fn part(mask: &RoiMask, start: [usize; 3], dims: [usize; 3]) -> RoiMask {
    let grid = mask.grid();
    let [nx, ny, _] = grid.dims;
    let origin = std::array::from_fn(|axis| {
        grid.origin[axis] + grid.direction[axis][axis] * start[axis] as f64 * grid.spacing[axis]
    });
    let at = |i: usize| [i % dims[0], i / dims[0] % dims[1], i / (dims[0] * dims[1])];
    let inside = (0..dims.iter().product())
        .map(at)
        .map(|[x, y, z]| mask.inside()[((z + start[2]) * ny + y + start[1]) * nx + x + start[0]]);
    RoiMask::new(Grid { dims, origin, ..grid.clone() }, inside.collect()).unwrap()
}

fn parameters(folder: &Path, name: &str) -> Parameters {
    let text = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap();
    Parameters::from_yaml(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn is_equal(found: f64, expected: f64) -> bool {
    (found.is_nan() && expected.is_nan()) || (found - expected).abs() <= RELATIVE * expected.abs() + ABSOLUTE
}

#[test]
fn every_value_of_pyradiomics() {
    let (pairs, mut missed, mut cases) = (pairs(), Vec::new(), BTreeMap::new());
    for ((pair, params), expected) in reference() {
        cases.entry(pair).or_insert_with(Vec::new).push((params, expected));
    }
    for (name, cases) in cases {
        let pair = &pairs[&name];
        if !pair.image.is_file() {
            println!("skipped: {name}, no ../shared beside the repository");
            continue;
        }
        let (image, mask) = read(pair);
        let (mut n, mut agree) = (0, 0);
        for (params, expected) in cases {
            let expected: Vec<_> =
                expected.into_iter().filter(|(name, _)| !name.starts_with("diagnostics_")).collect();
            let parameters = parameters(&data().join("pyradiomics/params"), &params);
            let features = extract(&image, &mask, pair.pixel, &parameters);
            if expected[0].0 == "refused" {
                assert!(features.is_err(), "{name}, {params}: PyRadiomics refuses this");
                continue;
            }
            let features = features.unwrap_or_else(|error| panic!("{name}, {params}: {error}"));
            let names: Vec<&str> = features.iter().map(|(name, _)| name).collect();
            let expected_names: Vec<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected_names, "{name}, {params}");
            for ((feature, found), (_, expected)) in features.iter().zip(&expected) {
                n += 1;
                agree += usize::from(is_equal(found, *expected));
                if !is_equal(found, *expected) {
                    missed.push(format!("{name}, {params}, {feature}: {found}, PyRadiomics {expected}"));
                }
            }
        }
        println!("{name}: {agree} of {n} values within {RELATIVE:e}");
    }
    assert!(missed.is_empty(), "{} values differ:\n{}", missed.len(), missed.join("\n"));
}

/// `(1.0, 2.0)` or `1.0` as numbers.
fn numbers(text: &str) -> Vec<f64> {
    text.trim_matches(['(', ')']).split(", ").filter_map(|part| part.parse().ok()).collect()
}

#[test]
fn every_diagnostic_of_pyradiomics() {
    let (pairs, mut compared) = (pairs(), 0);
    for ((name, params), expected) in reference() {
        let of = |(name, value): &(String, f64)| {
            let (name, index) = name.rsplit_once(':')?;
            Some((name.to_owned(), index.parse::<usize>().ok()?, *value))
        };
        let expected: Vec<_> = expected.iter().filter_map(of).collect();
        if expected.is_empty() || !pairs[&name].image.is_file() {
            continue;
        }
        let (image, mask) = read(&pairs[&name]);
        let parameters = parameters(&data().join("pyradiomics/params"), &params);
        let case = Case::new(&image, &mask, pairs[&name].pixel, &parameters).unwrap();
        let found: BTreeMap<_, _> = case.diagnostics().unwrap().into_iter().collect();
        for (diagnostic, index, expected) in expected {
            let text = found.get(&diagnostic).unwrap_or_else(|| panic!("{name}, {params}: no {diagnostic}"));
            let value = numbers(text)[index];
            assert!(is_equal(value, expected), "{name}, {params}, {diagnostic}: {text}, not {expected}");
            compared += 1;
        }
    }
    println!("{compared} of {compared} diagnostics");
    assert!(compared > 1000);
}
