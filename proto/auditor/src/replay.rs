//! A blinded round added once more: from its terms, its opening and the masked vectors, to the sum that was logged.
//!
//! Trusts neither coordinator nor hospitals: keys, question, plan and digests are the log's. Memory is the sum and its bytes.
//! Never: what one hospital's vector hid, which nothing here tells. Spec: docs/reference/secure-sums.md, "Replay".

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use consilium_crypto::{Context, CryptoFault, Opening, Width, Word, replay as add_again};
use consilium_ledger::{Entry, Event};
use consilium_types::{Attempt, Digest, ExchangeNumber, PublicKey, SiteId, StudyId};

use crate::Log;

/// The largest terms and openings: 255 hospitals with every share.
const MOST_BYTES: u64 = 64 << 20;

/// A round whose sum is the logged one, bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Replayed {
    /// Of which study.
    pub study: StudyId,
    /// How often the analysis was begun.
    pub attempt: Attempt,
    /// Which question of the attempt.
    pub round: ExchangeNumber,
    /// Whose vectors were added.
    pub sites: Vec<SiteId>,
    /// Words of each.
    pub words: u64,
    /// Digest of the sum.
    pub sum: Digest,
}

/// Why a round is not proven.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    /// A file cannot be read.
    #[error("{}: {source}; export the study again: consilium-coordinator study evidence", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are neither terms nor an opening.
    #[error("{}: {fault}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        fault: CryptoFault,
    },
    /// The log has no such round.
    #[error(
        "the log has no committed round {attempt}-{round} of a study with plan {}; is it the log of this consortium?",
        plan.short()
    )]
    NotLogged {
        /// Hash of the plan in the terms.
        plan: Digest,
        /// In the terms.
        attempt: Attempt,
        /// In the terms.
        round: ExchangeNumber,
    },
    /// The terms are not what the log says of the round.
    #[error("the terms name another {0} than the log")]
    OtherTerms(&'static str),
    /// The masked vectors are not those which were logged as they came.
    #[error("the opening is of other vectors than the log names")]
    OtherVectors,
    /// A signature, a share, a mask or a vector does not hold.
    #[error("the sum cannot be opened again: {0}")]
    Unopened(CryptoFault),
    /// It opens, to another sum.
    #[error("the vectors add up to {found}, the log says {logged}")]
    OtherSum {
        /// Digest of what they add up to.
        found: Digest,
        /// Digest in the log.
        logged: Digest,
    },
    /// Rounds of a study that the folder does not hold.
    #[error("{study}: rounds of the log without evidence: {rounds}; export the study again")]
    Missing {
        /// Which study.
        study: StudyId,
        /// Which rounds, as attempt-round.
        rounds: String,
    },
}

impl Unproven {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "CNS-A-0130",
            Self::Unreadable { .. } => "CNS-A-0131",
            Self::NotLogged { .. } => "CNS-A-0132",
            Self::OtherTerms(_) => "CNS-A-0133",
            Self::OtherVectors => "CNS-A-0134",
            Self::Unopened(_) => "CNS-A-0135",
            Self::OtherSum { .. } => "CNS-A-0136",
            Self::Missing { .. } => "CNS-A-0137",
        }
    }
}

impl From<CryptoFault> for Unproven {
    fn from(fault: CryptoFault) -> Self {
        Self::Unopened(fault)
    }
}

/// What the log says of a committed round.
struct Logged<'a> {
    study: &'a StudyId,
    question: Digest,
    roster: &'a [SiteId],
    identities: BTreeMap<&'a SiteId, PublicKey>,
    updates: &'a BTreeMap<SiteId, Digest>,
    sum: Digest,
}

/// Whether a folder holds the evidence of one round.
#[must_use]
pub fn is_round(folder: &Path) -> bool {
    folder.join("terms").is_file()
}

/// The folders of rounds under a folder, by name; the folder itself where it is one.
pub fn rounds(folder: &Path) -> Result<Vec<PathBuf>, Unproven> {
    if is_round(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let fault = |source| Unproven::File { file: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if is_round(&path) {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() { Err(fault(std::io::Error::other("no round in it"))) } else { Ok(found) }
}

/// Adds the vectors of a round again and compares all that the log says of it.
pub fn replay(log: &Log, folder: &Path) -> Result<Replayed, Unproven> {
    let context = read(&folder.join("terms"), Context::from_bytes)?;
    let opening = read(&folder.join("opening"), Opening::from_bytes)?;
    let logged = Logged::of(&log.entries, &context)?;
    logged.agrees(&context)?;
    if !logged.vectors(&context, &opening)? {
        return Err(Unproven::OtherVectors);
    }
    let found = match context.terms().width {
        Width::Statistics => sum::<i128>(&context, &opening, folder)?,
        Width::Updates => sum::<i64>(&context, &opening, folder)?,
    };
    if found != logged.sum {
        return Err(Unproven::OtherSum { found, logged: logged.sum });
    }
    Ok(Replayed {
        study: logged.study.clone(),
        attempt: context.terms().attempt,
        round: context.terms().exchange,
        sites: opening.survivors(&context)?,
        words: context.terms().words,
        sum: found,
    })
}

/// Every committed round of the studies in `found` must be in it.
pub fn complete(log: &Log, found: &[Replayed]) -> Result<(), Unproven> {
    let mut missing: BTreeMap<&StudyId, Vec<String>> = BTreeMap::new();
    for entry in &log.entries {
        let Event::Committed { study, attempt, round, .. } = &entry.event else { continue };
        let mut of_study = found.iter().filter(|replayed| replayed.study == *study).peekable();
        let is_asked = of_study.peek().is_some();
        if is_asked && !of_study.any(|one| (one.attempt, one.round) == (*attempt, *round)) {
            missing.entry(study).or_default().push(format!("{attempt}-{round}"));
        }
    }
    match missing.pop_first() {
        Some((study, rounds)) => Err(Unproven::Missing { study: study.clone(), rounds: rounds.join(", ") }),
        None => Ok(()),
    }
}

impl<'a> Logged<'a> {
    /// Finds the round that terms are about. The keys are those enrolled when it was opened.
    fn of(entries: &'a [Entry], context: &Context) -> Result<Self, Unproven> {
        let terms = context.terms();
        let (plan, attempt, round) = (terms.plan, terms.attempt, terms.exchange);
        let mut proposed: Option<&StudyId> = None;
        let mut identities = BTreeMap::new();
        let mut opened = None;
        for entry in entries {
            match &entry.event {
                Event::Enrolled { site, identity, .. } => drop(identities.insert(site, *identity)),
                Event::Proposed { study, plan: hash, .. } if *hash == plan => proposed = Some(study),
                Event::Opened { study, attempt: a, round: r, roster, question }
                    if Some(study) == proposed && (*a, *r) == (attempt, round) =>
                {
                    opened = Some((study, *question, roster, identities.clone()));
                }
                Event::Committed { study, attempt: a, round: r, updates, sum }
                    if Some(study) == proposed && (*a, *r) == (attempt, round) =>
                {
                    let Some((study, question, roster, identities)) = opened.take() else { break };
                    return Ok(Self { study, question, roster, identities, updates, sum: *sum });
                }
                _ => {}
            }
        }
        Err(Unproven::NotLogged { plan, attempt, round })
    }

    fn agrees(&self, context: &Context) -> Result<(), Unproven> {
        let terms = context.terms();
        if terms.question != self.question {
            return Err(Unproven::OtherTerms("question"));
        }
        let mut roster: Vec<&SiteId> = self.roster.iter().collect();
        roster.sort();
        if !terms.roster.iter().map(|(site, _)| site).eq(roster) {
            return Err(Unproven::OtherTerms("roster"));
        }
        let enrolled = |(site, key): &(SiteId, consilium_crypto::SitePublic)| {
            self.identities.get(site).is_some_and(|logged| logged.as_bytes() == key.as_bytes())
        };
        if terms.roster.iter().all(enrolled) {
            Ok(())
        } else {
            Err(Unproven::OtherTerms("identity of a hospital"))
        }
    }

    /// Whether an opening is of the vectors that were logged as they came, each once.
    fn vectors(&self, context: &Context, opening: &Opening) -> Result<bool, Unproven> {
        let of = |input: &consilium_crypto::Input| Ok((context.site(input.site)?.clone(), input.root()));
        let found: BTreeMap<SiteId, Digest> =
            opening.inputs.iter().map(of).collect::<Result<_, CryptoFault>>()?;
        Ok(found == *self.updates && found.len() == opening.inputs.len())
    }
}

/// Digest of the sum, as a summary is hashed (docs/guides/auditor.md).
fn sum<W: Word>(context: &Context, opening: &Opening, folder: &Path) -> Result<Digest, Unproven> {
    let mut files = opening
        .survivors(context)?
        .into_iter()
        .map(|site| vector(folder, site))
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let words = add_again::<W, Unproven>(context, opening, |site, index, chunk| {
        let words = context.chunk_words(index);
        let Some((path, file)) = files.get_mut(site) else { return Err(Unproven::OtherVectors) };
        let fault = |source| Unproven::File { file: path.clone(), source };
        file.seek(SeekFrom::Start((words.start * W::BYTES) as u64)).map_err(fault)?;
        chunk.resize(words.len() * W::BYTES, 0);
        file.read_exact(chunk).map_err(fault)
    })?;
    let mut bytes = vec![0; words.len() * W::BYTES];
    bytes.chunks_exact_mut(W::BYTES).zip(&words).for_each(|(place, word)| word.put_le(place));
    let kind = match W::WIDTH {
        Width::Statistics => "consilium/summary/statistics/v1",
        Width::Updates => "consilium/summary/updates/v1",
    };
    Ok(Digest::of(kind, &bytes))
}

fn vector(folder: &Path, site: SiteId) -> Result<(SiteId, (PathBuf, File)), Unproven> {
    let file = folder.join(format!("{site}.vector"));
    match File::open(&file) {
        Ok(open) => Ok((site, (file, open))),
        Err(source) => Err(Unproven::File { file, source }),
    }
}

fn read<T>(file: &Path, from: impl Fn(&[u8]) -> Result<T, CryptoFault>) -> Result<T, Unproven> {
    let fault = |source| Unproven::File { file: file.to_owned(), source };
    if std::fs::metadata(file).map_err(fault)?.len() > MOST_BYTES {
        return Err(fault(std::io::Error::other("larger than any terms or opening")));
    }
    let bytes = std::fs::read(file).map_err(fault)?;
    from(&bytes).map_err(|fault| Unproven::Unreadable { file: file.to_owned(), fault })
}
