//! The programs of the consortium as processes of their own: this binary, started again in another role.
//!
//! Every process is ended by its id when the demo ends, fails or is interrupted; one that loses its parent ends
//! itself. What a process prints goes to its log, and line by line to who waits for it.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Which program a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `consilium-coordinator`.
    Coordinator,
    /// `consilium-node`.
    Node,
}

/// First argument that turns this binary into another program.
const ROLES: [(&str, Role); 2] =
    [("as-consilium-coordinator", Role::Coordinator), ("as-consilium-node", Role::Node)];

impl Role {
    /// The role this process was started in, if any, by its first argument.
    pub(crate) fn of(first: Option<&OsStr>) -> Option<Self> {
        let first = first?;
        ROLES.iter().find(|(name, _)| first == *name).map(|(_, role)| *role)
    }

    fn argument(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map(|(name, _)| *name).expect("every role is listed")
    }

    fn program(self) -> &'static str {
        self.argument().trim_start_matches("as-")
    }
}

/// Ends this process once the one that started it is gone: standard input is a pipe that closes then.
pub(crate) fn end_with_parent() {
    thread::spawn(|| {
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
        std::process::exit(130);
    });
}

/// All processes of one demo.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    started: Mutex<Started>,
}

#[derive(Debug, Default)]
struct Started {
    /// Nothing starts any more.
    over: bool,
    children: Vec<Arc<Mutex<Child>>>,
}

impl Processes {
    /// Starts this binary in a role. Its output is appended to `log`.
    pub(crate) fn start<A: AsRef<OsStr>>(&self, role: Role, args: &[A], log: &Path) -> Result<Process> {
        let name = role.program();
        let mut started = lock(&self.started);
        if started.over {
            bail!("interrupted");
        }
        let mut child = Command::new(std::env::current_exe().context("finding this program")?)
            .arg(role.argument())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let (sender, lines) = channel();
        let file = OpenOptions::new().create(true).append(true).open(log);
        let file = Arc::new(Mutex::new(file.with_context(|| format!("opening {}", log.display()))?));
        child.stdout.take().into_iter().for_each(|stream| follow(stream, &file, &sender));
        child.stderr.take().into_iter().for_each(|stream| follow(stream, &file, &sender));
        let child = Arc::new(Mutex::new(child));
        started.children.push(Arc::clone(&child));
        Ok(Process { name, child, lines, log: log.to_owned(), seen: Vec::new() })
    }

    /// Runs a command to its end and gives what it printed.
    pub(crate) fn call<A: AsRef<OsStr>>(&self, role: Role, args: &[A], log: &Path) -> Result<String> {
        self.start(role, args, log)?.finish()
    }

    /// Ends every process that still runs, and starts no more.
    pub(crate) fn stop(&self) {
        let mut started = lock(&self.started);
        started.over = true;
        for child in started.children.drain(..) {
            let mut child = lock(&child);
            // both fail only when the process has ended already
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One process.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    child: Arc<Mutex<Child>>,
    lines: Receiver<String>,
    log: PathBuf,
    seen: Vec<String>,
}

impl Process {
    /// Waits for a line that holds `text`.
    pub(crate) fn line_with(&mut self, text: &str, patience: Duration) -> Result<String> {
        let deadline = Instant::now() + patience;
        loop {
            match self.next_line(deadline)? {
                Some(line) if line.contains(text) => return Ok(line),
                Some(_) => {}
                None => bail!("{} ended early\n{}", self.name, self.tail()),
            }
        }
    }

    /// The next line, or nothing when the process has closed its output. Fails at the deadline.
    pub(crate) fn next_line(&mut self, deadline: Instant) -> Result<Option<String>> {
        match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.seen.push(line.clone());
                Ok(Some(line))
            }
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => bail!("{} takes too long\n{}", self.name, self.tail()),
        }
    }

    /// Waits for the end. Gives what was printed, or fails with it.
    pub(crate) fn finish(mut self) -> Result<String> {
        self.seen.extend(self.lines.iter());
        let status = lock(&self.child).wait().with_context(|| format!("waiting for {}", self.name))?;
        if !status.success() {
            bail!("{} failed ({status})\n{}", self.name, self.tail());
        }
        Ok(self.seen.join("\n"))
    }

    fn tail(&self) -> String {
        let last = &self.seen[self.seen.len().saturating_sub(8)..];
        format!("    {}\n  its log: {}", last.join("\n    "), self.log.display())
    }
}

/// Copies a stream to the log and to the channel, line by line.
fn follow(stream: impl Read + Send + 'static, log: &Arc<Mutex<File>>, lines: &Sender<String>) {
    let (log, lines) = (Arc::clone(log), lines.clone());
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            // a full disk must not stop the process from being followed
            let _ = writeln!(lock(&log), "{line}");
            let _ = lines.send(line);
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
