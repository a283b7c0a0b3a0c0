//! `approve`: a person lets the questions of an accepted study go.

use consilium_types::StudyId;

use super::say;
use crate::decisions::{self, Decision};
use crate::errors::Fault;
use crate::folder::Folder;
use crate::holding::{self, Approval, Hold};
use crate::policy::Policy;

pub(super) fn approve(folder: &Folder, study: &StudyId, questions: Option<u32>) -> Result<(), Fault> {
    let decision = decisions::load(folder, study)?.filter(Decision::is_open);
    let decision = decision.ok_or_else(|| Fault::NotAccepted(study.clone()))?;
    let hold = Policy::read(folder)?.hold();
    let waiting = holding::waiting(folder, study)?;
    if let Some(waiting) = &waiting {
        say(format_args!(
            "attempt {} exchange {} waits since {}",
            waiting.attempt, waiting.exchange, waiting.since
        ));
        say(format_args!("  because  {}", waiting.why));
        say(format_args!("  it asks  {}", waiting.what));
    }
    let approval = Approval::new(&decision, waiting.as_ref(), hold, questions);
    holding::approve(folder, study, &approval)?;
    say(format_args!("approved {study}, {}", words(&approval)));
    if hold == Hold::Never {
        say("policy.toml: hold = \"never\": its questions do not wait for this");
    }
    Ok(())
}

fn words(Approval { attempt, through, .. }: &Approval) -> String {
    match (attempt, through) {
        (Some(attempt), Some(through)) => format!("attempt {attempt} up to exchange {through}"),
        (Some(attempt), None) => format!("attempt {attempt}"),
        (None, _) => "all its questions".to_owned(),
    }
}
