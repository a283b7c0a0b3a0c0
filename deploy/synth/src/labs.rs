//! Step 8: lactate dehydrogenase and neuron-specific enolase, with each laboratory's own calibration.

use crate::Recipe;
use crate::child::{Stage, one};
use crate::random::{Key, Purpose};
use crate::site::Site;

/// LDH in U/L and NSE in ng/mL.
pub(crate) fn draw(
    recipe: &Recipe,
    site: &Site,
    key: Key,
    part: u32,
    amplified: bool,
    stage: Stage,
) -> (f64, f64) {
    let four = one(stage == Stage::Four && !recipe.is_null());
    let amplified = one(amplified);
    let mut bias = Key { index: 0, site: site.byte(), ..key }.stream(Purpose::LabBias, 0);
    let mut chance = key.stream(Purpose::Labs, part);
    let ldh = 0.40 * amplified + 0.25 * four + 0.55 * chance.normal() + 0.08 * bias.normal();
    let nse = 0.45 * four + 0.35 * amplified + 0.80 * chance.normal() + 0.08 * bias.normal();
    (450.0 * libm::exp(ldh), 45.0 * libm::exp(nse))
}
