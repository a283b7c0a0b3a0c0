//! A consortium of real processes, driven through the command lines an operator and hospitals type.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use consilium_auditor::{Log, Verdict, read_policy};
use consilium_crypto::SiteKey;
use consilium_types::{Digest, PublicKey, SiteKeys, StudyPlan};
use tempfile::TempDir;

use crate::{Credentials, Ended, Party, WallClock};

/// The rules tests run under where they do not say otherwise.
pub const POLICY: &str = "min_patients = 5\nmin_sites = 2\ncell = 2\n";

/// One coordinator and any number of nodes in a folder of their own.
#[derive(Debug)]
pub struct Consortium {
    folder: TempDir,
    program: PathBuf,
    server: Option<Party>,
    port: u16,
    log: &'static str,
    clocks: BTreeMap<PathBuf, WallClock>,
}

impl Consortium {
    /// Makes a consortium and serves it on a free port of the loopback interface.
    pub fn begin(program: &str) -> Result<Self> {
        let mut consortium = Self {
            folder: tempfile::tempdir()?,
            program: program.into(),
            server: None,
            port: 0,
            log: "warn",
            clocks: BTreeMap::new(),
        };
        consortium.operator(&["init", "--name", "Test", "--address", "127.0.0.1:0"])?.succeeded()?;
        consortium.serve()?;
        Ok(consortium)
    }

    /// With these hospitals enrolled; `fill` writes the data folder of each.
    pub fn of(program: &str, sites: &[&str], fill: impl Fn(&Path, &str) -> Result<()>) -> Result<Self> {
        let consortium = Self::begin(program)?;
        for site in sites {
            fill(&consortium.data(site), site)?;
            consortium.enrol(site)?;
        }
        Ok(consortium)
    }

    /// Starts the server, on the port it had before.
    pub fn serve(&mut self) -> Result<()> {
        let folder = self.coordinator_folder();
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = self.command("coordinator", &folder, &["serve", "--listen", &listen]);
        let server = Party::start("coordinator", &mut command)?;
        let line = server.wait_for("listening on")?;
        self.port = line.rsplit(':').next().and_then(|port| port.parse().ok()).context("a port")?;
        self.server = Some(server);
        Ok(())
    }

    /// What processes that are started from now on log.
    pub fn log(&mut self, filter: &'static str) {
        self.log = filter;
    }

    /// Sets the wall clock of whoever has this folder: of what is started from now on, and later of what runs.
    pub fn set_clock(&mut self, folder: &Path, seconds: i64) -> Result<()> {
        if !self.clocks.contains_key(folder) {
            self.clocks.insert(folder.to_owned(), WallClock::new()?);
        }
        self.clocks[folder].set(seconds)
    }

    /// What the running server has printed so far.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        self.server.as_ref().map(Party::printed).unwrap_or_default()
    }

    /// Waits until the running server has printed a line with this text, `n` times.
    pub fn server_prints(&self, text: &str, n: usize) -> Result<String> {
        self.server.as_ref().context("a running server")?.wait_for_nth(text, n)
    }

    /// Lets a hospital connect to another port.
    pub fn redirect(&self, site: &str, port: u16) -> Result<()> {
        let configuration = self.node_folder(site).join("node.toml");
        let text = fs::read_to_string(&configuration)?;
        Ok(fs::write(&configuration, text.replace(&self.port.to_string(), &port.to_string()))?)
    }

    /// Starts the server anew, the log for anyone to read; gives the log's address.
    pub fn serve_with_log(&mut self) -> Result<String> {
        self.serve_anew(&["--log-listen", "127.0.0.1:0"], "the training log is at ")
    }

    /// Starts the server anew, with pages for operators and auditors; gives their origin.
    pub fn serve_with_pages(&mut self, more: &[&str]) -> Result<String> {
        self.serve_anew(&[&["--pages-listen", "127.0.0.1:0"], more].concat(), "the pages are at ")
    }

    /// Gives the last word of the line that begins with `says`.
    fn serve_anew(&mut self, more: &[&str], says: &str) -> Result<String> {
        self.kill_server()?;
        let folder = self.coordinator_folder();
        let listen = format!("127.0.0.1:{}", self.port);
        let arguments = [&["serve", "--listen", &listen], more].concat();
        let server = Party::start("coordinator", &mut self.command("coordinator", &folder, &arguments))?;
        let line = server.wait_for(says)?;
        self.server = Some(server);
        Ok(line.split_whitespace().last().context("an address")?.to_owned())
    }

    /// Lets somebody sign in to the pages.
    pub fn person(&self, name: &str, role: &str, password: &str) -> Result<Ended> {
        let arguments = ["people", "add", name, "--role", role];
        let mut command = self.command("coordinator", &self.coordinator_folder(), &arguments);
        Party::told("operator", &mut command, password)?.ended()
    }

    /// Ends the server as `kill -9` does.
    pub fn kill_server(&mut self) -> Result<()> {
        self.server.take().context("a running server")?.kill()
    }

    /// The port hospitals connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A path in the consortium's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The coordinator's folder.
    #[must_use]
    pub fn coordinator_folder(&self) -> PathBuf {
        self.path("coordinator")
    }

    /// A hospital's data folder.
    #[must_use]
    pub fn data(&self, site: &str) -> PathBuf {
        self.path(&format!("{site}-data"))
    }

    /// A hospital's node folder.
    #[must_use]
    pub fn node_folder(&self, site: &str) -> PathBuf {
        self.path(&format!("{site}-node"))
    }

    fn command(&self, role: &str, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(role).arg("--dir").arg(folder).args(arguments).env("RUST_LOG", self.log);
        if let Some(clock) = self.clocks.get(folder) {
            clock.wear(&mut command);
        }
        command
    }

    /// Runs an operator's command to its end.
    pub fn operator(&self, arguments: &[&str]) -> Result<Ended> {
        let folder = self.coordinator_folder();
        Party::start("operator", &mut self.command("coordinator", &folder, arguments))?.ended()
    }

    /// Starts a hospital's command.
    pub fn start(&self, site: &str, arguments: &[&str]) -> Result<Party> {
        Party::start(site, &mut self.command("node", &self.node_folder(site), arguments))
    }

    /// Runs a hospital's command to its end.
    pub fn node(&self, site: &str, arguments: &[&str]) -> Result<Ended> {
        self.start(site, arguments)?.ended()
    }

    /// Starts a node that answers until its studies have ended.
    pub fn run(&self, site: &str) -> Result<Party> {
        self.start(site, &["run", "--until-idle"])
    }

    /// Writes an invitation for a hospital and gives its path.
    pub fn invite(&self, site: &str) -> Result<String> {
        let file = self.path(&format!("{site}.invite")).to_string_lossy().into_owned();
        self.operator(&["invite", site, "--out", &file])?.succeeded()?;
        Ok(file)
    }

    /// Enrols a hospital: invitation, key, fingerprint, approval, certificate.
    pub fn enrol(&self, site: &str) -> Result<()> {
        let (invitation, data) = (self.invite(site)?, self.data(site));
        fs::create_dir_all(&data)?;
        let party = self.start(site, &["enrol", &invitation, "--data", &data.to_string_lossy()])?;
        let line = party.wait_for("fingerprint ")?;
        let fingerprint = line.trim_start_matches("fingerprint ");
        self.operator(&["approve", site, "--fingerprint", fingerprint])?.succeeded()?;
        party.ended()?.succeeded()?;
        self.policy(site, POLICY)
    }

    /// Replaces a hospital's rules.
    pub fn policy(&self, site: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.node_folder(site).join("policy.toml"), text)?)
    }

    /// Publishes a plan to all enrolled hospitals. Gives it as read.
    pub fn publish(&self, plan: &str) -> Result<StudyPlan> {
        let file = self.path("plan.toml");
        fs::write(&file, plan)?;
        self.operator(&["study", "publish", &file.to_string_lossy()])?.succeeded()?;
        Ok(StudyPlan::from_toml(plan, "plan.toml")?)
    }

    /// Publishes a plan, and these hospitals accept it.
    pub fn agree(&self, plan: &str, sites: &[&str]) -> Result<StudyPlan> {
        let plan = self.publish(plan)?;
        for site in sites {
            self.node(site, &["accept", plan.study.id.as_str()])?.succeeded()?;
        }
        Ok(plan)
    }

    /// The result file of a finished study.
    pub fn result(&self, plan: &StudyPlan) -> Result<String> {
        let file = self.path("result.json");
        let arguments = ["study", "results", plan.study.id.as_str(), "--out", &file.to_string_lossy()];
        self.operator(&arguments)?.succeeded()?;
        Ok(fs::read_to_string(file)?)
    }

    /// What the operator sees of a study.
    pub fn status(&self, plan: &StudyPlan) -> Result<String> {
        self.operator(&["study", "status", plan.study.id.as_str()])?.succeeded()
    }

    /// What the training log adds up to, once all of it is verified.
    pub fn verdict(&self) -> Result<Verdict> {
        Ok(Verdict::of(&self.log_of_training()?))
    }

    /// The training log, verified.
    pub fn log_of_training(&self) -> Result<Log> {
        let folder = self.coordinator_folder().join("log");
        Ok(Log::read(&folder, &read_policy(&folder.join("policy.txt"))?)?)
    }

    /// A private key in a hospital's folder.
    pub(crate) fn secret(&self, site: &str, name: &str) -> Result<Digest> {
        Ok(fs::read_to_string(self.node_folder(site).join(name))?.trim().parse()?)
    }

    /// The keys a hospital is known by, read from its private ones.
    pub fn site_keys(&self, site: &str) -> Result<SiteKeys> {
        let public = |name: &str| -> Result<PublicKey> {
            Ok((*SiteKey::from_bytes(self.secret(site, name)?.as_bytes()).public().as_bytes()).into())
        };
        Ok(SiteKeys { identity: public("identity.key")?, witness: public("witness.key")? })
    }

    /// A hospital's key and certificate.
    pub fn credentials(&self, site: &str) -> Result<Credentials> {
        let folder = self.node_folder(site);
        let read = |name: &str| fs::read_to_string(folder.join(name)).context(format!("{site}: {name}"));
        Ok(Credentials { authority: read("ca.pem")?, certificate: read("node.pem")?, key: read("node.pem")? })
    }

    /// The coordinator's key and certificate.
    pub fn server_credentials(&self) -> Result<Credentials> {
        let folder = self.coordinator_folder();
        let read = |name: &str| fs::read_to_string(folder.join(name)).context(format!("coordinator: {name}"));
        Ok(Credentials {
            authority: read("ca.pem")?,
            certificate: read("server.pem")?,
            key: read("server.key")?,
        })
    }
}
