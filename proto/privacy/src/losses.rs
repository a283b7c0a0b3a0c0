//! The accountant by the distribution of the privacy loss: tighter, by numbers.
//!
//! The loss of one step is put on a grid so that no probability gets lighter (`cells`), steps are composed by a
//! Fourier transform (`compose`), and what rounding and a finite window could hide is added to delta. Both neighbours
//! are accounted for: one patient more, and one less. The result is never below the exact one, up to the rounding
//! for which [`LEAST_DELTA`](crate::LEAST_DELTA) leaves room.

mod cells;
mod compose;

use crate::Event;
use cells::Side;
use compose::Composed;

/// Epsilon of all events together: the smallest at which both neighbours keep to `delta`. Infinite where none does.
#[must_use]
pub fn epsilon(events: &[Event], delta: f64) -> f64 {
    over_both_sides(events, |composed| composed.epsilon(delta))
}

/// Delta of all events together at an epsilon of at least 0.
#[must_use]
pub fn delta(events: &[Event], epsilon: f64) -> f64 {
    over_both_sides(events, |composed| composed.delta(epsilon))
}

fn over_both_sides(events: &[Event], measure: impl Fn(&Composed) -> f64) -> f64 {
    let events: Vec<Event> = merged(events);
    let measure = |side| compose::all(&events, side).as_ref().map_or(0.0, &measure);
    if events.iter().all(|event| event.rate() >= 1.0) {
        return measure(Side::OneLess); // without sampling the neighbours mirror each other
    }
    measure(Side::OneLess).max(measure(Side::OneMore))
}

/// Events of the same kind as one, without empty ones, in an order that does not depend on the caller's.
fn merged(events: &[Event]) -> Vec<Event> {
    let mut sorted: Vec<Event> = events.iter().copied().filter(|event| event.steps() > 0).collect();
    sorted.sort_by(|a, b| a.rate().total_cmp(&b.rate()).then(a.noise().total_cmp(&b.noise())));
    sorted.dedup_by(|next, kept| kept.absorb(next));
    sorted
}
