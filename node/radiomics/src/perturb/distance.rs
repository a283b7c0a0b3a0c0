//! Exact Euclidean distances to the nearest voxel of a set, in time linear in the voxels.
//!
//! Specification: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012):
//! along each axis the lower envelope of parabolas.

/// For each voxel of a box, the distance in mm of its centre to the nearest centre in `of`; infinite when there is none.
pub(super) fn distances(dims: [usize; 3], spacing: [f64; 3], of: &[bool]) -> Vec<f64> {
    let mut squared: Vec<f64> = of.iter().map(|is_in| if *is_in { 0.0 } else { f64::INFINITY }).collect();
    for axis in 0..3 {
        let stride: usize = dims[..axis].iter().product();
        let n = dims[axis];
        let mut envelope = Envelope::new(n, spacing[axis]);
        for line in 0..of.len() / n {
            let start = line / stride * stride * n + line % stride;
            envelope.lower(&mut squared, start, stride);
        }
    }
    squared.iter().map(|squared| squared.sqrt()).collect()
}

/// Parabolas that are lowest somewhere on a line, from left to right.
struct Envelope {
    n: usize,
    spacing: f64,
    heights: Vec<f64>,
    /// Index of each parabola's vertex.
    vertices: Vec<usize>,
    /// Where, in mm, each parabola begins to be the lowest.
    begins: Vec<f64>,
}

impl Envelope {
    fn new(n: usize, spacing: f64) -> Self {
        Self { n, spacing, heights: vec![0.0; n], vertices: Vec::new(), begins: Vec::new() }
    }

    /// Replaces a line by the envelope of the parabolas that stand on it.
    fn lower(&mut self, values: &mut [f64], start: usize, stride: usize) {
        (0..self.n).for_each(|i| self.heights[i] = values[start + i * stride]);
        self.vertices.clear();
        self.begins.clear();
        for vertex in 0..self.n {
            if self.heights[vertex].is_finite() {
                self.add(vertex);
            }
        }
        let mut current = 0;
        if self.vertices.is_empty() {
            return;
        }
        for i in 0..self.n {
            let at = i as f64 * self.spacing;
            while self.begins.get(current + 1).is_some_and(|begin| *begin <= at) {
                current += 1;
            }
            let vertex = self.vertices[current];
            let away = (i as f64 - vertex as f64) * self.spacing;
            values[start + i * stride] = self.heights[vertex] + away * away;
        }
    }

    /// Removes the parabolas that the new one, the rightmost so far, undercuts.
    fn add(&mut self, vertex: usize) {
        while let Some(last) = self.vertices.last().copied() {
            let meets = self.meets(last, vertex);
            // the first begins nowhere, so one is always left
            if meets > self.begins[self.begins.len() - 1] {
                self.vertices.push(vertex);
                self.begins.push(meets);
                return;
            }
            self.vertices.pop();
            self.begins.pop();
        }
        self.vertices.push(vertex);
        self.begins.push(f64::NEG_INFINITY);
    }

    /// Where the right parabola becomes lower than the left.
    fn meets(&self, left: usize, right: usize) -> f64 {
        let [l, r] = [left, right].map(|i| i as f64 * self.spacing);
        ((self.heights[right] + r * r) - (self.heights[left] + l * l)) / (2.0 * (r - l))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn distances_are_those_of_all_pairs(
            of in prop::collection::vec(prop::bool::weighted(0.1), 4 * 5 * 6),
            spacing in prop::array::uniform3(0.3..4.0_f64),
        ) {
            let dims = [4, 5, 6];
            let at = |i: usize| [i % 4, i / 4 % 5, i / 20].map(|n| n as f64);
            let found = distances(dims, spacing, &of);
            for (i, found) in found.iter().enumerate() {
                let to = |j: usize| (0..3).map(|a| ((at(i)[a] - at(j)[a]) * spacing[a]).powi(2)).sum::<f64>().sqrt();
                let nearest = (0..of.len()).filter(|j| of[*j]).map(to).fold(f64::INFINITY, f64::min);
                prop_assert!((found - nearest).abs() < 1e-9 || found.total_cmp(&nearest).is_eq(), "{found} {nearest}");
            }
        }
    }
}
