//! Whom to believe: the log's key, the witnesses, and how many of them must have cosigned. Spec: C2SP tlog-policy.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use consilium_types::{PublicKey, SiteId};

use crate::checkpoint::Checkpoint;
use crate::note::{Kind, Note, NoteFault, VerifierKey};

/// Lines of a policy.
const MOST_LINES: usize = 10_000;

/// A policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    log: VerifierKey,
    members: BTreeMap<String, Member>,
    /// The member that must agree; nobody must where it is none.
    quorum: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Witness(VerifierKey),
    Group { needed: usize, of: Vec<String> },
}

/// A line that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {what}")]
pub struct PolicyFault {
    /// Counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A checkpoint that is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// It is not signed as it must be.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// It is of another log.
    #[error("the checkpoint is of `{0}`")]
    Origin(String),
    /// Too few witnesses.
    #[error(
        "too few witnesses have cosigned: {signed} of {witnesses}, and the policy's quorum is not among them"
    )]
    Quorum {
        /// Witnesses with a valid cosignature.
        signed: usize,
        /// Witnesses of the policy.
        witnesses: usize,
    },
}

impl Policy {
    /// Asks `needed` of these witnesses to cosign.
    #[must_use]
    pub fn new(log: VerifierKey, witnesses: Vec<(String, VerifierKey)>, needed: usize) -> Self {
        let of = witnesses.iter().map(|(name, _)| name.clone()).collect();
        let mut members: BTreeMap<_, _> =
            witnesses.into_iter().map(|(name, key)| (name, Member::Witness(key))).collect();
        members.insert("sites".to_owned(), Member::Group { needed, of });
        Self { log, members, quorum: (needed > 0).then(|| "sites".to_owned()) }
    }

    /// Asks more than half of these hospitals to cosign; nobody where there are none.
    pub fn majority(
        log: VerifierKey,
        sites: impl IntoIterator<Item = (SiteId, PublicKey)>,
    ) -> Result<Self, NoteFault> {
        let named =
            |(site, key): (SiteId, PublicKey)| Ok((format!("site/{site}"), log.witness(&site, &key)?));
        let witnesses = sites.into_iter().map(named).collect::<Result<Vec<_>, NoteFault>>()?;
        let needed = if witnesses.is_empty() { 0 } else { witnesses.len() / 2 + 1 };
        Ok(Self::new(log, witnesses, needed))
    }

    /// Whether nobody need cosign.
    #[must_use]
    pub fn is_unwitnessed(&self) -> bool {
        self.quorum.is_none()
    }

    /// The log's key.
    #[must_use]
    pub fn log(&self) -> &VerifierKey {
        &self.log
    }

    /// Names and keys of the witnesses.
    pub fn witnesses(&self) -> impl Iterator<Item = (&str, &VerifierKey)> {
        self.members.iter().filter_map(|(name, member)| match member {
            Member::Witness(key) => Some((name.as_str(), key)),
            Member::Group { .. } => None,
        })
    }

    /// The checkpoint of a note that the log has signed and the quorum has cosigned.
    pub fn believe(&self, note: &Note) -> Result<Checkpoint, Unbelieved> {
        let checkpoint = self.signed(note)?;
        let mut signed = Vec::new();
        for (name, key) in self.witnesses() {
            if key.verify(note)?.is_some() {
                signed.push(name);
            }
        }
        let agreed = self.quorum.as_ref().is_none_or(|quorum| self.agrees(quorum, &signed));
        let witnesses = self.witnesses().count();
        if agreed { Ok(checkpoint) } else { Err(Unbelieved::Quorum { signed: signed.len(), witnesses }) }
    }

    /// The checkpoint of a note that the log has signed, whoever else has.
    pub fn signed(&self, note: &Note) -> Result<Checkpoint, Unbelieved> {
        let checkpoint: Checkpoint = note.text.parse()?;
        if checkpoint.origin != self.log.name() {
            return Err(Unbelieved::Origin(checkpoint.origin));
        }
        match self.log.verify(note)? {
            Some(_) => Ok(checkpoint),
            None => Err(NoteFault::Unsigned(self.log.name().to_owned()).into()),
        }
    }

    fn agrees(&self, member: &str, signed: &[&str]) -> bool {
        match self.members.get(member) {
            Some(Member::Witness(_)) => signed.contains(&member),
            Some(Member::Group { needed, of }) => {
                of.iter().filter(|member| self.agrees(member, signed)).count() >= *needed
            }
            None => false,
        }
    }
}

/// What has been read of a policy.
#[derive(Default)]
struct Draft {
    log: Option<VerifierKey>,
    members: BTreeMap<String, Member>,
    quorum: Option<String>,
}

impl Draft {
    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["log", key, ..] if self.log.is_none() => self.log = Some(read_key(key, Kind::Ed25519)?),
            ["log", ..] => return Err("a second log; one log a policy".to_owned()),
            ["witness", name, key, ..] => {
                self.add(name, Member::Witness(read_key(key, Kind::Cosignature)?))?;
            }
            ["group", name, needed, of @ ..] if !of.is_empty() => {
                let member = self.group(needed, of)?;
                self.add(name, member)?;
            }
            ["quorum", name] if self.quorum.is_none() => {
                if *name != "none" && !self.members.contains_key(*name) {
                    return Err(format!("`{name}` is no witness and no group above this line"));
                }
                self.quorum = Some((*name).to_owned());
            }
            _ => return Err("none of log, witness, group and quorum, or one said twice".to_owned()),
        }
        Ok(())
    }

    fn add(&mut self, name: &str, member: Member) -> Result<(), String> {
        if name == "none" || self.members.insert(name.to_owned(), member).is_some() {
            return Err(format!("the name `{name}` is taken"));
        }
        Ok(())
    }

    /// Members stand above the group, so no group holds itself.
    fn group(&self, needed: &str, of: &[&str]) -> Result<Member, String> {
        if let Some(stranger) = of.iter().find(|name| !self.members.contains_key(**name)) {
            return Err(format!("`{stranger}` is no witness and no group above this line"));
        }
        let needed = match needed {
            "any" => 1,
            "all" => of.len(),
            number => number.parse().map_err(|_| format!("`{number}` is not any, all or a number"))?,
        };
        if needed == 0 || needed > of.len() {
            return Err(format!("{needed} of {} members", of.len()));
        }
        Ok(Member::Group { needed, of: of.iter().map(|name| (*name).to_owned()).collect() })
    }
}

fn read_key(text: &str, kind: Kind) -> Result<VerifierKey, String> {
    let key: VerifierKey = text.parse().map_err(|fault: NoteFault| fault.to_string())?;
    if key.kind() == kind { Ok(key) } else { Err("a key of the wrong type".to_owned()) }
}

impl FromStr for Policy {
    type Err = PolicyFault;

    fn from_str(text: &str) -> Result<Self, PolicyFault> {
        let whole = |what: &str| PolicyFault { line: 0, what: what.to_owned() };
        let mut draft = Draft::default();
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.first().is_none_or(|word| word.starts_with('#')) {
                continue;
            }
            if number >= MOST_LINES {
                return Err(whole("too many lines"));
            }
            draft.take(&words).map_err(|what| PolicyFault { line: number + 1, what })?;
        }
        let log = draft.log.ok_or_else(|| whole("no log"))?;
        let quorum = draft.quorum.ok_or_else(|| whole("no quorum"))?;
        Ok(Self { log, members: draft.members, quorum: Some(quorum).filter(|name| name != "none") })
    }
}

impl fmt::Display for Policy {
    /// Witnesses before groups: a group's members stand above it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "log {}", self.log)?;
        for (name, key) in self.witnesses() {
            writeln!(f, "witness {name} {key}")?;
        }
        for (name, member) in &self.members {
            if let Member::Group { needed, of } = member
                && !of.is_empty()
            {
                writeln!(f, "group {name} {needed} {}", of.join(" "))?;
            }
        }
        writeln!(f, "quorum {}", self.quorum.as_deref().unwrap_or("none"))
    }
}
