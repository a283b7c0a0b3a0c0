//! What an exchange costs beside its arithmetic: three nodes and a coordinator as processes of their own, over mutual TLS,
//! a small table. `cargo bench -p consilium-tests`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::time::Instant;

use consilium_tests::{Consortium, plans, sites};

const SITES: [&str; 3] = ["east", "north", "south"];
const STUDIES: usize = 5;

fn main() {
    let mut milliseconds: Vec<f64> = (0..STUDIES).map(|_| study()).collect();
    milliseconds.sort_by(f64::total_cmp);
    let [least, median, most] = [0, STUDIES / 2, STUDIES - 1].map(|rank| milliseconds[rank]);
    println!(
        "milliseconds an exchange over {STUDIES} studies: {least:.2} least, {median:.2} median, {most:.2} most"
    );
}

/// Milliseconds an exchange, from the second to the last.
fn study() -> f64 {
    let program = env!("CARGO_BIN_EXE_consilium-party");
    let consortium =
        Consortium::of(program, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[0].wait_for("exchange 2: answered").unwrap();
    let begun = Instant::now();
    running[0].wait_for("table-01 finished").unwrap();
    let elapsed = begun.elapsed().as_secs_f64() * 1e3;
    let result: serde_json::Value = serde_json::from_str(&consortium.result(&plan).unwrap()).unwrap();
    let exchanges = result["effort"]["exchanges"].as_f64().unwrap();
    elapsed / (exchanges - 2.0)
}
