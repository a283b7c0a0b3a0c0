//! Both accountants against dp-accounting, row by row, and against the exact Gaussian mechanism.
//!
//! Source and tolerances: tests/data/dp/README.md.

use consilium_privacy::{Event, epsilon, gaussian_delta, losses, renyi};
use proptest::prelude::*;

struct Row {
    name: &'static str,
    event: Event,
    delta: f64,
    by_orders: f64,
    by_losses: f64,
    lower: f64,
    exact: Option<f64>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../../../tests/data/dp/dp_epsilon.csv").lines().skip(1);
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| cells[at].parse::<f64>().expect("a number");
        Row {
            name: cells[0],
            event: Event::new(number(1), number(2), cells[3].parse().expect("steps")).expect("in range"),
            delta: number(4),
            by_orders: number(5),
            by_losses: number(7),
            lower: number(8),
            exact: cells[9].parse().ok(),
        }
    });
    let rows: Vec<Row> = rows.collect();
    assert_eq!(rows.len(), 16);
    rows
}

#[test]
fn every_row_by_orders() {
    for row in rows() {
        let ours = renyi::epsilon(&[row.event], row.delta);
        assert!(
            (ours / row.by_orders - 1.0).abs() < 1e-5,
            "{}: {ours}, expected {}",
            row.name,
            row.by_orders
        );
    }
}

#[test]
fn every_row_by_losses() {
    for row in rows() {
        let ours = losses::epsilon(&[row.event], row.delta);
        let range = row.lower..=row.by_losses * 1.001;
        assert!(range.contains(&ours), "{}: {ours}, expected {range:?}", row.name);
    }
}

#[test]
fn everyone_in_every_lot_is_the_exact_gaussian_and_never_below() {
    for row in rows() {
        let Some(exact) = row.exact else { continue };
        let ours = losses::epsilon(&[row.event], row.delta);
        assert!((ours - exact).abs() < 1e-4, "{}: {ours}, expected {exact}", row.name);
        let spent = gaussian_delta(row.event.noise(), row.event.steps(), ours);
        assert!(spent <= row.delta, "{}: {spent:e} at {ours}", row.name);
    }
}

#[test]
fn the_better_of_both_is_taken() {
    for row in rows().iter().take(4) {
        assert!(epsilon(&[row.event], row.delta) <= renyi::epsilon(&[row.event], row.delta));
    }
}

#[test]
fn nothing_spends_nothing() {
    assert!(epsilon(&[], 1e-5) + losses::delta(&[], 0.0) <= 0.0);
    let none = Event::new(0.5, 1.0, 0).unwrap();
    assert!(epsilon(&[none], 1e-5) + renyi::spent(&none, 2.0) <= 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn losses_never_undercut_the_exact_gaussian(
        noise in 0.5f64..60.0, steps in 1u32..400, exponent in -8.0f64..-1.5,
    ) {
        let delta = 10f64.powf(exponent);
        let event = Event::new(1.0, noise, steps).unwrap();
        let ours = losses::epsilon(&[event], delta);
        prop_assert!(gaussian_delta(noise, steps, ours) <= delta * (1.0 + 1e-9));
        prop_assert!(ours <= renyi::epsilon(&[event], delta) + 1e-6);
    }

    #[test]
    fn epsilon_and_delta_are_inverse(q in 0.01f64..1.0, noise in 0.8f64..8.0, steps in 1u32..200) {
        let event = [Event::new(q, noise, steps).unwrap()];
        let spent = losses::epsilon(&event, 1e-4);
        prop_assume!(spent > 0.0);
        prop_assert!((losses::delta(&event, spent) / 1e-4 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn more_noise_and_more_delta_spend_less_more_steps_and_larger_lots_more(
        q in 0.01f64..0.9, noise in 0.8f64..8.0, steps in 1u32..200, more in 1.01f64..2.0,
    ) {
        let of = |q: f64, noise: f64, steps: u32, delta: f64| {
            let event = [Event::new(q, noise, steps).unwrap()];
            [renyi::epsilon(&event, delta), losses::epsilon(&event, delta)]
        };
        let here = of(q, noise, steps, 1e-5);
        let less = [of(q, noise * more, steps, 1e-5), of(q, noise, steps, 1e-5 * more)];
        let larger = [of(q, noise, steps + 1, 1e-5), of((q * more).min(1.0), noise, steps, 1e-5)];
        for accountant in 0..2 {
            for other in less {
                prop_assert!(other[accountant] <= here[accountant] * (1.0 + 1e-9));
            }
            for other in larger {
                prop_assert!(other[accountant] >= here[accountant] * (1.0 - 1e-9));
            }
        }
    }

    #[test]
    fn composition_knows_no_order_and_no_split(
        a in (0.05f64..1.0, 0.8f64..6.0, 2u32..60), b in (0.05f64..1.0, 0.8f64..6.0, 1u32..60),
    ) {
        let event = |(q, noise, steps): (f64, f64, u32)| Event::new(q, noise, steps).unwrap();
        let (one, other) = (event(a), event(b));
        let halves = [event((a.0, a.1, 1)), other, event((a.0, a.1, a.2 - 1))];
        let orders = [vec![one, other], vec![other, one], halves.to_vec()];
        let by_losses = orders.each_ref().map(|events| losses::epsilon(events, 1e-5));
        prop_assert!(by_losses[0].to_bits() == by_losses[1].to_bits() && by_losses[0].to_bits() == by_losses[2].to_bits());
        let by_orders = orders.each_ref().map(|events| renyi::epsilon(events, 1e-5));
        prop_assert!((by_orders[0] - by_orders[1]).abs() < 1e-9 && (by_orders[0] - by_orders[2]).abs() < 1e-9);
        prop_assert!(by_losses[0] >= losses::epsilon(&[one], 1e-5).max(losses::epsilon(&[other], 1e-5)));
    }
}
