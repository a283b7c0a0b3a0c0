//! This hospital's steps of a secure sum: from a request of the coordinator to a signed message.
//!
//! The secret of a study is made at its first step and erased at its end; what a message commits to is pinned before the
//! message leaves. A node that was killed computes the same message again. Never: a vector in clear, two vectors for
//! one question. Spec: docs/reference/secure-sums.md; ADR-0016.

mod pins;
mod whole;

use consilium_crypto::{
    Context, CryptoFault, Request, Site, SiteKey, SiteMessage, SitePublic, StudySecret, Terms, Unmasking,
};
use consilium_rounds::life::{self, Key, Roster};
use consilium_stats::Summary;
use consilium_types::plan::OnLoss;
use consilium_types::{Digest, StudyId, StudyPlan};
use zeroize::Zeroizing;

use crate::answering::Question;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::identity::{self, Keys};
use crate::policy::Policy;
use pins::FilePins;

/// A step as it came, with nothing believed yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) request: Request,
    /// The terms, of a step that comes without the question.
    pub(crate) terms: Option<Context>,
}

/// What a step sends: a signed message, and the masked vector that it signs.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) message: SiteMessage,
    pub(crate) vector: Vec<u8>,
}

/// Takes steps in the hospital's name.
pub(crate) struct Blinding {
    folder: Folder,
    key: SiteKey,
}

impl Blinding {
    pub(crate) fn open(folder: &Folder) -> Result<Self, Fault> {
        Ok(Self { folder: folder.clone(), key: Keys::open(folder)?.site_key() })
    }

    /// Answers a step that needs no sums of this hospital.
    pub(crate) fn answer(&self, question: &Question, step: &Step, plan: &StudyPlan) -> Result<Sent, Fault> {
        let context = context(question, step)?;
        let secret = self.secret(&question.study)?;
        let site = Site::new(&context, &self.key, &secret)?;
        let mut pins = self.pins(&question.study)?;
        let message = match &step.request {
            Request::Keys => SiteMessage::Keys(site.keys(&mut pins)?),
            Request::Shares(request) => SiteMessage::Shares(site.shares(request, &mut pins)?),
            Request::Confirm(request) => SiteMessage::Confirmation(site.confirm(request, &mut pins)?),
            Request::Unmask(request) => {
                let sites = request.survivors(&context)?;
                whole::may_open(&Policy::read(&self.folder)?, plan, &context, &sites)?;
                let unmask: Result<Unmasking, CryptoFault> = match plan.privacy.on_loss {
                    OnLoss::End => site.unmask_for_same_sites(request, &mut pins),
                    OnLoss::Restart => site.unmask(request, &mut pins),
                };
                SiteMessage::Unmasking(unmask?)
            }
            Request::Input(_) => return Err(Fault::Answer("a step without the sums it is about".to_owned())),
        };
        Ok(Sent { message, vector: Vec::new() })
    }

    /// Masks this hospital's sums, if the step asks for them.
    pub(crate) fn mask(&self, question: &Question, step: &Step, summary: Summary) -> Result<Sent, Fault> {
        let Request::Input(request) = &step.request else {
            return Err(Fault::Answer("sums for a step that is not about them".to_owned()));
        };
        let context = context(question, step)?;
        let secret = self.secret(&question.study)?;
        let site = Site::new(&context, &self.key, &secret)?;
        let mut pins = self.pins(&question.study)?;
        let mut summary = summary;
        let input = match &mut summary {
            Summary::Statistics(words) => site.input(request, words, &mut pins)?,
            Summary::Updates(words) => site.input(request, words, &mut pins)?,
        };
        Ok(Sent { message: SiteMessage::Input(input), vector: summary.to_bytes() })
    }

    /// Erases what a study's sums were hidden with. What was pinned stays: the same study cannot begin again.
    pub(crate) fn forget(&self, study: &StudyId) -> Result<(), Fault> {
        folder::remove(&self.folder.study_secret(study))
    }

    fn secret(&self, study: &StudyId) -> Result<StudySecret, Fault> {
        let file = self.folder.study_secret(study);
        if !file.exists() {
            let fresh = Zeroizing::new(Digest::from(identity::secret()?).to_string());
            folder::write_secret(&file, &fresh)?;
        }
        let damaged = |_| Fault::Identity(format!("{} is not 64 hexadecimal digits", file.display()));
        let text = Zeroizing::new(folder::read(&file)?);
        let digits: Digest = text.trim().parse().map_err(damaged)?;
        Ok(StudySecret::from_bytes(*digits.as_bytes()))
    }

    fn pins(&self, study: &StudyId) -> Result<FilePins, Fault> {
        FilePins::open(self.folder.study_pins(study))
    }
}

/// The terms of a question's secure sum: out of the question where it is there, else as they came, if they are about it.
fn context(question: &Question, step: &Step) -> Result<Context, Fault> {
    let key = Key { attempt: question.attempt, exchange: question.exchange };
    let identified = |site| {
        let key =
            question.participants.get(site).ok_or_else(|| Fault::Answer(format!("no key of {site}")))?;
        Ok((Clone::clone(site), SitePublic::from_bytes(key.identity.as_bytes())?))
    };
    let roster = question.roster.iter().map(identified).collect::<Result<Roster, Fault>>()?;
    if let Some(query) = &question.query {
        return Ok(Context::new(life::terms(question.plan_hash, key, query, &roster))?);
    }
    let context = step.terms.clone().ok_or_else(|| Fault::Answer("a step without terms".to_owned()))?;
    let Terms { plan, attempt, exchange, roster: told, .. } = context.terms();
    let same = (*plan, *attempt, *exchange) == (question.plan_hash, key.attempt, key.exchange);
    if same && told.iter().map(|(site, key)| (site, key)).eq(&roster) {
        Ok(context)
    } else {
        Err(Fault::Answer("terms of another question".to_owned()))
    }
}
