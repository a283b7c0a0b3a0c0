//! What an image is thought to be outside of its edges.
//! Never here: filters. Specification: IBSI 2 reference manual, arXiv 2006.05470.

/// How an image continues outside of its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boundary {
    /// Mirrored about the edge, half a voxel out, so the edge voxel comes twice.
    Mirror,
    /// Zero.
    Zero,
    /// The edge voxel's value.
    Nearest,
    /// The image again.
    Periodic,
}

impl Boundary {
    /// As settings write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Zero => "zero",
            Self::Nearest => "nearest",
            Self::Periodic => "periodic",
        }
    }

    /// The voxel that is found `distance` voxels before the first of `n`; `distance` starts at 1.
    fn before(self, distance: usize, n: usize) -> Option<usize> {
        match self {
            Self::Mirror => {
                let at = (distance - 1) % (2 * n);
                Some(at.min(2 * n - 1 - at))
            }
            Self::Zero => None,
            Self::Nearest => Some(0),
            Self::Periodic => Some(n - 1 - (distance - 1) % n),
        }
    }

    /// The voxels of a line of `n` continued by `reach` on both sides; `None` is zero.
    pub(crate) fn continued(self, n: usize, reach: usize) -> Vec<Option<usize>> {
        let before = (1..=reach).rev().map(|distance| self.before(distance, n));
        // every rule looks the same from the other end
        let after = (1..=reach).map(|distance| self.before(distance, n).map(|at| n - 1 - at));
        before.chain((0..n).map(Some)).chain(after).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_continue_as_scipy_and_numpy_pad_them() {
        let padded = |boundary: Boundary| -> String {
            let letter = |at: Option<usize>| at.map_or('-', |at| char::from(b"abc"[at]));
            boundary.continued(3, 7).into_iter().map(letter).collect()
        };
        assert_eq!(padded(Boundary::Mirror), "aabccbaabccbaabcc");
        assert_eq!(padded(Boundary::Nearest), "aaaaaaaabcccccccc");
        assert_eq!(padded(Boundary::Periodic), "cabcabcabcabcabca");
        assert_eq!(padded(Boundary::Zero), "-------abc-------");
    }
}
