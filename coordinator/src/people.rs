//! Who may sign in to the pages with a password, and as what: `people.toml` in the coordinator's folder.
//!
//! Passwords are kept as Argon2id hashes (RFC 9106) and checked in constant time, for names that nobody has as well.
//! Never: a password in a log, an argument or a file. Spec: docs/reference/pages.md.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::errors::Fault;
use crate::folder::{self, Folder};

/// NIST SP 800-63B asks for 8; people who may admit hospitals can be asked for more.
pub(crate) const LEAST_CHARACTERS: usize = 12;
/// Longest name that is kept.
const MOST_NAME: usize = 64;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Reads everything; invites, approves and revokes hospitals, and publishes plans, with a second operator.
    Operator,
    /// Reads everything and changes nothing. What was read is recorded.
    Auditor,
}

/// Somebody who may sign in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// PHC string of Argon2id.
    password: String,
}

/// All of them.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    #[serde(default)]
    person: Vec<Person>,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
}

impl People {
    /// Nobody, where there is no file.
    pub(crate) fn read(folder: &Folder) -> Result<Self, Fault> {
        let file = folder.people();
        if !file.exists() {
            return Ok(Self::default());
        }
        toml::from_str(&folder::read(&file)?)
            .map_err(|why| Fault::Settings { path: file, why: why.to_string() })
    }

    pub(crate) fn write(&self, folder: &Folder) -> Result<(), Fault> {
        let text = toml::to_string(self).expect("strings always serialise");
        folder::write_secret(&folder.people(), &text)
    }

    pub(crate) fn all(&self) -> &[Person] {
        &self.person
    }

    /// Adds somebody, or gives somebody another role and password.
    pub(crate) fn put(&mut self, name: &str, role: Role, password: &str) -> Result<(), Fault> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
        if name.is_empty() || name.len() > MOST_NAME || !name.chars().all(is_plain) {
            return Err(Fault::PersonName(name.to_owned()));
        }
        if password.chars().count() < LEAST_CHARACTERS {
            return Err(Fault::ShortPassword(LEAST_CHARACTERS));
        }
        let password = hash(password)?;
        self.person.retain(|person| person.name != name);
        self.person.push(Person { name: name.to_owned(), role, password });
        Ok(())
    }

    /// False where there is nobody of this name.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let before = self.person.len();
        self.person.retain(|person| person.name != name);
        self.person.len() < before
    }

    /// Their role, if this is their password. As slow for a name that nobody has.
    pub(crate) fn enter(&self, name: &str, password: &str) -> Result<Option<Role>, Fault> {
        let Some(person) = self.person.iter().find(|person| person.name == name) else {
            hash(password)?;
            return Ok(None);
        };
        let kept = PasswordHash::new(&person.password).map_err(hashing)?;
        let is_theirs = Argon2::default().verify_password(password.as_bytes(), &kept).is_ok();
        Ok(is_theirs.then_some(person.role))
    }
}

fn hash(password: &str) -> Result<String, Fault> {
    Ok(Argon2::default().hash_password(password.as_bytes()).map_err(hashing)?.to_string())
}

fn hashing(why: impl std::fmt::Display) -> Fault {
    Fault::Authority(format!("a password cannot be hashed: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "a long walk by the sea";

    #[test]
    fn who_has_the_password_has_the_role() {
        let mut people = People::default();
        people.put("anna", Role::Operator, PASSWORD).unwrap();
        people.put("bo@ukw.example", Role::Auditor, "another long phrase").unwrap();
        assert_eq!(people.enter("anna", PASSWORD).unwrap(), Some(Role::Operator));
        assert_eq!(people.enter("anna", "another long phrase").unwrap(), None);
        assert_eq!(people.enter("nobody", PASSWORD).unwrap(), None);
        people.put("anna", Role::Auditor, "changed, and long enough").unwrap();
        assert_eq!(people.enter("anna", PASSWORD).unwrap(), None);
        assert_eq!(people.all().len(), 2);
        assert!(people.remove("anna") && !people.remove("anna"));
    }

    #[test]
    fn short_passwords_and_odd_names_are_refused() {
        let mut people = People::default();
        for name in ["", "a b", "<b>", "ä", &"x".repeat(65)] {
            assert_eq!(people.put(name, Role::Auditor, PASSWORD).unwrap_err().code(), "CNS-C-0124", "{name}");
        }
        let short = people.put("anna", Role::Auditor, "elevenchars").unwrap_err();
        assert_eq!(short.code(), "CNS-C-0125");
    }

    #[test]
    fn a_file_holds_no_password_and_is_read_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path().to_owned());
        assert!(People::read(&folder).unwrap().all().is_empty());
        let mut people = People::default();
        people.put("anna", Role::Operator, PASSWORD).unwrap();
        people.write(&folder).unwrap();
        let text = folder::read(&folder.people()).unwrap();
        assert!(text.contains("$argon2id$v=19$") && !text.contains(PASSWORD), "{text}");
        assert_eq!(People::read(&folder).unwrap().enter("anna", PASSWORD).unwrap(), Some(Role::Operator));
        folder::write(&folder.people(), "person = 1").unwrap();
        assert_eq!(People::read(&folder).err().unwrap().code(), "CNS-C-0123");
    }
}
