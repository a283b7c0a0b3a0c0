//! Which pixel centres lie inside a set of polygons, by the even-odd rule.
//!
//! A contour inside another is a hole; a keyhole's two equal edges cancel. An edge owns its lower end, so that a ray
//! through a corner is counted once, and a polygon owns its left and lower border, so that two polygons that share a
//! border share no pixel. Work and memory are bounded by the plane and the number of points.

/// Crossings of edges and rows in all planes of a region: a hundred times those of the largest.
pub(super) const MOST_CROSSINGS: usize = 1 << 28;

/// A slice that contours are drawn into, in units of pixels, with centres at whole numbers.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    /// Whether an odd number of edges crosses row `j` between column `i - 1` and column `i`: `j * (columns + 1) + i`.
    flips: Vec<bool>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows, flips: vec![false; (columns + 1) * rows] }
    }

    /// Adds a closed polygon and takes its crossings from `budget`; false where that does not suffice.
    pub(super) fn add(&mut self, points: &[[f64; 2]], budget: &mut usize) -> bool {
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).all(|(a, b)| self.edge(*a, *b, budget))
    }

    fn edge(&mut self, a: [f64; 2], b: [f64; 2], budget: &mut usize) -> bool {
        // the same arithmetic whichever way the edge runs, so that a keyhole's two sides cancel exactly
        let (low, high) = if (a[1], a[0]) <= (b[1], b[0]) { (a, b) } else { (b, a) };
        let (first, end) = (at_least(low[1], self.rows), at_least(high[1], self.rows));
        let Some(left) = budget.checked_sub(end - first) else { return false };
        *budget = left;
        for row in first..end {
            let part = (row as f64 - low[1]) / (high[1] - low[1]);
            let column = at_least(low[0] + part * (high[0] - low[0]), self.columns);
            let flip = &mut self.flips[row * (self.columns + 1) + column];
            *flip = !*flip;
        }
        true
    }

    /// The pixels inside, row by row.
    pub(super) fn inside(&self) -> Vec<bool> {
        let mut inside = Vec::with_capacity(self.columns * self.rows);
        for row in self.flips.chunks_exact(self.columns + 1) {
            let mut is_inside = false;
            inside.extend(row[..self.columns].iter().map(|flip| {
                is_inside ^= flip;
                is_inside
            }));
        }
        inside
    }
}

/// The first whole number from 0 that is not below `x`, at most `most`.
fn at_least(x: f64, most: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=most")]
    let index = x.ceil().clamp(0.0, most as f64) as usize;
    index
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(polygons: &[&[[f64; 2]]], columns: usize, rows: usize) -> Vec<bool> {
        let mut canvas = Canvas::new(columns, rows);
        let mut budget = 1000;
        assert!(polygons.iter().all(|polygon| canvas.add(polygon, &mut budget)));
        canvas.inside()
    }

    fn picture(polygons: &[&[[f64; 2]]]) -> Vec<String> {
        let show = |inside: &bool| if *inside { '#' } else { '.' };
        filled(polygons, 8, 6).chunks(8).map(|row| row.iter().map(show).collect()).collect()
    }

    const OUTER: [[f64; 2]; 4] = [[0.5, 0.5], [6.5, 0.5], [6.5, 4.5], [0.5, 4.5]];
    const INNER: [[f64; 2]; 4] = [[2.5, 1.5], [4.5, 1.5], [4.5, 3.5], [2.5, 3.5]];
    const RING: [&str; 6] = ["........", ".######.", ".##..##.", ".##..##.", ".######.", "........"];

    #[test]
    fn a_contour_within_a_contour_is_a_hole() {
        assert_eq!(picture(&[&OUTER, &INNER]), RING);
        assert_eq!(picture(&[&INNER, &OUTER]), RING, "the order does not matter");
    }

    #[test]
    fn a_keyhole_leaves_no_trace() {
        let keyhole = [
            OUTER[0], OUTER[1], OUTER[2], OUTER[3], OUTER[0], INNER[0], INNER[3], INNER[2], INNER[1],
            INNER[0],
        ];
        assert_eq!(picture(&[&keyhole]), RING);
    }

    #[test]
    fn polygons_that_share_a_border_share_no_pixel() {
        let left = [[1.0, 1.0], [4.0, 1.0], [4.0, 5.0], [1.0, 5.0]];
        let right = [[4.0, 1.0], [7.0, 1.0], [7.0, 5.0], [4.0, 5.0]];
        let whole = [[1.0, 1.0], [7.0, 1.0], [7.0, 5.0], [1.0, 5.0]];
        assert_eq!(picture(&[&left, &right]), picture(&[&whole]));
        assert_eq!(picture(&[&whole])[1], ".######.");
    }

    #[test]
    fn what_leaves_the_slice_is_cut() {
        let large = [[-9.0, -9.0], [99.0, -9.0], [99.0, 99.0], [-9.0, 99.0]];
        assert!(filled(&[&large], 3, 2).iter().all(|inside| *inside));
        assert!(filled(&[&[[f64::NAN; 2]; 3]], 3, 2).iter().all(|inside| !inside));
        assert!(filled(&[&[[1.0, 1.0]], &[]], 3, 2).iter().all(|inside| !inside), "no area");
    }

    #[test]
    fn work_is_bounded() {
        let mut canvas = Canvas::new(8, 6);
        let mut budget = 9;
        assert!(canvas.add(&OUTER, &mut budget), "two edges cross four rows each");
        assert!(!canvas.add(&OUTER, &mut budget));
    }

    /// Crossing number by its definition, for points that lie on no edge.
    fn by_definition(polygon: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
        let next = polygon.iter().cycle().skip(1);
        let crosses = |(a, b): (&[f64; 2], &[f64; 2])| {
            (a[1] > y) != (b[1] > y) && x > a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
        };
        polygon.iter().zip(next).filter(|edge| crosses(*edge)).count() % 2 == 1
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_fill_is_the_crossing_number(polygon in proptest::collection::vec(
            (0.013_f64..9.0, 0.017_f64..7.0).prop_map(|(x, y)| [x, y]), 3..12)) {
            let found = filled(&[&polygon], 10, 8);
            for (i, inside) in found.iter().enumerate() {
                let centre = [(i % 10) as f64, (i / 10) as f64];
                prop_assert_eq!(*inside, by_definition(&polygon, centre), "{:?}", centre);
            }
        }
    }
}
