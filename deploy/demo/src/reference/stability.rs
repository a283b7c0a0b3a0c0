//! Intraclass correlation of two readers, from mean squares between patients, between readers and of the rest.
//!
//! Source: Shrout and Fleiss, Psychol Bull 86 (1979) 420.

use consilium_types::plan::{IccForm, Stability};

use super::screen::mean;
use super::table::Table;

/// The columns whose two readings in the training rows agree.
pub(super) fn stable(table: &Table, training: &[usize], columns: &[usize], asked: &Stability) -> Vec<usize> {
    let agrees = |column: &&usize| {
        let pair = |row: &usize| [table.rows[*row][**column], table.second[*row][**column]];
        let both: Vec<[f64; 2]> =
            training.iter().map(pair).filter(|[a, b]| !a.is_nan() && !b.is_nan()).collect();
        intraclass(&both, asked.form).is_some_and(|icc| icc >= asked.icc)
    };
    columns.iter().filter(agrees).copied().collect()
}

fn intraclass(readings: &[[f64; 2]], form: IccForm) -> Option<f64> {
    if readings.len() < 2 {
        return None;
    }
    let n = readings.len() as f64;
    let of_patient: Vec<f64> = readings.iter().map(|[a, b]| f64::midpoint(*a, *b)).collect();
    let of_reader = [0, 1].map(|reader| mean(&readings.iter().map(|pair| pair[reader]).collect::<Vec<_>>()));
    let grand = mean(&of_patient);
    let squares = |values: &[f64]| values.iter().map(|x| (x - grand).powi(2)).sum::<f64>();
    let (patients, readers) = (2.0 * squares(&of_patient), n * squares(&of_reader));
    let all: f64 = readings.iter().map(|pair| squares(pair)).sum();
    let between = patients / (n - 1.0);
    let error = (all - patients - readers) / (n - 1.0);
    let within = (all - patients) / n;
    (all > 0.0).then(|| match form {
        IccForm::Icc11 => (between - within) / (between + within),
        IccForm::Icc21 => (between - error) / (between + error + 2.0 * (readers - error) / n),
        IccForm::Icc31 => (between - error) / (between + error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first two judges of Shrout and Fleiss' table 2. Expected: `intraclass_corr` of pingouin 0.7.0.
    #[test]
    fn the_three_forms_on_a_published_table() {
        let readings = [[9.0, 2.0], [6.0, 1.0], [8.0, 4.0], [7.0, 1.0], [10.0, 5.0], [6.0, 2.0]];
        let [one, two, three] =
            [IccForm::Icc11, IccForm::Icc21, IccForm::Icc31].map(|form| intraclass(&readings, form).unwrap());
        let expected = [-0.496_415_770_609_318_9, 0.125_654_450_261_780_26, 0.745_341_614_906_833_9];
        for (found, expected) in [one, two, three].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} instead of {expected}");
        }
    }
}
