//! A site that uploads what it was not asked for, or what it did not announce, or fetches what is not for it.

use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::upload_request::What;
use consilium_proto::v1::{Chunk, ExchangeKey, FetchRequest, Listing as Head, Question, UploadRequest};
use consilium_stats::Query;
use consilium_tests::{Consortium, Rogue, plans, sites};
use consilium_types::chunks::Listing;

use crate::PROGRAM;

const SITES: [&str; 2] = ["east", "north"];

fn message(what: What) -> UploadRequest {
    UploadRequest { what: Some(what) }
}

fn head(question: &Question, listing: &Listing) -> Head {
    let (key, plan_hash) = (question.key.clone(), question.plan_hash.clone());
    Head { key, plan_hash, length: listing.length(), digests: listing.digests() }
}

fn chunk(index: u32, content: &[u8]) -> UploadRequest {
    message(What::Chunk(Chunk { index, content: content.to_vec() }))
}

#[test]
fn nothing_is_taken_but_what_the_open_question_asks_for() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("east").unwrap()).unwrap();
    consortium.cosign(&SITES).unwrap();
    let question = rogue.question().unwrap();
    let query: Query = serde_json::from_slice(&question.query).unwrap();
    let words = vec![0; query.length() * 16];
    let listing = Listing::of(&words);
    let honest = head(&question, &listing);
    let mut refused = |messages: Vec<UploadRequest>, code: &str| {
        let status = rogue.upload(messages).unwrap_err();
        assert!(status.message().contains(code), "{code}: {status}");
    };
    let begun = |head: &Head| message(What::Listing(head.clone()));
    let of = |words: &[u8]| head(&question, &Listing::of(words));
    refused(vec![], "CNS-C-0207");
    refused(vec![chunk(0, &words)], "CNS-C-0207");
    refused(vec![begun(&Head { key: None, ..honest.clone() })], "CNS-C-0207");
    refused(vec![begun(&Head { plan_hash: vec![7; 32], ..honest.clone() })], "CNS-C-0208");
    let later = ExchangeKey { exchange: 99, ..question.key.clone().unwrap() };
    refused(vec![begun(&Head { key: Some(later), ..honest.clone() })], "CNS-R-0204");
    refused(vec![begun(&Head { digests: Vec::new(), ..honest.clone() })], "CNS-P-0601");
    refused(vec![begun(&Head { length: u64::MAX, ..honest.clone() })], "CNS-P-0601");
    refused(vec![begun(&of(&[words.clone(), vec![0; 16]].concat()))], "CNS-C-0216");
    refused(vec![begun(&of(&words[16..]))], "CNS-C-0216");
    refused(vec![begun(&of(&vec![0; 1 << 20]))], "CNS-C-0216");
    let other = vec![1; words.len()];
    refused(vec![begun(&honest), chunk(0, &other)], "CNS-P-0605");
    refused(vec![begun(&honest), chunk(0, &words[1..])], "CNS-P-0604");
    refused(vec![begun(&honest), chunk(1, &words)], "CNS-P-0603");
    refused(vec![begun(&honest), begun(&honest)], "CNS-C-0207");
    let root = listing.root().as_bytes().to_vec();
    let status = rogue.submit(&question, Answer::Uploaded(root.clone())).unwrap_err();
    assert!(status.message().contains("CNS-C-0217"), "{status}");
    // bytes that were taken in a call that was refused later are held
    let damaged = vec![begun(&honest), chunk(0, &words), chunk(0, &other)];
    assert!(rogue.upload(damaged).unwrap_err().message().contains("CNS-P-0605"));
    assert_eq!(rogue.upload(vec![begun(&honest)]).unwrap(), 1);
    assert_eq!(rogue.upload(vec![begun(&honest), chunk(0, &words)]).unwrap(), 1, "again");
    // another upload takes the place of the first
    assert_eq!(rogue.upload(vec![begun(&of(&other))]).unwrap(), 0);
    let status = rogue.submit(&question, Answer::Uploaded(root.clone())).unwrap_err();
    assert!(status.message().contains("CNS-C-0217"), "{status}");
    assert_eq!(rogue.upload(vec![begun(&honest), chunk(0, &words)]).unwrap(), 1);
    rogue.submit(&question, Answer::Uploaded(root.clone())).unwrap();
    assert_eq!(rogue.upload(vec![begun(&of(&other))]).unwrap(), 1, "an answer that is there needs nothing");
    rogue.submit(&question, Answer::Uploaded(root)).unwrap();
}

#[test]
fn a_question_is_given_to_those_who_are_to_answer_it() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.enrol("west").unwrap();
    let connect = |site| {
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials(site).unwrap()).unwrap()
    };
    let (mut rogue, mut stranger) = (connect("east"), connect("west"));
    consortium.cosign(&SITES).unwrap();
    let question = rogue.question().unwrap();
    let asked = FetchRequest { key: question.key.clone(), plan_hash: question.plan_hash.clone(), first: 0 };
    let chunks = rogue.fetch(asked.clone()).unwrap();
    assert_eq!(chunks, [Chunk { index: 0, content: question.query.clone() }]);
    for first in [1, u32::MAX] {
        assert_eq!(rogue.fetch(FetchRequest { first, ..asked.clone() }).unwrap(), []);
    }
    let refused = |rogue: &mut Rogue, request: FetchRequest, code: &str| {
        let status = rogue.fetch(request).unwrap_err();
        assert!(status.message().contains(code), "{code}: {status}");
    };
    refused(&mut rogue, FetchRequest { key: None, ..asked.clone() }, "CNS-C-0207");
    refused(&mut rogue, FetchRequest { plan_hash: vec![7; 32], ..asked.clone() }, "CNS-C-0208");
    let later = ExchangeKey { exchange: 99, ..question.key.clone().unwrap() };
    refused(&mut rogue, FetchRequest { key: Some(later), ..asked.clone() }, "CNS-R-0204");
    refused(&mut stranger, asked.clone(), "CNS-C-0209");
    let query: Query = serde_json::from_slice(&question.query).unwrap();
    rogue.submit(&question, Answer::Statistics(vec![0; query.length() * 16])).unwrap();
    refused(&mut rogue, asked, "CNS-R-0204");
}
