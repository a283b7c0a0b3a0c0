//! An answer whose words are too many for one message: they go ahead of it in chunks, from the first that is missing.
//!
//! Never: a chunk before the ledger has the answer (its caller's duty), a chunk that is there already.
//! Spec: docs/reference/secure-sums.md, "Chunks"; ADR-0020.

use std::sync::Arc;

use consilium_proto::v1::consortium_client::ConsortiumClient;
use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::upload_request::What;
use consilium_proto::v1::{Chunk, ExchangeKey, Listing as Head, UploadRequest};
use consilium_types::chunks::Listing;
use tonic::transport::Channel;

use crate::errors::Fault;
use crate::link::fault_of;

/// Words up to this length go with their answer.
const MOST_IN_ONE: usize = 1 << 20;

/// An answer that is in the ledger and may leave, as often as it takes.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(super) answer: Answer,
    pub(super) words: Option<Words>,
}

/// Words that go ahead of their answer.
#[derive(Debug, Clone)]
pub(super) struct Words {
    listing: Arc<Listing>,
    bytes: Arc<[u8]>,
}

impl Outgoing {
    /// Whether words go ahead of it.
    pub(crate) fn is_long(&self) -> bool {
        self.words.is_some()
    }
}

impl Words {
    /// The words, if they are too many for one message; else as they were.
    pub(super) fn ahead(words: Vec<u8>) -> Result<Self, Vec<u8>> {
        if words.len() <= MOST_IN_ONE {
            return Err(words);
        }
        Ok(Self { listing: Arc::new(Listing::of(&words)), bytes: words.into() })
    }

    /// The digest by which an answer names them.
    pub(super) fn root(&self) -> Vec<u8> {
        self.listing.root().as_bytes().to_vec()
    }

    /// Sends what the coordinator does not hold.
    pub(super) async fn send(
        &self,
        client: &mut ConsortiumClient<Channel>,
        key: ExchangeKey,
        plan_hash: Vec<u8>,
    ) -> Result<(), Fault> {
        let (length, digests) = (self.listing.length(), self.listing.digests());
        let head = message(What::Listing(Head { key: Some(key), plan_hash, length, digests }));
        let held = ask(client, std::iter::once(head.clone())).await?;
        if held >= self.listing.count() {
            return Ok(());
        }
        tracing::debug!(held, chunks = self.listing.count(), "uploading");
        let whole = self.clone();
        let chunks = (held..self.listing.count()).map(move |index| message(What::Chunk(whole.chunk(index))));
        let held = ask(client, std::iter::once(head).chain(chunks)).await?;
        let missing = || Fault::Answer(format!("{held} chunks are held after all were sent"));
        (held >= self.listing.count()).then_some(()).ok_or_else(missing)
    }

    fn chunk(&self, index: u32) -> Chunk {
        Chunk { index, content: self.bytes[self.listing.place(index)].to_vec() }
    }
}

/// Sends messages; gives how many chunks are held then.
async fn ask(
    client: &mut ConsortiumClient<Channel>,
    messages: impl Iterator<Item = UploadRequest> + Send + 'static,
) -> Result<u32, Fault> {
    let reply = client.upload(tokio_stream::iter(messages)).await.map_err(fault_of)?;
    Ok(reply.into_inner().held)
}

fn message(what: What) -> UploadRequest {
    UploadRequest { what: Some(what) }
}
