//! The names of an extraction's features before any image is read.
//!
//! Never here: a value. Specification: PyRadiomics 3.1.0, `featureextractor.execute` and `imageoperations`.

use super::Parameters;
use super::images::ImageType;
use super::registry::{Class, Definition, Formula};

/// A feature's full name, the prefix of its image, and its definition.
pub type Column = (String, String, &'static Definition);

impl Parameters {
    /// The names that [`extract`](super::extract()) gives with these parameters, in its order. For an image that cannot be
    /// derived, such as a Laplacian of Gaussian wider than the image, it leaves names out.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let asked: Vec<_> = self.classes().collect();
        let flat = self.settings().flat.is_some();
        let column = |prefix: &str, class: Class, known: &'static Definition| {
            (format!("{prefix}_{}_{}", class.name(), known.name), prefix.to_owned(), known)
        };
        let of_classes = |prefix: &str, are_wanted: &dyn Fn(Class) -> bool| -> Vec<Column> {
            let wanted = asked.iter().filter(|(class, _)| are_wanted(*class));
            let known = wanted.flat_map(|(class, known)| known.iter().map(move |known| (*class, *known)));
            let known = known.filter(|(_, known)| !matches!(known.formula, Formula::Removed));
            known.map(|(class, known)| column(prefix, class, known)).collect()
        };
        let mut columns = of_classes("original", &|class| class == Class::Shape);
        columns.extend(of_classes("original", &|class| class == Class::Shape2d && flat));
        for (image_type, _) in self.images() {
            for prefix in prefixes(&image_type) {
                columns.extend(of_classes(&prefix, &|class| !matches!(class, Class::Shape | Class::Shape2d)));
            }
        }
        columns
    }
}

/// What the names of derived images' features begin with.
fn prefixes(image_type: &ImageType) -> Vec<String> {
    let one = |prefix: &str| vec![prefix.to_owned()];
    match image_type {
        ImageType::Original => one("original"),
        ImageType::Wavelet { level, flat, .. } => wavelets(*level, if flat.is_some() { 2 } else { 3 }),
        ImageType::LaplacianOfGaussian { sigmas } => {
            sigmas.iter().map(|(_, name)| format!("log-sigma-{}-mm-3D", name.replace('.', "-"))).collect()
        }
        ImageType::Square => one("square"),
        ImageType::SquareRoot => one("squareroot"),
        ImageType::Logarithm => one("logarithm"),
        ImageType::Exponential => one("exponential"),
        ImageType::Gradient { .. } => one("gradient"),
        ImageType::Lbp2d { .. } => one("lbp-2D"),
        ImageType::Lbp3d { levels, .. } => {
            let degrees = (1..=*levels).map(|degree| format!("lbp-3D-m{degree}"));
            degrees.chain(one("lbp-3D-k")).collect()
        }
    }
}

/// Details of each level, then the last approximation.
fn wavelets(levels: usize, axes: u32) -> Vec<String> {
    let number = |level: usize| if level == 1 { String::new() } else { level.to_string() };
    let letter = |band: u32, axis: u32| if band >> (axes - 1 - axis) & 1 == 1 { 'H' } else { 'L' };
    let name = |band: u32| (0..axes).map(|axis| letter(band, axis)).collect::<String>();
    let details =
        |level: usize| (1..1 << axes).map(move |band| format!("wavelet{}-{}", number(level), name(band)));
    let approximation = format!("wavelet{}-{}", number(levels), name(0));
    (1..=levels).flat_map(details).chain([approximation]).collect()
}
