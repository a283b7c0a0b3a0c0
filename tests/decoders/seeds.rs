//! Small valid bytes of every kind, made by the code that writes them: a study in one process, a log, a secure sum.

use std::collections::BTreeSet;

use consilium_crypto::{
    Aggregator, Context, MemoryPins, Request, Site, SiteKey, SiteMessage, SitePublic, StudySecret, Terms,
    Width,
};
use consilium_learn::Perceptrons;
use consilium_ledger::entry::Noise;
use consilium_ledger::note::Kind;
use consilium_ledger::witness::AddCheckpoint;
use consilium_ledger::{Checkpoint, Entry, Event, Evidence, Note, Policy, SignerKey, Tree, tile};
use consilium_node::cohort::{Cohort, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_proto::{Message, v1};
use consilium_report::model_files;
use consilium_rounds::StudyResult;
use consilium_rounds::life::{Entry as Line, Event as Happening, Key, Timestamp};
use consilium_stats::{Query, Summary};
use consilium_tests::in_process::carried_out;
use consilium_tests::{plans, sites};
use consilium_types::chunks::{CHUNK_BYTES, Listing};
use consilium_types::{Attempt, Consent, Digest, ExchangeNumber, Schema, SiteId, StudyId, StudyPlan};

/// Target, name, content.
type Seed = (&'static str, String, Vec<u8>);

/// Longest seed that is kept.
const MOST: usize = 24_000;

/// All of them.
pub(crate) fn all() -> Vec<Seed> {
    let study = Study::run();
    [study.seeds(), log(), sums(), uploads(), texts()]
        .concat()
        .into_iter()
        .filter(|(_, _, bytes)| bytes.len() <= MOST)
        .collect()
}

fn seed(target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Seed {
    (target, name.into(), bytes.into())
}

/// A study over one invented hospital.
struct Study {
    plan: StudyPlan,
    schema: Schema,
    result: StudyResult,
    asked: Vec<(Query, Summary)>,
}

impl Study {
    fn run() -> Self {
        let folder = tempfile::tempdir().unwrap();
        sites::feature_table(folder.path(), "east", 40).unwrap();
        let plan = StudyPlan::from_toml(plans::TABLE, "plan.toml").unwrap();
        let (site, cache): (SiteId, Cache) = ("east".parse().unwrap(), Cache::none());
        let source = Source {
            site: &site,
            data: folder.path(),
            cache: &cache,
            reader: Reader::Here,
            unfit: Unfit::Refuse,
        };
        let cohort = Cohort::read(&plan, source, &()).unwrap();
        let roster = [site.clone()];
        let rows = cohort.rows(&plan, &site, &roster).unwrap();
        let mut asked = Vec::new();
        let sum = |query: &Query| {
            let sum = query.answer(&rows, &Perceptrons)?;
            asked.push((query.clone(), sum.clone()));
            Ok(sum)
        };
        let schema = cohort.schema().clone();
        let result = carried_out(&plan, &roster, &schema, sum).unwrap();
        Self { plan, schema, result, asked }
    }

    fn seeds(&self) -> Vec<Seed> {
        let mut seeds = self.questions();
        let (_, first) = &self.asked[0];
        let key = Key { attempt: Attempt(1), exchange: ExchangeNumber(2) };
        let happened = |event| Line::Happened { at: Timestamp(9), event }.to_bytes();
        let site: SiteId = "east".parse().unwrap();
        let missed: SiteId = "south".parse().unwrap();
        let submitted = Happening::Submitted { site: site.clone(), key, summary: first.clone() };
        let closed = Line::Closed {
            at: Timestamp(9),
            key,
            sum: first.clone(),
            contributions: [(site.clone(), first.digest())].into(),
        };
        seeds.extend([
            seed("summary", "statistics", first.to_bytes()),
            seed("summary", "updates", Summary::Updates(vec![0, -1, i64::MAX]).to_bytes()),
            seed(
                "journal",
                "accepted",
                happened(Happening::Accepted {
                    site: site.clone(),
                    schema: self.schema.clone(),
                    consent: consent(),
                }),
            ),
            seed(
                "journal",
                "declined",
                happened(Happening::Declined { site, key, code: "CNS-N-0401".to_owned() }),
            ),
            seed("journal", "submitted", happened(submitted)),
            seed("journal", "missed", happened(Happening::Missed { key, sites: vec![missed.clone()] })),
            seed("journal", "called", happened(Happening::Called { site: missed })),
            seed("journal", "closed", closed.to_bytes()),
            seed("plan", "canonical", self.plan.canonical()),
        ]);
        let files = model_files(&self.plan, &self.result);
        seeds.extend(files.iter().map(|file| seed("model", file.name.replace('/', "-"), file.to_json())));
        let mut short = self.result.clone();
        short.models.truncate(1);
        short.selections.clear();
        let text = serde_json::to_vec(&short).unwrap();
        seeds.push(seed("result", "short", text));
        seeds
    }

    /// One question of each kind, and the messages that carry them.
    fn questions(&self) -> Vec<Seed> {
        let mut kinds = BTreeSet::new();
        let mut seeds = Vec::new();
        for (query, sum) in &self.asked {
            let parts =
                if let Query::Stack(stack) = query { stack.questions.clone() } else { vec![query.clone()] };
            for part in parts.into_iter().filter(|part| part.check(12).is_ok()) {
                if kinds.insert(part.kinds()) {
                    let name = part.kinds().join("-").to_lowercase();
                    seeds.push(seed("query", &name, serde_json::to_vec(&part).unwrap()));
                    seeds.push(seed("next-reply", &name, self.put(&part)));
                }
            }
            if kinds.len() < 3 {
                seeds.push(seed("submit-request", format!("{}", kinds.len()), self.handed_in(sum)));
            }
        }
        let offered = v1::OfferedStudy {
            study: self.plan.study.id.to_string(),
            plan: self.plan.canonical().into_bytes(),
            state: "running".to_owned(),
            ..Default::default()
        };
        let answer = v1::AnswerRequest {
            study: self.plan.study.id.to_string(),
            plan_hash: self.plan.hash().as_bytes().to_vec(),
            accept: true,
            schema: serde_json::to_vec(&self.schema).unwrap(),
            program: consent().program.as_bytes().to_vec(),
            signature: consent().signature.as_bytes().to_vec(),
        };
        seeds.push(seed(
            "studies-reply",
            "one",
            v1::StudiesReply { studies: vec![offered], now_ms: 1_700_000_000_000 }.encode_to_vec(),
        ));
        seeds.push(seed("answer-request", "accept", answer.encode_to_vec()));
        seeds
    }

    fn key(&self) -> v1::ExchangeKey {
        v1::ExchangeKey { study: self.plan.study.id.to_string(), attempt: 1, exchange: 2 }
    }

    fn put(&self, query: &Query) -> Vec<u8> {
        let question = v1::Question {
            key: Some(self.key()),
            plan_hash: self.plan.hash().as_bytes().to_vec(),
            roster: vec!["east".to_owned(), "north".to_owned()],
            query: serde_json::to_vec(query).unwrap(),
            ..Default::default()
        };
        v1::NextReply { what: Some(v1::next_reply::What::Question(question)), now_ms: 0 }.encode_to_vec()
    }

    fn handed_in(&self, sum: &Summary) -> Vec<u8> {
        let answer = Some(v1::submit_request::Answer::Statistics(sum.to_bytes()));
        v1::SubmitRequest { key: Some(self.key()), plan_hash: vec![7; 32], answer }.encode_to_vec()
    }
}

fn consent() -> Consent {
    Consent { program: Digest::of_file(b"a program"), signature: [7; 64].into() }
}

fn digest(of: &str) -> Digest {
    Digest::of("consilium/test/v1", of.as_bytes())
}

/// A log of one entry, with all that is written about it.
fn log() -> Vec<Seed> {
    let origin = "example.org/consilium/test";
    let (log, witness) = (key(origin, Kind::Ed25519, 7), key("east.example.org", Kind::Cosignature, 8));
    let entry = Entry { v: 1, seq: 7, t: 1_000, event: Event::Genesis { origin: origin.to_owned() } };
    let opened = Entry {
        event: Event::Proposed {
            study: "s".parse().unwrap(),
            plan: digest("plan"),
            sites: vec!["east".parse().unwrap()],
        },
        ..entry.clone()
    };
    let Consent { program, signature } = consent();
    let (study, site): (StudyId, SiteId) = ("s".parse().unwrap(), "east".parse().unwrap());
    let (plan, schema) = (digest("plan"), digest("schema"));
    let approved = Entry {
        event: Event::Approved { study: study.clone(), site: site.clone(), plan, schema, program, signature },
        ..entry.clone()
    };
    let noise = Noise {
        sampling: 500_000,
        scale: 12_000_000,
        delta: 1_000_000_000,
        bound: 3_000_000,
        integers: true,
    };
    let (attempt, round) = (Attempt(1), ExchangeNumber(2));
    let spent =
        Entry { event: Event::Spent { study, attempt, round, site, steps: 4, noise }, ..entry.clone() };
    let mut tree = Tree::default();
    tree.append(&entry.to_bytes());
    let checkpoint = Checkpoint { origin: origin.to_owned(), size: 1, root: tree.root(1).unwrap() };
    let text = checkpoint.to_string();
    let signatures = vec![log.sign(&text, 0), witness.sign(&text, 1_700_000_000)];
    let note = Note { text, signatures };
    let policy = Policy::new(log.verifier(), vec![("east".to_owned(), witness.verifier())], 1);
    let add = AddCheckpoint { old: 0, proof: vec![digest("a"), digest("b")], note: note.clone() };
    let evidence = Evidence { index: 0, path: vec![digest("a")], note: note.clone() };
    let mut seeds: Vec<Seed> = tile::grown(&tree, &[entry.to_bytes()], 0, 1)
        .unwrap()
        .into_iter()
        .map(|file| seed("tile", file.path.replace('/', "-"), file.bytes))
        .collect();
    seeds.extend([
        seed("checkpoint", "one", checkpoint.to_string()),
        seed("note", "cosigned", note.to_string()),
        seed("verifier-key", "log", log.verifier().to_string()),
        seed("verifier-key", "witness", witness.verifier().to_string()),
        seed("log-policy", "one", policy.to_string()),
        seed("add-checkpoint", "two", add.to_string()),
        seed("evidence", "one", evidence.to_string()),
        seed("log-entry", "genesis", entry.to_bytes()),
        seed("log-entry", "proposed", opened.to_bytes()),
        seed("log-entry", "approved", approved.to_bytes()),
        seed("log-entry", "spent", spent.to_bytes()),
    ]);
    seeds
}

fn key(name: &str, kind: Kind, secret: u8) -> SignerKey {
    SignerKey::new(name, kind, &[secret; 32]).unwrap()
}

/// Every message of a secure sum of three hospitals.
fn sums() -> Vec<Seed> {
    let secret = |kind: &str, i: u8| *Digest::of(kind, &[i]).as_bytes();
    let keys: Vec<SiteKey> = (0..3).map(|i| SiteKey::from_bytes(&secret("key", i))).collect();
    let ids: Vec<SiteId> = (0..3).map(|i| format!("site-{i}").parse().unwrap()).collect();
    let context = Context::new(Terms {
        plan: digest("plan"),
        attempt: Attempt(1),
        exchange: ExchangeNumber(1),
        question: digest("question"),
        roster: ids.iter().cloned().zip(keys.iter().map(SiteKey::public)).collect(),
        width: Width::Updates,
        words: 3,
    });
    let context = context.unwrap();
    let mut seeds = vec![seed("sum-context", "three", context.to_bytes())];
    let mut aggregator = Aggregator::new(context.clone());
    let mut pins: Vec<MemoryPins> = (0..3).map(|_| MemoryPins::default()).collect();
    for _ in 0..5 {
        for (i, id) in ids.iter().enumerate() {
            let request = aggregator.request(id).unwrap();
            let study = StudySecret::from_bytes(secret("secret", u8::try_from(i).unwrap()));
            let message = answer(&Site::new(&context, &keys[i], &study).unwrap(), &request, &mut pins[i]);
            let phase = aggregator.phase().as_str();
            if i == 0 {
                seeds.push(seed("sum-request", phase, request.to_bytes()));
                seeds.push(seed("sum-message", phase, message.to_bytes()));
                seeds.push(seed("next-reply", format!("step-{phase}"), put_step(&context, &request)));
                seeds.push(seed("submit-request", format!("step-{phase}"), handed_in_step(&message)));
            }
            aggregator.receive(id, message).unwrap();
        }
        aggregator.close().unwrap();
    }
    seeds.push(seed("sum-opening", "three", aggregator.opening().unwrap().to_bytes()));
    seeds
}

fn put_step(context: &Context, request: &Request) -> Vec<u8> {
    let participant = |(site, key): &(SiteId, SitePublic)| v1::Participant {
        site: site.to_string(),
        identity_key: key.as_bytes().to_vec(),
        witness_key: vec![7; 32],
    };
    let roster = &context.terms().roster;
    let question = v1::Question {
        key: Some(v1::ExchangeKey { study: "s".to_owned(), attempt: 1, exchange: 1 }),
        plan_hash: vec![7; 32],
        roster: roster.iter().map(|(site, _)| site.to_string()).collect(),
        participants: roster.iter().map(participant).collect(),
        step: Some(v1::Step { request: request.to_bytes(), terms: context.to_bytes() }),
        ..Default::default()
    };
    v1::NextReply { what: Some(v1::next_reply::What::Question(question)), now_ms: 0 }.encode_to_vec()
}

fn handed_in_step(message: &SiteMessage) -> Vec<u8> {
    let vector = if matches!(message, SiteMessage::Input(_)) { vec![9; 24] } else { Vec::new() };
    let blinded = v1::Blinded { message: message.to_bytes(), vector };
    let key = Some(v1::ExchangeKey { study: "s".to_owned(), attempt: 1, exchange: 1 });
    let answer = Some(v1::submit_request::Answer::Blinded(blinded));
    v1::SubmitRequest { key, plan_hash: vec![7; 32], answer }.encode_to_vec()
}

/// Words in chunks: their listing, the last of them, and the answer that names them.
fn uploads() -> Vec<Seed> {
    use v1::upload_request::What;
    let words: Vec<u8> = (0..=255).cycle().take(CHUNK_BYTES + 40).collect();
    let listing = Listing::of(&words);
    let (length, digests) = (listing.length(), listing.digests());
    let key = Some(v1::ExchangeKey { study: "s".to_owned(), attempt: 1, exchange: 1 });
    let head = v1::Listing { key: key.clone(), plan_hash: vec![7; 32], length, digests };
    let chunk = v1::Chunk { index: 0, content: words[listing.place(1)].to_vec() };
    let answer = Some(v1::submit_request::Answer::Uploaded(listing.root().as_bytes().to_vec()));
    let fetch = v1::FetchRequest { key: key.clone(), plan_hash: vec![7; 32], first: 1 };
    let message = |what| v1::UploadRequest { what: Some(what) }.encode_to_vec();
    vec![
        seed("upload-request", "listing", message(What::Listing(head))),
        seed("upload-request", "chunk", message(What::Chunk(chunk))),
        seed(
            "submit-request",
            "uploaded",
            v1::SubmitRequest { key, plan_hash: vec![7; 32], answer }.encode_to_vec(),
        ),
        seed("other-messages", "upload-reply", v1::UploadReply { held: 9 }.encode_to_vec()),
        seed("next-reply", "announced", announced(&listing)),
        seed("other-messages", "fetch-request", fetch.encode_to_vec()),
    ]
}

fn announced(listing: &Listing) -> Vec<u8> {
    let question = v1::Question {
        key: Some(v1::ExchangeKey { study: "s".to_owned(), attempt: 1, exchange: 1 }),
        plan_hash: vec![7; 32],
        announced: Some(v1::Announced { length: listing.length(), digests: listing.digests() }),
        ..Default::default()
    };
    v1::NextReply { what: Some(v1::next_reply::What::Question(question)), now_ms: 0 }.encode_to_vec()
}

fn answer(site: &Site<'_>, request: &Request, pins: &mut MemoryPins) -> SiteMessage {
    match request {
        Request::Keys => SiteMessage::Keys(site.keys(pins).unwrap()),
        Request::Shares(request) => SiteMessage::Shares(site.shares(request, pins).unwrap()),
        Request::Input(request) => SiteMessage::Input(site.input(request, &mut [1_i64, 2, 3], pins).unwrap()),
        Request::Confirm(request) => SiteMessage::Confirmation(site.confirm(request, pins).unwrap()),
        Request::Unmask(request) => SiteMessage::Unmasking(site.unmask(request, pins).unwrap()),
    }
}

/// What people write, and messages of texts alone.
fn texts() -> Vec<Seed> {
    let invitation = "site = \"east\"\naddress = \"127.0.0.1:7000\"\ntoken = \"00ff\"\nexpires = \"2026-11-26T00:00:00Z\"\n\
                      ca = \"-----BEGIN CERTIFICATE-----\"\nlog = \"example.org+0+A\"\n";
    let rules = "min_patients = 5\ncell = 3\nper_model = 0.33\nunfit = \"exclude\"\nstudies = [\"mycn-*\"]\n\
                 learners = [\"cox\"]\nquestions = [\"count\"]\nhours = \"mon-fri 19:00-07:00 +01:00\"\nhold = \"attempt\"\n";
    let text = || "text".to_owned();
    let next = v1::NextRequest { wait_ms: 9, ended: vec![text()], waiting: vec![text()] };
    let enrol = v1::EnrolRequest { token: text(), csr_pem: text(), software: text(), ..Default::default() };
    vec![
        seed("invitation", "east", invitation),
        seed("node-policy", "all", rules),
        seed("node-policy", "none", ""),
        seed("plan", "table", plans::TABLE),
        seed("plan", "ordered", plans::ORDERED),
        seed("other-messages", "next", next.encode_to_vec()),
        seed("other-messages", "enrol", enrol.encode_to_vec()),
    ]
}
