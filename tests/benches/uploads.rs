//! What the longest answers cost a coordinator in memory: ten hospitals' masked vectors of 10^7 words of 64 bits, taken in
//! chunks to the store and added when the sum is opened. `cargo bench -p consilium-tests --bench uploads`; Linux alone.
//!
//! The hospitals' part is done before: their vectors lie in files, which stand for the network.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use consilium_crypto::{
    Aggregator, Context, MemoryPins, Phase, Request, Site, SiteKey, SiteMessage, StudySecret, Sum, Terms,
    Width, encode_chunk,
};
use consilium_store::{Settings, Store, StudyRecord, UploadKey};
use consilium_types::chunks::{Assembler, CHUNK_BYTES, Listing};
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

const WORDS: usize = 10_000_000;
const SITES: u8 = 10;
/// Chunks that the coordinator writes together.
const TOGETHER: usize = 4;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (context, keys) = consortium();
    let mut aggregator = Aggregator::new(context.clone());
    let mut pins: Vec<MemoryPins> = keys.iter().map(|_| MemoryPins::default()).collect();
    while aggregator.phase() != Phase::Input {
        step(&mut aggregator, &context, &keys, &mut pins);
    }
    let inputs: Vec<SiteMessage> =
        (0..keys.len()).map(|i| masked(&aggregator, &context, &keys, &mut pins, i, folder.path())).collect();
    let store = Store::create(&folder.path().join("coordinator.sqlite"), &settings()).await.unwrap();
    publish(&store).await;
    // from here on everything is the coordinator's, but for steps of some bytes
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (begun, cpu) = (Instant::now(), processor_seconds());
    for (site, message) in names().iter().zip(inputs) {
        upload(&store, site, &folder.path().join(site.as_str()), &message).await;
        aggregator.receive(site, message).unwrap();
    }
    aggregator.close().unwrap();
    let taken = (peak(), begun.elapsed().as_secs_f64(), processor_seconds() - cpu);
    while aggregator.phase() != Phase::Open {
        step(&mut aggregator, &context, &keys, &mut pins);
    }
    let (begun, cpu) = (Instant::now(), processor_seconds());
    let sum = opened(&store, &aggregator, &context).await;
    let opened = (peak(), begun.elapsed().as_secs_f64(), processor_seconds() - cpu);
    assert!(sum.iter().enumerate().all(|(place, word)| *word == wanted(place)));
    for (what, (megabytes, wall, cpu)) in [("taken", taken), ("opened", opened)] {
        println!("{what}: peak {megabytes:.0} MB so far, {wall:.1} s, {cpu:.1} processor seconds");
    }
}

fn names() -> Vec<SiteId> {
    (0..SITES).map(|i| format!("site-{i}").parse().unwrap()).collect()
}

fn consortium() -> (Context, Vec<SiteKey>) {
    let keys: Vec<SiteKey> = (1..=SITES).map(|i| SiteKey::from_bytes(&[i; 32])).collect();
    let terms = Terms {
        plan: Digest::of("plan", b""),
        attempt: Attempt(1),
        exchange: ExchangeNumber(1),
        question: Digest::of("question", b""),
        roster: names().into_iter().zip(keys.iter().map(SiteKey::public)).collect(),
        width: Width::Updates,
        words: WORDS as u64,
    };
    (Context::new(terms).unwrap(), keys)
}

fn secret(i: usize) -> StudySecret {
    StudySecret::from_bytes([u8::try_from(i).unwrap() + 100; 32])
}

/// All hospitals answer a step that needs no vector.
fn step(aggregator: &mut Aggregator, context: &Context, keys: &[SiteKey], pins: &mut [MemoryPins]) {
    for (i, name) in names().iter().enumerate() {
        let secret = secret(i);
        let site = Site::new(context, &keys[i], &secret).unwrap();
        let message = match aggregator.request(name).unwrap() {
            Request::Keys => SiteMessage::Keys(site.keys(&mut pins[i]).unwrap()),
            Request::Shares(request) => SiteMessage::Shares(site.shares(&request, &mut pins[i]).unwrap()),
            Request::Confirm(request) => {
                SiteMessage::Confirmation(site.confirm(&request, &mut pins[i]).unwrap())
            }
            Request::Unmask(request) => SiteMessage::Unmasking(site.unmask(&request, &mut pins[i]).unwrap()),
            Request::Input(_) => unreachable!("vectors are masked on their own"),
        };
        aggregator.receive(name, message).unwrap();
    }
    aggregator.close().unwrap();
}

fn word(site: usize, place: usize) -> i64 {
    i64::try_from((site + 1) * (place % 1_000)).unwrap() - 3_000
}

fn wanted(place: usize) -> i64 {
    (0..usize::from(SITES)).map(|site| word(site, place)).sum()
}

/// A hospital's masked vector, in a file of its name; its signed hashes.
fn masked(
    aggregator: &Aggregator,
    context: &Context,
    keys: &[SiteKey],
    pins: &mut [MemoryPins],
    i: usize,
    folder: &Path,
) -> SiteMessage {
    let name = &names()[i];
    let Some(Request::Input(request)) = aggregator.request(name) else { panic!("the step of vectors") };
    let secret = secret(i);
    let mut words: Vec<i64> = (0..WORDS).map(|place| word(i, place)).collect();
    let site = Site::new(context, &keys[i], &secret).unwrap();
    let input = site.input(&request, &mut words, &mut pins[i]).unwrap();
    let (mut file, mut chunk) = (File::create(folder.join(name.as_str())).unwrap(), Vec::new());
    for index in 0..context.chunks() {
        encode_chunk(context, &words, index, &mut chunk);
        file.write_all(&chunk).unwrap();
    }
    SiteMessage::Input(input)
}

fn settings() -> Settings {
    let [name, address, listen] = ["Bench", "127.0.0.1:0", "127.0.0.1:0"].map(str::to_owned);
    Settings { name, address, listen }
}

async fn publish(store: &Store) {
    let (study, plan) = ("bench".parse().unwrap(), "{}".to_owned());
    let (invited, identities) = (Vec::new(), std::collections::BTreeMap::new());
    assert!(store.publish(&StudyRecord { study, plan, invited, identities, published: 1 }).await.unwrap());
}

fn key(site: &SiteId) -> UploadKey {
    let (attempt, exchange) = (Attempt(1), ExchangeNumber(1));
    UploadKey { study: "bench".parse().unwrap(), attempt, exchange, site: site.clone() }
}

/// As the coordinator takes them: each chunk checked, a few written together.
async fn upload(store: &Store, site: &SiteId, file: &Path, message: &SiteMessage) {
    let SiteMessage::Input(input) = message else { panic!("hashes") };
    let digests: Vec<u8> = input.chunks.iter().flat_map(|digest| *digest.as_bytes()).collect();
    let listing = Listing::read((WORDS * 8) as u64, &digests).unwrap();
    let mut upload = store.begin_upload(&key(site), listing.root(), listing.count()).await.unwrap();
    let mut assembler = Assembler::new(listing, 0);
    let (mut file, mut new) = (File::open(file).unwrap(), Vec::new());
    while !assembler.is_whole() {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        (&mut file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk).unwrap();
        assert!(assembler.take(assembler.held(), &chunk).unwrap());
        new.push(chunk);
        if new.len() == TOGETHER || assembler.is_whole() {
            assert!(store.keep_chunks(&mut upload, &new).await.unwrap());
            new.clear();
        }
    }
}

/// As a study reads them: site by site, chunk by chunk, each checked against its signed hash.
async fn opened(store: &Store, aggregator: &Aggregator, context: &Context) -> Vec<i64> {
    let mut sum = Sum::<i64>::new(context).unwrap();
    for site in names() {
        let upload = store.upload(&key(&site)).await.unwrap().unwrap();
        assert!(upload.is_whole());
        let input = aggregator.input(&site).unwrap();
        for index in 0..context.chunks() {
            let chunk = store.chunk(&upload, index).await.unwrap().unwrap();
            sum.add(&input.check(context, index, &chunk).unwrap()).unwrap();
        }
    }
    sum.open(aggregator.opening().unwrap()).unwrap()
}

/// The most memory this process held since the mark was set back, in megabytes.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
}

/// Of all threads, in user and kernel mode; the kernel counts hundredths.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
