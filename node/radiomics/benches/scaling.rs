//! How the cost of a full extraction grows with the region: `cargo bench -p consilium-radiomics --bench scaling`.
//!
//! Ellipsoids of 10^3 to 10^7 voxels with a texture, all 174 features, 3D averaged, 32 bins, one thread. With `--plot FILE` it
//! also writes the picture in docs/.

#![allow(clippy::unwrap_used, reason = "a benchmark")]
#![allow(clippy::print_stdout, reason = "prints a table")]

mod measure;

use std::fmt::Write as _;
use std::path::PathBuf;

use consilium_radiomics::{Family, Settings, extract};
use measure::{cpu_seconds, ellipsoid};

/// Where the axes cross, and the length of a decade along each, in the picture.
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 300.0;
const DECADE: [f64; 2] = [110.0, 44.0];

fn main() {
    let points: Vec<Point> = [14, 21, 30, 44, 65, 95, 140, 205, 300].into_iter().map(measured).collect();
    let mut arguments = std::env::args().skip_while(|argument| argument != "--plot");
    if let Some(file) = arguments.nth(1) {
        std::fs::write(PathBuf::from(file), plot(&points)).unwrap();
    }
}

struct Point {
    voxels: f64,
    /// CPU seconds of all families, and of all but morphology.
    seconds: [f64; 2],
}

fn measured(side: usize) -> Point {
    let (image, mask) = ellipsoid([side, side, side]);
    let texture = Family::ALL.into_iter().filter(|family| *family != Family::Morphology).collect();
    let without = Settings { families: texture, ..Settings::default() };
    let seconds = [Settings::default(), without].map(|settings| {
        // the scheduler counts in milliseconds: small regions are measured many times over
        let runs = 1 + 1_000_000 / mask.count();
        let before = cpu_seconds();
        for _ in 0..runs {
            assert!(extract(&image, &mask, &settings).unwrap().iter().count() > 0);
        }
        (cpu_seconds() - before) / runs as f64
    });
    let voxels = mask.count() as f64;
    let [all, without] = seconds;
    println!(
        "{voxels:>9} voxels {all:>8.3} CPU s, {:>6.2} us a voxel; without morphology {without:>8.3} CPU s",
        1e6 * all / voxels
    );
    Point { voxels, seconds }
}

/// Both axes logarithmic: a straight line of slope one is a cost that grows with the region.
fn plot(points: &[Point]) -> String {
    let x = |voxels: f64| LEFT + (voxels.log10() - 3.0) * DECADE[0];
    let y = |seconds: f64| BOTTOM - (seconds.log10() + 3.5) * DECADE[1];
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 560 350\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"560\" height=\"350\" fill=\"white\"/>\n",
    );
    for decade in 3..=7 {
        let at = x(10_f64.powi(decade));
        writeln!(svg, "<path d=\"M{at:.1} 40V{BOTTOM}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"318\" text-anchor=\"middle\">10<tspan dy=\"-4\" font-size=\"9\">{decade}</tspan></text>").unwrap();
    }
    for decade in -3..=2 {
        let at = y(10_f64.powi(decade));
        writeln!(svg, "<path d=\"M{LEFT} {at:.1}H520\" stroke=\"#ddd\"/><text x=\"62\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", at + 4.0, 10_f64.powi(decade)).unwrap();
    }
    let linear = points.last().map_or(1e-6, |last| last.seconds[0] / last.voxels);
    writeln!(
        svg,
        "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>",
        x(1e3),
        y(1e3 * linear),
        x(1e7),
        y(1e7 * linear)
    )
    .unwrap();
    for (series, colour) in [(0, "#1b4f8a"), (1, "#c0561f")] {
        let path: Vec<String> = points
            .iter()
            .map(|point| format!("{:.1} {:.1}", x(point.voxels), y(point.seconds[series])))
            .collect();
        writeln!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join("L")
        )
        .unwrap();
        for point in points {
            writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(point.voxels),
                y(point.seconds[series])
            )
            .unwrap();
        }
    }
    svg += "<text x=\"290\" y=\"342\" text-anchor=\"middle\">voxels of the region</text>\n\
            <text x=\"20\" y=\"170\" transform=\"rotate(-90 20 170)\" text-anchor=\"middle\">CPU seconds, one thread</text>\n\
            <text x=\"70\" y=\"24\" fill=\"#1b4f8a\">all 174 features</text>\n\
            <text x=\"190\" y=\"24\" fill=\"#c0561f\">without morphology</text>\n\
            <text x=\"340\" y=\"24\" fill=\"#666\">dashed: exactly linear</text>\n</svg>\n";
    svg
}
