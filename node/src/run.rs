//! `run`: asks for questions and answers them, until a signal or, with `--until-idle`, until no study is open.
//!
//! A lost connection is tried again for as long as it takes. What this hospital refuses is told by code, and the study
//! goes on without it.

use std::time::Duration;

use crate::answering::{Answering, Question};
use crate::cli::say;
use crate::decisions;
use crate::errors::Fault;
use crate::extraction::SelfTest;
use crate::folder::Folder;
use crate::holding::Holding;
use crate::outbox::{Fetching, Incoming, Outgoing};
use crate::problems;
use crate::renewal::Door;
use crate::replying::{Reply, Replying};
use crate::witness::{self, Witness};

/// Longest wait of one poll, below the idle limits of proxies.
const POLL: Duration = Duration::from_secs(20);
/// The same while a question waits here: hours begin and people approve in between.
const POLL_WAITING: Duration = Duration::from_secs(2);
/// First and longest pause between attempts to connect.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Answers questions.
pub(crate) async fn run(folder: Folder, until_idle: bool) -> Result<(), Fault> {
    let configuration = folder.configuration()?;
    let self_test = SelfTest::run();
    self_test.record(&folder)?;
    tracing::info!("{}", self_test.verdict()?);
    witness::refuse_if_frozen(&folder)?;
    let door = Door::at(&folder, &configuration)?;
    let witness = Witness::open(&folder, &configuration.site)?;
    let mut witnessing = tokio::spawn(witness.watch(door.follow()));
    let answering = Answering::new(folder.clone(), configuration);
    let holding = Holding::new(folder.clone());
    let replying = Replying::new(folder.clone(), answering)?;
    let mut run = Run { folder, door, replying, holding, pause: PAUSES[0] };
    let ended = tokio::select! {
        ended = run.until_done(until_idle) => ended,
        Ok(fault) = &mut witnessing => Err(fault),
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    witnessing.abort();
    ended
}

struct Run {
    folder: Folder,
    door: Door,
    replying: Replying,
    holding: Holding,
    pause: Duration,
}

impl Run {
    async fn until_done(&mut self, until_idle: bool) -> Result<(), Fault> {
        loop {
            if until_idle && !self.is_some_study_open()? {
                return Ok(());
            }
            match self.once().await {
                Ok(()) => self.pause = PAUSES[0],
                Err(fault) if fault.is_transient() => self.wait(&fault).await,
                Err(fault) => return Err(fault),
            }
        }
    }

    fn is_some_study_open(&self) -> Result<bool, Fault> {
        Ok(decisions::all(&self.folder)?.iter().any(decisions::Decision::is_open))
    }

    async fn wait(&mut self, fault: &Fault) {
        tracing::warn!(code = fault.code(), "{fault}; trying again");
        self.door.heed(fault);
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSES[1]);
    }

    async fn once(&mut self) -> Result<(), Fault> {
        let all = decisions::all(&self.folder)?;
        let ended = all.iter().filter(|known| known.ended.is_some()).map(|known| known.study.to_string());
        let waiting = self.holding.studies()?;
        let poll = if waiting.is_empty() { POLL } else { POLL_WAITING };
        match self.door.outbox().await?.next(poll, ended.collect(), &waiting).await? {
            Incoming::Nothing => Ok(()),
            Incoming::Question(question) => self.keep_or_reply(&question).await,
            Incoming::Announced(fetching) => {
                let question = self.fetch(*fetching).await?;
                self.keep_or_reply(&question).await
            }
            Incoming::Ended { study, state, cause } => {
                let because = if cause.is_empty() { String::new() } else { format!(": {cause}") };
                say(format_args!("{study} {state}{because}"));
                self.holding.release(&study)?;
                if let Some(mut decision) = decisions::load(&self.folder, &study)? {
                    decision.ended = Some(state);
                    decisions::save(&self.folder, &decision)?;
                }
                self.replying.forget(&study)
            }
        }
    }

    async fn keep_or_reply(&mut self, question: &Question) -> Result<(), Fault> {
        let Some(waiting) = self.holding.keep(question)? else { return self.reply(question).await };
        let Question { study, attempt, exchange, .. } = question;
        say(format_args!("{study} attempt {attempt} exchange {exchange}: waits for {}", waiting.why));
        Ok(())
    }

    /// Takes a long question, on from where a lost connection cut it.
    async fn fetch(&mut self, mut fetching: Fetching) -> Result<Question, Fault> {
        loop {
            let door = self.door.outbox().await;
            let fetched = match door {
                Ok(outbox) => outbox.fetch(&mut fetching).await,
                Err(fault) => Err(fault),
            };
            match fetched {
                Err(fault @ Fault::Unreachable { .. }) => self.wait(&fault).await,
                Err(fault) => return Err(fault),
                Ok(()) => return fetching.question(),
            }
        }
    }

    /// Hands in an answer. A long one goes on where a lost connection cut it, without being computed again.
    async fn submit(&mut self, question: &Question, outgoing: &Outgoing) -> Result<(), Fault> {
        loop {
            let door = self.door.outbox().await;
            let handed_in = match door {
                Ok(outbox) => outbox.submit(question, outgoing).await,
                Err(fault) => Err(fault),
            };
            match handed_in {
                Err(fault @ Fault::Unreachable { .. }) if outgoing.is_long() => self.wait(&fault).await,
                done => return done,
            }
        }
    }

    async fn reply(&mut self, question: &Question) -> Result<(), Fault> {
        let Question { study, attempt, exchange, .. } = question;
        let what = question.describe();
        match self.replying.to(question).await {
            Ok(Reply::Sums(summary)) => {
                let outgoing = self.door.outbox().await?.sums(question, &summary)?;
                drop(summary);
                self.submit(question, &outgoing).await?;
                say(format_args!("{study} attempt {attempt} exchange {exchange}: answered with {what}"));
            }
            Ok(Reply::Step(sent)) => {
                let with_sums = !sent.vector.is_empty();
                let outgoing = self.door.outbox().await?.step(question, sent)?;
                self.submit(question, &outgoing).await?;
                if with_sums {
                    say(format_args!(
                        "{study} attempt {attempt} exchange {exchange}: answered blinded with {what}"
                    ));
                }
            }
            Err(fault) => {
                let code = fault.code();
                problems::note(&self.folder, &format!("{study}: {fault} [{code}]"))?;
                tracing::error!(%study, %attempt, %exchange, code, "no answer; problems.txt says why");
                self.door.outbox().await?.decline(question, code).await?;
                say(format_args!("{study} attempt {attempt} exchange {exchange}: declined with {code}"));
            }
        }
        Ok(())
    }
}
