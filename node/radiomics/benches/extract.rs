//! CPU time of whole extractions, by family: `cargo bench -p consilium-radiomics --bench extract`.
//!
//! On the IBSI CT phantom (region of 125,256 voxels) when ../shared/ibsi is beside the repository, on an ellipsoid of about
//! that size otherwise. One thread; CPU seconds, since other work may share the machine.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::print_stdout, reason = "prints a table")]

mod measure;

use consilium_radiomics::{Aggregation, Family, Settings, extract};
use measure::{case, cpu_seconds};

const RUNS: usize = 7;

fn main() {
    let (name, image, mask) = case();
    println!("{name}: {} voxels, one thread, median of {RUNS} runs", mask.count());
    let all = Settings::default();
    let mut settings: Vec<(&str, Settings)> = vec![("all families, 3D averaged", all.clone())];
    settings.push((
        "all families, six aggregations",
        Settings { aggregations: Aggregation::ALL.to_vec(), ..all.clone() },
    ));
    settings.extend(
        Family::ALL.map(|family| (family.word(), Settings { families: vec![family], ..all.clone() })),
    );
    for (what, settings) in settings {
        let mut seconds: Vec<f64> = (0..RUNS)
            .map(|_| {
                let before = cpu_seconds();
                let features = extract(&image, &mask, &settings).unwrap();
                assert!(features.iter().count() > 0);
                cpu_seconds() - before
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        println!("{what:<32} {:>4} features {:>8.3} CPU s", settings.tags().len(), seconds[RUNS / 2]);
    }
}
