//! `people add`, `people remove`, `people list`: who may sign in to the pages with a password.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Subcommand;

use super::say;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::people::{LEAST_CHARACTERS, People, Role};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let somebody sign in, or give them another role and password. Reads the password from standard input.
    Add {
        /// The name they sign in with: letters, digits and `.`, `_`, `-`, `@`.
        name: String,
        /// What they may do.
        #[arg(long)]
        role: Role,
    },
    /// Let somebody sign in no longer; who is signed in is signed out at the next page.
    Remove {
        /// Who.
        name: String,
    },
    /// List who may sign in with a password.
    List,
}

pub(super) fn run(folder: &Folder, command: Command) -> Result<(), Fault> {
    // a folder without a coordinator has nobody
    folder::read(&folder.authority_certificate())?;
    let mut people = People::read(folder)?;
    match command {
        Command::Add { name, role } => {
            people.put(&name, role, &password()?)?;
            people.write(folder)?;
            say(format_args!("{name} may sign in to the pages as {}", role.word()));
        }
        Command::Remove { name } => {
            if !people.remove(&name) {
                return Err(Fault::NoSuchPerson(name));
            }
            people.write(folder)?;
            say(format_args!("{name} may sign in no longer"));
        }
        Command::List if people.all().is_empty() => say("nobody yet; `people add NAME --role operator`"),
        Command::List => people.all().iter().for_each(|person| {
            say(format_args!("{:<24} {}", person.name, person.role.word()));
        }),
    }
    Ok(())
}

/// Typed unseen at a terminal; otherwise one line of standard input.
fn password() -> Result<String, Fault> {
    let input = std::io::stdin();
    let read = if input.is_terminal() {
        rpassword::prompt_password(format!("password, {LEAST_CHARACTERS} characters or more: "))
    } else {
        let mut line = String::new();
        input.lock().read_line(&mut line).map(|_| line)
    };
    let line =
        read.map_err(|source| Fault::File { path: "standard input".into(), doing: "reading", source })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
