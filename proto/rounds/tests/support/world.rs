//! A study with its hospitals, its clock and its journal, driven by moves that a test generates.

use std::cell::RefCell;

use consilium_crypto::{Context, MemoryPins, Request, Site as Secret, SiteKey, SiteMessage, StudySecret};
use consilium_rounds::StudyLife;
use consilium_rounds::life::{self, Effect, Entry, Event, Key, Question, Refusal, Roster, Status, Timestamp};
use consilium_stats::Summary;
use consilium_types::{Attempt, Consent, Digest, ExchangeNumber, Schema, SiteId, StudyPlan};

use super::{LinearNetworks, Site, patients, roster, schema, split};

/// When studies are published.
pub(crate) const START: Timestamp = Timestamp(1_000_000);

/// A plan that is answered in microseconds: two clinical columns, two folds, a fixed penalty.
pub(crate) fn plan(min: u32, quorum: f64) -> StudyPlan {
    StudyPlan::from_toml(&toml(min, quorum), "plan.toml").expect("a valid plan")
}

fn toml(min: u32, quorum: f64) -> String {
    format!(
        "[study]\nid = \"life\"\ntitle = \"The life of a study\"\nseed = 3\n\
         sites = {{ min = {min}, quorum = {quorum:?}, wait = \"10s\" }}\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [model]\npenalty = {{ ridge = 1.0 }}\n[privacy]\naggregate = \"clear\"\n[evaluate]\nfolds = 2\n"
    )
}

/// The same with blinded sums.
pub(crate) fn blinded(min: u32, quorum: f64, on_loss: &str) -> StudyPlan {
    let privacy = format!("aggregate = \"secure-sum\"\non_loss = \"{on_loss}\"");
    let text = toml(min, quorum).replace("aggregate = \"clear\"", &privacy);
    StudyPlan::from_toml(&text, "plan.toml").expect("a valid plan")
}

/// An acceptance whose signature was checked elsewhere.
pub(crate) fn accepted(site: &SiteId, schema: Schema) -> Event {
    let consent = Consent { program: Digest::of_file(b"a program"), signature: [7; 64].into() };
    Event::Accepted { site: site.clone(), schema, consent }
}

/// What the clinical columns of the plan make.
pub(crate) fn columns() -> Schema {
    schema(0, 2)
}

/// Sixteen patients for each of some hospitals.
pub(crate) fn hospitals(plan: &StudyPlan, seed: u64, sites: usize) -> Vec<Site> {
    split(&patients(seed, 16 * sites, 0, 2, 2, plan.flow().len()), sites, |i| i / 16)
}

/// A key by its numbers.
pub(crate) fn key(attempt: u32, exchange: u32) -> Key {
    Key { attempt: Attempt(attempt), exchange: ExchangeNumber(exchange) }
}

/// Everything that can be seen of a study.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    pub(crate) status: Status,
    pub(crate) questions: Vec<Option<Question>>,
    pub(crate) result: Option<String>,
    pub(crate) deadline: Option<Timestamp>,
}

/// A study under way.
#[derive(Clone)]
pub(crate) struct World {
    plan: StudyPlan,
    pub(crate) ids: Vec<SiteId>,
    hospitals: Vec<Site>,
    schema: Schema,
    pub(crate) study: StudyLife,
    pub(crate) now: Timestamp,
    /// Every durable write: its entries as bytes, and the study after it.
    pub(crate) journal: Vec<(Vec<Vec<u8>>, View)>,
    /// Every honest answer that was taken.
    sent: Vec<Event>,
    pins: Vec<RefCell<MemoryPins>>,
}

/// The identity of a hospital.
fn identity(i: usize) -> SiteKey {
    SiteKey::from_bytes(&[u8::try_from(i).expect("few hospitals") + 1; 32])
}

/// What a hospital hides with.
fn secret(i: usize) -> StudySecret {
    StudySecret::from_bytes([u8::try_from(i).expect("few hospitals") + 101; 32])
}

fn identities(sites: usize) -> Roster {
    roster(sites).into_iter().enumerate().map(|(i, site)| (site, identity(i).public())).collect()
}

impl World {
    pub(crate) fn new(plan: StudyPlan, hospitals: Vec<Site>) -> Self {
        Self::with(plan, hospitals, columns())
    }

    /// A world whose hospitals have these columns.
    pub(crate) fn with(plan: StudyPlan, hospitals: Vec<Site>, schema: Schema) -> Self {
        let ids = roster(hospitals.len());
        let study = StudyLife::published(plan.clone(), ids.clone(), identities(ids.len()), START);
        let pins = ids.iter().map(|_| RefCell::default()).collect();
        Self { plan, ids, hospitals, schema, study, now: START, journal: Vec::new(), sent: Vec::new(), pins }
    }

    /// A world whose hospitals have all accepted.
    pub(crate) fn running(plan: StudyPlan, hospitals: Vec<Site>) -> Self {
        Self::new(plan, hospitals).joined()
    }

    /// All hospitals accept.
    pub(crate) fn joined(self) -> Self {
        let mut world = self;
        for i in 0..world.ids.len() {
            world.accept(i).expect("an invited hospital may accept");
        }
        world
    }

    pub(crate) fn view(&self) -> View {
        self.view_of(&self.study)
    }

    fn view_of(&self, study: &StudyLife) -> View {
        View {
            status: study.status(),
            questions: self.ids.iter().map(|site| study.question_for(site)).collect(),
            result: study.result().map(consilium_rounds::StudyResult::to_json),
            deadline: study.next_deadline(),
        }
    }

    /// Takes an event a millisecond after the last one; whether it had an effect.
    pub(crate) fn take(&mut self, event: Event) -> Result<bool, Refusal> {
        self.now.0 += 1;
        let place = |study: &StudyLife| (study.state_word(), study.status().open.map(|open| open.key));
        let (study, effects) = self.study.clone().step(self.now, event.clone())?;
        let moved = place(&study) != place(&self.study);
        assert_eq!(moved, effects.last() == Some(&Effect::Wake), "whoever waits is woken when there is news");
        self.study = study;
        let entries: Vec<&Entry> = effects
            .iter()
            .filter_map(|effect| if let Effect::Journal(entry) = effect { Some(entry) } else { None })
            .collect();
        if let Some(first) = entries.first() {
            let is_missed = matches!(first, Entry::Happened { event: Event::Missed { .. }, .. });
            let brought = is_missed && event == Event::Tick;
            let happened = Entry::Happened { at: self.now, event };
            assert!(brought || **first == happened, "the event is journalled before its consequences");
            assert!(matches!(effects.first(), Some(Effect::Journal(_))), "nobody is told before the journal");
            self.journal.push((entries.iter().map(|entry| entry.to_bytes()).collect(), self.view()));
        }
        Ok(!effects.is_empty())
    }

    pub(crate) fn accept(&mut self, i: usize) -> Result<bool, Refusal> {
        self.take(accepted(&self.ids[i], self.schema.clone()))
    }

    /// The honest answer of a hospital to its open question.
    pub(crate) fn honest(&self, i: usize) -> Option<(Key, Summary)> {
        let question = self.study.question_for(&self.ids[i])?;
        Some((question.key, self.reply(i, &question).expect("an honest question")))
    }

    /// Words, or the code of what is wrong with the question.
    fn reply(&self, i: usize, question: &Question) -> Result<Summary, &'static str> {
        question.query.check(self.schema.columns.len()).map_err(|fault| fault.code())?;
        let place = question.roster.iter().position(|site| *site == self.ids[i]).unwrap_or_default();
        let rows = Site { place, ..self.hospitals[i].clone() };
        question.query.answer(&rows, &LinearNetworks).map_err(|unfit| unfit.code())
    }

    /// Answers honestly, if a question is open; declines what cannot be answered.
    pub(crate) fn answer(&mut self, i: usize) -> Result<bool, Refusal> {
        let site = self.ids[i].clone();
        let Some(question) = self.study.question_for(&site) else { return Ok(false) };
        let key = question.key;
        let event = match (&question.step, self.reply(i, &question)) {
            (Some(step), Ok(summary)) => self.step(i, &question, step, summary),
            (None, Ok(summary)) => Event::Submitted { site, key, summary },
            (_, Err(code)) => return self.take(Event::Declined { site, key, code: code.to_owned() }),
        };
        self.sent.push(event.clone());
        self.take(event)
    }

    /// A hospital's honest step of a secure sum over its answer.
    pub(crate) fn step(&self, i: usize, question: &Question, step: &Request, summary: Summary) -> Event {
        let known = identities(self.ids.len());
        let asked = question.roster.iter().map(|site| (site.clone(), known[site])).collect();
        let terms = life::terms(self.plan.hash(), question.key, &question.query, &asked);
        let (context, identity, secret) = (Context::new(terms).expect("terms"), identity(i), secret(i));
        let site = Secret::new(&context, &identity, &secret).expect("a site of the roster");
        let mut pins = self.pins[i].borrow_mut();
        let mut vector = Vec::new();
        let message = match step {
            Request::Keys => site.keys(&mut *pins).map(SiteMessage::Keys),
            Request::Shares(request) => site.shares(request, &mut *pins).map(SiteMessage::Shares),
            Request::Input(request) => {
                let mut summary = summary;
                let input = match &mut summary {
                    Summary::Statistics(words) => site.input(request, words, &mut *pins),
                    Summary::Updates(words) => site.input(request, words, &mut *pins),
                };
                vector = summary.to_bytes();
                input.map(SiteMessage::Input)
            }
            Request::Confirm(request) => site.confirm(request, &mut *pins).map(SiteMessage::Confirmation),
            Request::Unmask(request) => site.unmask(request, &mut *pins).map(SiteMessage::Unmasking),
        };
        let message = message.expect("an honest request");
        Event::Blinded { site: self.ids[i].clone(), key: question.key, message, vector }
    }

    /// Sends an answer again that was taken before.
    pub(crate) fn repeat(&mut self, which: usize) -> Option<Result<bool, Refusal>> {
        let event = self.sent.get(which % self.sent.len().max(1))?.clone();
        Some(self.take(event))
    }

    /// All hospitals answer, the first of them `first`.
    pub(crate) fn round(&mut self, first: usize) {
        let n = self.ids.len();
        for i in 0..n {
            self.answer((first + i) % n).expect("an honest answer to an open question is taken");
        }
    }

    /// Rounds until the study has ended.
    pub(crate) fn finish(&mut self) {
        for round in 0..500 {
            if self.study.next_deadline().is_none() {
                return;
            }
            self.round(round);
        }
        panic!("the study does not end: {:?}", self.study.status().open);
    }

    /// Time passes to the next deadline; whether that had an effect.
    pub(crate) fn silence(&mut self) -> Result<bool, Refusal> {
        if let Some(deadline) = self.study.next_deadline() {
            self.now = self.now.max(Timestamp(deadline.0 - 1));
        }
        self.take(Event::Tick)
    }

    /// The study as the first `writes` writes left it, and `torn` entries of the next.
    pub(crate) fn replayed(&self, writes: usize, torn: usize, pruned: bool) -> View {
        let whole = self.journal[..writes].iter().flat_map(|(entries, _)| entries);
        let next = self.journal.get(writes).into_iter().flat_map(|(entries, _)| entries.iter().take(torn));
        let read = |bytes: &Vec<u8>| Entry::from_bytes(bytes).expect("an entry that was written");
        let mut entries: Vec<Entry> = whole.chain(next).map(read).collect();
        if pruned {
            let closed: Vec<Key> = entries.iter().filter_map(Entry::closes).collect();
            entries.retain(|entry| entry.submits().is_none_or(|key| !closed.contains(&key)));
        }
        let study = StudyLife::replay(
            self.plan.clone(),
            roster(self.ids.len()),
            identities(self.ids.len()),
            START,
            entries,
        );
        self.view_of(&study.expect("what was taken once is taken again"))
    }

    /// The study after some writes, as it was seen then.
    pub(crate) fn seen(&self, writes: usize) -> View {
        if let Some(last) = writes.checked_sub(1) {
            return self.journal[last].1.clone();
        }
        let n = self.ids.len();
        self.view_of(&StudyLife::published(self.plan.clone(), roster(n), identities(n), START))
    }
}
