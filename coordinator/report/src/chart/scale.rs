//! From values to positions, and the round values an axis shows.

/// A linear map from a range of values to a range of positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    values: [f64; 2],
    positions: [f64; 2],
}

impl Scale {
    /// An empty range of values is widened, so that every value has a finite position.
    pub(crate) fn new(values: [f64; 2], positions: [f64; 2]) -> Self {
        let [low, high] = values;
        let finite = low.is_finite() && high.is_finite();
        let values = match (finite, high > low) {
            (true, true) => values,
            (true, false) => [low - 0.5, low + 0.5],
            (false, _) => [0.0, 1.0],
        };
        Self { values, positions }
    }

    /// The position of a value; outside the range it lies outside the positions.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let [low, high] = self.values;
        let [from, to] = self.positions;
        from + (value - low) / (high - low) * (to - from)
    }

    /// The position of a value, moved into the range.
    pub(crate) fn within(&self, value: f64) -> f64 {
        self.at(value.clamp(self.values[0], self.values[1]))
    }

    pub(crate) fn low(&self) -> f64 {
        self.values[0]
    }

    pub(crate) fn high(&self) -> f64 {
        self.values[1]
    }

    pub(crate) fn start(&self) -> f64 {
        self.positions[0]
    }

    pub(crate) fn end(&self) -> f64 {
        self.positions[1]
    }

    /// Round values within the range, about `wanted` of them.
    pub(crate) fn ticks(&self, wanted: u32) -> Vec<f64> {
        let step = step(self.high() - self.low(), wanted);
        multiples(self.low(), self.high(), step)
    }
}

/// A step of 1, 2 or 5 times a power of ten that gives about `wanted` steps in `span`.
pub(crate) fn step(span: f64, wanted: u32) -> f64 {
    let rough = (span / f64::from(wanted.max(1))).max(f64::MIN_POSITIVE);
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let factor = rough / power;
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| factor <= f * 1.000_001).unwrap_or(10.0);
    round * power
}

/// All multiples of `step` from `low` to `high`, at most 1,000.
pub(crate) fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = libm::ceil(low / step - 1e-9);
    let values = (0..1_000u32).map(|i| (first + f64::from(i)) * step);
    values.take_while(|value| *value <= high + step * 1e-9).map(|value| value + 0.0).collect()
}

/// As many decimals as tell multiples of `step` apart.
pub(crate) fn decimals(step: f64) -> usize {
    let fits = |digits: &i32| {
        let scaled = step * libm::pow(10.0, f64::from(*digits));
        (scaled - libm::round(scaled)).abs() < 1e-6 * scaled
    };
    (0..=6).find(fits).map_or(6, |digits| usize::try_from(digits).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (span, wanted, expected) in [(1.0, 5, 0.2), (97.0, 5, 20.0), (0.034, 4, 0.01), (7.0, 7, 1.0)] {
            assert!((step(span, wanted) / expected - 1.0).abs() < 1e-9, "{span} / {wanted}");
        }
    }

    #[test]
    fn ticks_cover_the_range_and_zero_has_no_sign() {
        let ticks = Scale::new([-0.1, 0.5], [0.0, 100.0]).ticks(6);
        let text: Vec<String> = ticks.iter().map(|t| format!("{t:.1}")).collect();
        assert_eq!(text, ["-0.1", "0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(decimals(0.25), 2);
        assert_eq!(decimals(20.0), 0);
    }

    #[test]
    fn an_empty_range_still_places_values() {
        for values in [[3.0, 3.0], [f64::NAN, 1.0], [f64::NEG_INFINITY, 2.0]] {
            assert!(Scale::new(values, [0.0, 10.0]).at(3.0).is_finite());
        }
    }
}
