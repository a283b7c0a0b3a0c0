//! One-dimensional operators along an axis of a volume, eight lines at a time so that arithmetic is vectorised.
//! Never here: what an operator does. Specification: x runs fastest, then y, then z.

/// Lines that are worked on together.
pub(crate) const LANES: usize = 8;

/// The same place on each of the lines.
pub(crate) type Lanes = [f64; LANES];

/// The result of `operator` on every line along `axis`: it reads a line and writes one of `length` values.
pub(crate) fn along(
    axis: usize,
    dims: [usize; 3],
    values: &[f64],
    length: usize,
    operator: impl FnMut(&[Lanes], &mut [Lanes]),
) -> Vec<f64> {
    let mut result = Vec::new();
    along_into(axis, dims, values, length, &mut result, operator);
    result
}

/// As [`along`], into memory that was used before; a volume of fresh memory costs as much as a short kernel.
pub(crate) fn along_into(
    axis: usize,
    dims: [usize; 3],
    values: &[f64],
    length: usize,
    result: &mut Vec<f64>,
    mut operator: impl FnMut(&[Lanes], &mut [Lanes]),
) {
    let stride: usize = dims[..axis].iter().product();
    let lines = values.len() / dims[axis];
    let (mut from, mut to) = (vec![[0.0; LANES]; dims[axis]], vec![[0.0; LANES]; length]);
    // every value is written below
    result.resize(lines * length, 0.0);
    for first in (0..lines).step_by(LANES) {
        let count = LANES.min(lines - first);
        gather(values, &starts(first, stride, dims[axis])[..count], stride, &mut from);
        operator(&from, &mut to);
        scatter(&to, &starts(first, stride, length)[..count], stride, result);
    }
}

/// Where the lines from `first` on start, in a volume whose lines have `length` values.
fn starts(first: usize, stride: usize, length: usize) -> [usize; LANES] {
    std::array::from_fn(|lane| {
        let line = first + lane;
        line / stride * stride * length + line % stride
    })
}

fn are_neighbours(starts: &[usize]) -> bool {
    starts.len() == LANES && starts[LANES - 1] == starts[0] + LANES - 1
}

fn gather(values: &[f64], starts: &[usize], stride: usize, lines: &mut [Lanes]) {
    for (step, lanes) in lines.iter_mut().enumerate() {
        if are_neighbours(starts) {
            lanes.copy_from_slice(&values[starts[0] + step * stride..][..LANES]);
        } else {
            starts.iter().zip(lanes).for_each(|(start, lane)| *lane = values[start + step * stride]);
        }
    }
}

fn scatter(lines: &[Lanes], starts: &[usize], stride: usize, values: &mut [f64]) {
    for (step, lanes) in lines.iter().enumerate() {
        if are_neighbours(starts) {
            values[starts[0] + step * stride..][..LANES].copy_from_slice(lanes);
        } else {
            starts.iter().zip(lanes).for_each(|(start, lane)| values[start + step * stride] = *lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_visited_once_along_each_axis() {
        let dims = [3, 5, 7];
        let values: Vec<f64> = (0..105_u32).map(f64::from).collect();
        for axis in 0..3 {
            let n = dims[axis];
            let reversed = |values: &[f64]| {
                along(axis, dims, values, n, |from, to| {
                    from.iter().rev().zip(to).for_each(|(from, to)| *to = *from);
                })
            };
            let once = reversed(&values);
            let stride: usize = dims[..axis].iter().product();
            let mirrored = |at: usize| at + stride * (n - 1) - 2 * stride * (at / stride % n);
            assert!(
                once.iter().enumerate().all(|(at, value)| value.to_bits() == values[mirrored(at)].to_bits())
            );
            assert_eq!(reversed(&once), values);
        }
    }

    #[test]
    fn a_line_may_become_longer_or_shorter() {
        let values: Vec<f64> = (0..24_u32).map(f64::from).collect();
        let first = along(1, [2, 3, 4], &values, 1, |from, to| to[0] = from[0]);
        assert_eq!(first, [0.0, 1.0, 6.0, 7.0, 12.0, 13.0, 18.0, 19.0]);
        assert_eq!(along(0, [2, 3, 4], &values, 5, |from, to| to.fill(from[1])).len(), 60);
    }
}
