//! A release that one person signed, or that somebody changed, is not taken for one (`deploy/release`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Programs of a release that say nothing, signed with fresh keys.
struct Release(tempfile::TempDir);

impl Release {
    /// Nothing where OpenSSH is not installed.
    fn of_two_people() -> Option<Self> {
        let release = Self(tempfile::tempdir().unwrap());
        fs::create_dir(release.folder()).unwrap();
        fs::write(release.folder().join("consilium-node"), "a program").unwrap();
        fs::write(release.folder().join("BUILT"), "commit 0").unwrap();
        release.in_folder("sha256sum BUILT consilium-node > SHA256SUMS");
        let people = ["ada", "bea"].map(|person| release.key(person));
        let Some(signers) = people.into_iter().collect::<Option<Vec<_>>>() else {
            println!("skipped: ssh-keygen is not installed");
            return None;
        };
        fs::write(release.signers(), signers.concat()).unwrap();
        Some(release)
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("release")
    }

    fn signers(&self) -> PathBuf {
        self.0.path().join("signers")
    }

    /// Makes a key, and the line by which others know it.
    fn key(&self, person: &str) -> Option<String> {
        let file = self.0.path().join(person);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&file)
            .status()
            .ok()?;
        assert!(made.success());
        Some(format!("{person} {}", fs::read_to_string(file.with_extension("pub")).unwrap()))
    }

    fn sign(&self, key: &str, name: &str) {
        let output = self.script("sign").arg(self.0.path().join(key)).arg(name).output().unwrap();
        assert!(output.status.success(), "{}", words(&output));
    }

    fn script(&self, name: &str) -> Command {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/release");
        let mut command = Command::new(scripts.join(name));
        command.arg(self.folder());
        command
    }

    fn in_folder(&self, line: &str) {
        assert!(Command::new("sh").args(["-c", line]).current_dir(self.folder()).status().unwrap().success());
    }

    /// What `check` says, and whether it is content.
    fn checked(&self) -> (bool, String) {
        let output = self.script("check").arg(self.signers()).output().unwrap();
        (output.status.success(), words(&output))
    }

    #[track_caller]
    fn assert_refused(&self, why: &str) {
        let (content, said) = self.checked();
        assert!(!content && said.contains(why), "{said}");
    }
}

fn words(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}

#[test]
fn a_release_is_what_two_people_signed() {
    let Some(release) = Release::of_two_people() else { return };
    release.assert_refused("two people must have signed, with a key each; here: nobody");
    release.sign("ada", "ada");
    release.assert_refused("here: ada");
    release.sign("bea", "bea");
    assert_eq!(
        release.checked(),
        (true, "signed by ada bea; every file is the one they signed\n".to_owned())
    );
}

#[test]
fn one_person_is_not_two() {
    let Some(release) = Release::of_two_people() else { return };
    release.sign("ada", "ada");
    release.sign("ada", "bea");
    release.assert_refused("here: ada ada");
    // a key that the list gives to both
    let signers = fs::read_to_string(release.signers()).unwrap();
    let ada = signers.lines().next().unwrap();
    fs::write(release.signers(), format!("{ada}\n{}\n", ada.replacen("ada", "bea", 1))).unwrap();
    release.assert_refused("two people must have signed");
}

#[test]
fn a_stranger_and_a_signature_for_something_else_do_not_count() {
    let Some(release) = Release::of_two_people() else { return };
    release.sign("ada", "ada");
    release.key("eve");
    release.sign("eve", "bea");
    release.assert_refused("here: ada");
    release.in_folder("ssh-keygen -q -Y sign -f ../bea -n file < SHA256SUMS > SHA256SUMS.bea.sig");
    release.assert_refused("here: ada");
}

#[test]
fn what_was_changed_or_added_after_signing_is_found() {
    let Some(release) = Release::of_two_people() else { return };
    ["ada", "bea"].iter().for_each(|person| release.sign(person, person));
    let program = release.folder().join("consilium-node");
    fs::write(&program, "another program").unwrap();
    release.assert_refused("is not the one that was signed");
    // with sums that fit, the signatures do not
    release.in_folder("sha256sum BUILT consilium-node > SHA256SUMS");
    release.assert_refused("here: nobody");
    fs::write(&program, "a program").unwrap();
    release.in_folder("sha256sum BUILT consilium-node > SHA256SUMS");
    assert!(release.checked().0);
    fs::write(release.folder().join("libc.so.6"), "found first").unwrap();
    release.assert_refused("files that SHA256SUMS does not list");
}
