//! Messages of the wire with the conversions behind them, and the files of both programs.

use consilium_crypto::SiteMessage;
use consilium_model::ModelFile;
use consilium_proto::Message;
use consilium_proto::v1;
use consilium_rounds::StudyResult;
use consilium_rounds::life::Entry;
use consilium_stats::{Query, Summary};
use consilium_types::chunks::{Assembler, CHUNK_BYTES, Listing};
use consilium_types::{Schema, StudyId, StudyPlan};

use super::text;

/// Columns of the table that a question is checked against.
const WIDTH: usize = 12;

pub(crate) fn next_reply(bytes: &[u8]) -> bool {
    consilium_node::untrusted::next_reply(bytes)
}

pub(crate) fn studies_reply(bytes: &[u8]) -> bool {
    consilium_node::untrusted::studies_reply(bytes)
}

pub(crate) fn node_policy(bytes: &[u8]) -> bool {
    consilium_node::untrusted::policy(text(bytes))
}

pub(crate) fn invitation(bytes: &[u8]) -> bool {
    consilium_node::untrusted::invitation(text(bytes))
}

pub(crate) fn answer_request(bytes: &[u8]) -> bool {
    let Ok(request) = v1::AnswerRequest::decode(bytes) else { return false };
    let schema = serde_json::from_slice::<Schema>(&request.schema);
    request.study.parse::<StudyId>().is_ok() && (schema.is_ok() || !request.accept)
}

pub(crate) fn submit_request(bytes: &[u8]) -> bool {
    use v1::submit_request::Answer;
    let Ok(request) = v1::SubmitRequest::decode(bytes) else { return false };
    match request.answer {
        Some(Answer::Statistics(words)) => Summary::statistics_from_bytes(&words).is_ok(),
        Some(Answer::Updates(words)) => Summary::updates_from_bytes(&words).is_ok(),
        Some(Answer::Blinded(step)) => SiteMessage::from_bytes(&step.message).is_ok(),
        Some(Answer::RefusalCode(_)) => true,
        Some(Answer::Uploaded(root)) => root.len() == 32,
        None => false,
    }
}

/// A listing as the coordinator reads it, or a chunk as an assembler takes it.
pub(crate) fn upload_request(bytes: &[u8]) -> bool {
    use v1::upload_request::What;
    let Ok(request) = v1::UploadRequest::decode(bytes) else { return false };
    match request.what {
        Some(What::Listing(head)) => {
            let Ok(listing) = Listing::read(head.length, &head.digests) else { return false };
            assert_eq!(listing.digests(), head.digests);
            let _ = (listing.root(), listing.place(u32::MAX));
            assert!(Assembler::new(listing, u32::MAX).is_whole());
            true
        }
        Some(What::Chunk(chunk)) => {
            let mut assembler = Assembler::new(Listing::of(&chunk.content), 0);
            let fits = chunk.index == 0 && (1..=CHUNK_BYTES).contains(&chunk.content.len());
            assert_eq!(assembler.take(chunk.index, &chunk.content).is_ok(), fits);
            fits
        }
        None => false,
    }
}

/// Every other message, which carries numbers and texts alone.
pub(crate) fn others(bytes: &[u8]) -> bool {
    fn reads<M: Message + Default + PartialEq>(bytes: &[u8]) -> bool {
        let Ok(message) = M::decode(bytes) else { return false };
        assert!(M::decode(message.encode_to_vec().as_slice()).is_ok_and(|again| again == message));
        true
    }
    [
        reads::<v1::NextRequest>(bytes),
        reads::<v1::StudiesRequest>(bytes),
        reads::<v1::FetchRequest>(bytes),
        reads::<v1::EnrolRequest>(bytes),
        reads::<v1::EnrolReply>(bytes),
        reads::<v1::CollectRequest>(bytes),
        reads::<v1::CollectReply>(bytes),
        reads::<v1::SubmitReply>(bytes),
        reads::<v1::UploadReply>(bytes),
        reads::<v1::AnswerReply>(bytes),
    ]
    .contains(&true)
}

/// A question, checked as a node checks it, and described as for the ledger.
pub(crate) fn query(bytes: &[u8]) -> bool {
    let Ok(query) = serde_json::from_slice::<Query>(bytes) else { return false };
    if query.check(WIDTH).is_err() {
        return false;
    }
    assert!(!query.describe().is_empty() && !query.kinds().is_empty());
    let _ = (query.length(), query.is_update(), query.released());
    let text = serde_json::to_vec(&query).expect("a question is written");
    serde_json::from_slice::<Query>(&text).expect("and read again");
    true
}

pub(crate) fn summary(bytes: &[u8]) -> bool {
    let read = [Summary::statistics_from_bytes(bytes), Summary::updates_from_bytes(bytes)];
    for summary in read.iter().flatten() {
        assert_eq!(summary.to_bytes(), bytes);
        let _ = (summary.digest(), summary.clone().plus(summary));
    }
    read.iter().any(Result::is_ok)
}

pub(crate) fn journal(bytes: &[u8]) -> bool {
    let Ok(entry) = Entry::from_bytes(bytes) else { return false };
    assert_eq!(Entry::from_bytes(&entry.to_bytes()).as_ref(), Ok(&entry));
    true
}

/// As a person writes it, or as it travels.
pub(crate) fn plan(bytes: &[u8]) -> bool {
    let read = [StudyPlan::from_toml(text(bytes), "plan.toml"), StudyPlan::from_canonical(bytes)];
    for plan in read.iter().flatten() {
        let again = StudyPlan::from_canonical(plan.canonical().as_bytes());
        assert_eq!(again.as_ref().map(StudyPlan::hash).ok(), Some(plan.hash()));
    }
    read.iter().any(Result::is_ok)
}

pub(crate) fn model(bytes: &[u8]) -> bool {
    let Ok(file) = ModelFile::from_json(text(bytes)) else { return false };
    ModelFile::from_json(&file.to_json()).expect("a model that was accepted is written and read again");
    for value in [None, Some(0.0), Some(-1e300), Some(f64::MAX)] {
        let _ = consilium_model::predict(&file, &vec![value; file.inputs.len()]);
    }
    true
}

pub(crate) fn result(bytes: &[u8]) -> bool {
    let Ok(result) = serde_json::from_slice::<StudyResult>(bytes) else { return false };
    let _ = result.to_json();
    true
}
