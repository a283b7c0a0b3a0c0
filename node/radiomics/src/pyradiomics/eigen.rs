//! Single eigenvalues of symmetric matrices: reduced to three diagonals by reflections, then counted and halved.
//!
//! Never here: eigenvectors. Specification: Golub and Van Loan, Matrix Computations, 4th edition, sections 8.3.1
//! (tridiagonalisation) and 8.4.1 (bisection by Sturm sequences).

/// Halvings of an interval: as many as a number has bits, and some.
const HALVINGS: usize = 64;
/// Squares below this are what rounding leaves of zeros; their roots would divide by what has no digits left.
const NOTHING: f64 = 1e-200;

/// All eigenvalues of a small symmetric matrix, given row by row, ascending.
pub(crate) fn eigenvalues(matrix: &[f64], side: usize) -> Vec<f64> {
    let diagonals = Tridiagonal::new(matrix.to_vec(), side);
    (0..side).map(|below| diagonals.eigenvalue(below)).collect()
}

/// The second largest singular value of a square matrix with at least two rows, given row by row.
pub(crate) fn second_singular_value(matrix: Vec<f64>, side: usize, is_symmetric: bool) -> f64 {
    if is_symmetric {
        let diagonals = Tridiagonal::new(matrix, side);
        let [least, second, most] = [0, side - 2, side - 1].map(|below| diagonals.eigenvalue(below));
        // of two rows, the least is the second
        let lesser = if side > 2 { least.abs().max(second.abs()) } else { least.abs() };
        return lesser.min(most.abs());
    }
    let row = |i: usize| &matrix[i * side..(i + 1) * side];
    let dot = |(a, b): (&[f64], &[f64])| a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y);
    let square = (0..side * side).map(|cell| dot((row(cell / side), row(cell % side)))).collect();
    Tridiagonal::new(square, side).eigenvalue(side - 2).max(0.0).sqrt()
}

struct Tridiagonal {
    diagonal: Vec<f64>,
    /// Squares of the elements beside the diagonal; the first is zero.
    beside: Vec<f64>,
    /// No eigenvalue lies farther from zero.
    bound: f64,
}

impl Tridiagonal {
    /// Householder reflections from the last row up; only the lower half is read.
    fn new(mut matrix: Vec<f64>, side: usize) -> Self {
        let (mut diagonal, mut off) = (vec![0.0; side], vec![0.0; side]);
        for row in (0..side).rev() {
            diagonal[row] = matrix[row * side + row];
            if row > 0 {
                off[row] = reflect(&mut matrix, side, row);
            }
        }
        let reach =
            |i: usize| diagonal[i].abs() + off[i].abs() + off.get(i + 1).copied().unwrap_or(0.0).abs();
        let bound = (0..side).map(reach).fold(0.0, f64::max);
        Self { beside: off.iter().map(|x| x * x).collect(), diagonal, bound }
    }

    /// How many eigenvalues are below a value.
    fn below(&self, value: f64) -> usize {
        let tiny = f64::MIN_POSITIVE.max(self.bound * 1e-300);
        let mut quotient = 1.0;
        let mut count = 0;
        for (diagonal, beside) in self.diagonal.iter().zip(&self.beside) {
            quotient = diagonal - value - beside / quotient;
            if quotient.abs() < tiny {
                quotient = -tiny;
            }
            count += usize::from(quotient < 0.0);
        }
        count
    }

    /// The eigenvalue with `rank` others below it.
    fn eigenvalue(&self, rank: usize) -> f64 {
        let (mut low, mut high) = (-self.bound, self.bound);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            *(if self.below(middle) > rank { &mut high } else { &mut low }) = middle;
        }
        f64::midpoint(low, high)
    }
}

/// Clears a row left of its last element before the diagonal, which is returned, and updates the rows above.
fn reflect(matrix: &mut [f64], side: usize, row: usize) -> f64 {
    let mut vector = matrix[row * side..row * side + row].to_vec();
    let last = row - 1;
    let squares = |vector: &[f64]| vector.iter().fold(0.0, |sum, x| sum + x * x);
    if squares(&vector[..last]) < NOTHING {
        return vector[last];
    }
    let norm = squares(&vector).sqrt();
    let moved = if vector[last] > 0.0 { -norm } else { norm };
    vector[last] -= moved;
    let half = squares(&vector) / 2.0;
    let mut image = product(matrix, side, &vector);
    image.iter_mut().for_each(|x| *x /= half);
    let shift = vector.iter().zip(&image).fold(0.0, |sum, (v, p)| sum + v * p) / (2.0 * half);
    image.iter_mut().zip(&vector).for_each(|(p, v)| *p -= shift * v);
    for i in 0..row {
        let (a, b) = (vector[i], image[i]);
        let cells = matrix[i * side..=i * side + i].iter_mut();
        cells.zip(vector.iter().zip(&image)).for_each(|(cell, (v, p))| *cell -= a * p + b * v);
    }
    moved
}

/// The leading block times a vector, from the lower half.
fn product(matrix: &[f64], side: usize, vector: &[f64]) -> Vec<f64> {
    let mut image = vec![0.0; vector.len()];
    for (i, x) in vector.iter().enumerate() {
        let cells = &matrix[i * side..i * side + i];
        let mut sum = matrix[i * side + i] * x;
        for (j, cell) in cells.iter().enumerate() {
            sum += cell * vector[j];
            image[j] += cell * x;
        }
        image[i] += sum;
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_of_known_matrices() {
        let root = 2.0_f64.sqrt();
        let found = eigenvalues(&[2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0], 3);
        for (found, expected) in found.iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
        // 1 + the all-ones matrix: n - 1 times 1, once n + 1
        let ones: Vec<f64> = (0..36).map(|cell| if cell % 7 == 0 { 2.0 } else { 1.0 }).collect();
        let found = eigenvalues(&ones, 6);
        for (found, expected) in found.iter().zip([1.0, 1.0, 1.0, 1.0, 1.0, 7.0]) {
            assert!((found - expected).abs() < 1e-13, "{found} {expected}");
        }
    }

    #[test]
    fn singular_values_do_not_depend_on_the_path() {
        let symmetric = vec![0.2, 0.1, 0.3, 0.1, -0.9, 0.0, 0.3, 0.0, 0.4];
        let [a, b] = [true, false].map(|flag| second_singular_value(symmetric.clone(), 3, flag));
        assert!((a - b).abs() < 1e-14, "{a} {b}");
        let [a, b] = [true, false].map(|flag| second_singular_value(vec![0.5, 0.2, 0.2, 0.1], 2, flag));
        assert!((a - b).abs() < 1e-14, "{a} {b}");
    }
}
