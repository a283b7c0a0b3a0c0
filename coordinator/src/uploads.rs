//! Words that come in chunks: taken to disk as they come, read again when a sum is opened. One chunk in memory, and a few.
//!
//! Never: more than the open question asks of a hospital, a chunk that was not listed, an answer out of half an upload.
//! Spec: ADR-0020; docs/reference/secure-sums.md, "Chunks".

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use consilium_proto::v1::upload_request::What;
use consilium_proto::v1::{Chunk, UploadRequest};
use consilium_rounds::life::{Key, Missing, Owed, Uploaded};
use consilium_stats::Summary;
use consilium_store::{Store, StoreError, Upload, UploadKey};
use consilium_types::chunks::{Assembler, Listing};
use consilium_types::{Digest, SiteId, StudyId};
use tokio::runtime::Handle;
use tonic::Streaming;

use crate::errors::Fault;

/// Chunks that are written to disk together.
const TOGETHER: usize = 4;

/// Takes chunks until the hospital has no more, the connection is cut, or one does not fit; those before stay. Gives how
/// many are held.
pub(crate) async fn take(
    store: &Store,
    key: &UploadKey,
    listing: Listing,
    owed: Option<Owed>,
    chunks: &mut Streaming<UploadRequest>,
) -> Result<u32, Fault> {
    // an answer that is there already needs nothing
    let Some(Owed { bytes, .. }) = owed else { return Ok(listing.count()) };
    if listing.length() != bytes {
        return Err(Fault::UploadLength { expected: bytes, found: listing.length() });
    }
    let mut upload = store.begin_upload(key, listing.root(), listing.count()).await?;
    let mut assembler = Assembler::new(listing, upload.held);
    let mut new = Vec::new();
    let taken = loop {
        match next(chunks, &mut assembler).await {
            Ok(Some(chunk)) => new.extend(chunk),
            Ok(None) => break Ok(()),
            Err(fault) => break Err(fault),
        }
        if new.len() == TOGETHER {
            keep(store, &mut upload, &mut new).await?;
        }
    };
    keep(store, &mut upload, &mut new).await?;
    taken.map(|()| upload.held)
}

/// The next chunk, if it is new; nothing at the end.
async fn next(
    chunks: &mut Streaming<UploadRequest>,
    assembler: &mut Assembler,
) -> Result<Option<Option<Vec<u8>>>, Fault> {
    let malformed = |why: String| Fault::Malformed { field: "chunk", why };
    let message = chunks.message().await.map_err(|status| malformed(status.message().to_owned()))?;
    match message.map(|message| message.what) {
        None => Ok(None),
        Some(Some(What::Chunk(Chunk { index, content }))) => {
            let is_new = assembler.take(index, &content)?;
            Ok(Some(is_new.then_some(content)))
        }
        Some(_) => Err(malformed("expected after the listing".to_owned())),
    }
}

async fn keep(store: &Store, upload: &mut Upload, new: &mut Vec<Vec<u8>>) -> Result<(), Fault> {
    let kept = new.is_empty() || store.keep_chunks(upload, new).await?;
    new.clear();
    if kept { Ok(()) } else { Err(Fault::UploadReplaced) }
}

/// The words that an answer in clear names, once they are all there.
pub(crate) async fn summary(
    store: &Store,
    key: &UploadKey,
    root: Digest,
    owed: Owed,
) -> Result<Summary, Fault> {
    let upload = store.upload(key).await?.filter(|upload| upload.root == root && upload.is_whole());
    let upload = upload.ok_or(Fault::NotUploaded)?;
    let mut words = Vec::with_capacity(usize::try_from(owed.bytes).unwrap_or_default());
    for place in 0..upload.chunks {
        words.extend(store.chunk(&upload, place).await?.ok_or(Fault::NotUploaded)?);
    }
    let read = if owed.updates { Summary::updates_from_bytes } else { Summary::statistics_from_bytes };
    read(&words).map_err(Fault::Summary)
}

/// What was uploaded for a study, as the study reads it.
pub(crate) struct Kept<'a> {
    store: &'a Store,
    study: &'a StudyId,
    known: RefCell<BTreeMap<SiteId, Upload>>,
    fault: Cell<Option<StoreError>>,
}

impl<'a> Kept<'a> {
    pub(crate) fn new(store: &'a Store, study: &'a StudyId) -> Self {
        Self { store, study, known: RefCell::default(), fault: Cell::default() }
    }

    /// What the disk suffered while the study read.
    pub(crate) fn fault(self) -> Result<(), Fault> {
        self.fault.take().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn upload(&self, key: Key, site: &SiteId) -> Option<Upload> {
        if let Some(known) = self.known.borrow().get(site) {
            return Some(*known);
        }
        let Key { attempt, exchange } = key;
        let key = UploadKey { study: self.study.clone(), attempt, exchange, site: site.clone() };
        let upload = self.read(self.store.upload(&key)).flatten()?;
        self.known.borrow_mut().insert(site.clone(), upload);
        Some(upload)
    }

    /// Waits here: the study is in the middle of a step.
    fn read<T>(&self, reading: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
        let read = Handle::current().block_on(reading);
        read.map_err(|fault| self.fault.set(Some(fault))).ok()
    }
}

impl Uploaded for Kept<'_> {
    fn is_whole(&self, key: Key, site: &SiteId, root: Digest) -> bool {
        self.upload(key, site).is_some_and(|upload| upload.root == root && upload.is_whole())
    }

    fn chunk(&self, key: Key, site: &SiteId, index: u32, into: &mut Vec<u8>) -> Result<(), Missing> {
        let upload = self.upload(key, site).ok_or(Missing)?;
        let chunk = self.read(self.store.chunk(&upload, index)).flatten().ok_or(Missing)?;
        into.extend_from_slice(&chunk);
        Ok(())
    }
}
