//! The sum once more, from what was kept: for an auditor who trusts neither coordinator nor sites.
//!
//! Never: a word that was not signed. Spec: docs/reference/secure-sums.md, "Replay".

use consilium_types::SiteId;
use consilium_types::chunks::CHUNK_BYTES;

use crate::context::Context;
use crate::fault::CryptoFault;
use crate::opening::Opening;
use crate::sum::Sum;
use crate::word::Word;

/// Checks an opening and recomputes its sum. `fetch` appends a chunk of a site's masked vector to an empty buffer.
pub fn replay<W: Word, E: From<CryptoFault>>(
    context: &Context,
    opening: &Opening,
    mut fetch: impl FnMut(&SiteId, u32, &mut Vec<u8>) -> Result<(), E>,
) -> Result<Vec<W>, E> {
    opening.verify(context)?;
    let mut sum = Sum::new(context)?;
    let mut chunk = Vec::with_capacity(CHUNK_BYTES);
    for index in 0..context.chunks() {
        for input in &opening.inputs {
            chunk.clear();
            fetch(context.site(input.site)?, index, &mut chunk)?;
            sum.add(&input.check(context, index, &chunk)?)?;
        }
    }
    Ok(sum.open(opening)?)
}
