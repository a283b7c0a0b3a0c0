//! What happens without a call: time passes, and commands write into the same file.

use std::sync::Arc;
use std::time::Duration;

use consilium_store::{Changes, Store};
use tokio::sync::watch;

use crate::driver::Studies;
use crate::errors::Fault;

/// How often the clock and the file are looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// Runs until the server drains. Fails when the store does.
pub(crate) async fn watch(
    store: Store,
    studies: Arc<Studies>,
    mut draining: watch::Receiver<bool>,
) -> Result<(), Fault> {
    let mut changes = store.changes().await?;
    let mut seen = None;
    loop {
        look(&mut changes, &mut seen, &studies).await?;
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            _ = draining.wait_for(|draining| *draining) => return Ok(()),
        }
    }
}

async fn look(changes: &mut Changes, seen: &mut Option<i64>, studies: &Studies) -> Result<(), Fault> {
    let version = changes.version().await?;
    if *seen != Some(version) {
        *seen = Some(version);
        studies.refresh().await?;
    }
    studies.tick().await
}
