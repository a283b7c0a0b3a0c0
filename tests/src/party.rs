//! One running process: a coordinator, a node, or a command of either.
//!
//! What it prints is read as it comes, so that a test waits for a line and not for a clock. It never outlives
//! its `Party`.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::fs::FileExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

/// After this long a wait is a failure. Nothing waits this long when all is well, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A process of one party.
pub struct Party {
    name: String,
    child: Child,
    output: Arc<Output>,
}

/// A process that has ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed, line by line, standard output and standard error as they came.
    pub lines: Vec<String>,
}

#[derive(Default)]
struct Output {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    closed: usize,
}

impl Party {
    /// Starts `command`; `name` is for messages.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        Self::begin(name, command.stdin(Stdio::null()))
    }

    /// Starts `command` and types a line for it.
    pub fn told(name: &str, command: &mut Command, line: &str) -> Result<Self> {
        let mut party = Self::begin(name, command.stdin(Stdio::piped()))?;
        let mut input = party.child.stdin.take().context("standard input is piped")?;
        writeln!(input, "{line}")?;
        Ok(party)
    }

    fn begin(name: &str, command: &mut Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        let output = Arc::new(Output::default());
        follow(child.stdout.take().context("standard output is piped")?, &output);
        follow(child.stderr.take().context("standard error is piped")?, &output);
        Ok(Self { name: name.to_owned(), child, output })
    }

    /// Waits until a line that holds `text` has been printed, since the start. Gives the line.
    pub fn wait_for(&self, text: &str) -> Result<String> {
        self.wait_for_nth(text, 1)
    }

    /// Waits until `text` has been printed on `n` lines. Gives the last of them.
    pub fn wait_for_nth(&self, text: &str, n: usize) -> Result<String> {
        let nth = |seen: &Seen| seen.lines.iter().filter(|line| line.contains(text)).nth(n - 1).cloned();
        self.wait_until(nth).map_err(|why| anyhow!("{} did not print `{text}`: {why}", self.name))
    }

    /// Every line so far.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        self.output.lock().lines.clone()
    }

    /// How many lines with `text` have been printed so far.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.output.lock().lines.iter().filter(|line| line.contains(text)).count()
    }

    /// Ends the process as `kill -9` does and waits until it is gone.
    pub fn kill(mut self) -> Result<()> {
        self.child
            .kill()
            .and_then(|()| self.child.wait())
            .with_context(|| format!("killing {}", self.name))?;
        Ok(())
    }

    /// Stops the process where it is, until [`resume`](Self::resume).
    pub fn suspend(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a suspended process go on.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// The system's number for it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything the process may write to in its memory, region by region. Linux.
    pub fn memory(&self) -> Result<Vec<Vec<u8>>> {
        memory_of(self.child.id())
    }

    /// Waits until the process ends by itself.
    pub fn ended(mut self) -> Result<Ended> {
        self.wait_until(|seen| (seen.closed == 2).then_some(()))
            .map_err(|why| anyhow!("{} did not end: {why}", self.name))?;
        let status = self.child.wait()?;
        Ok(Ended { status, lines: std::mem::take(&mut self.output.lock().lines) })
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("a process has a positive id")?, signal)
            .with_context(|| format!("sending {signal:?} to {}", self.name))
    }

    fn wait_until<T>(&self, found: impl Fn(&Seen) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.output.lock();
        loop {
            if let Some(found) = found(&seen) {
                return Ok(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if seen.closed == 2 || left.is_zero() {
                let why = if left.is_zero() { "out of patience" } else { "it has ended" };
                bail!("{why}; it printed:\n{}", seen.lines.join("\n"));
            }
            seen = self.output.changed.wait_timeout(seen, left).expect("readers do not panic").0;
        }
    }
}

/// What `/proc/PID/mem` holds of a process, where it may write. A region that is gone meanwhile is left out.
pub fn memory_of(pid: u32) -> Result<Vec<Vec<u8>>> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let read = |line: &str| -> Option<Vec<u8>> {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16));
        let (from, to) = (from.ok()?, to.ok()?);
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        (rest.starts_with("rw") && memory.read_exact_at(&mut bytes, from).is_ok()).then_some(bytes)
    };
    Ok(maps.lines().filter_map(read).collect())
}

impl Drop for Party {
    fn drop(&mut self) {
        // both fail only when the process is gone already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({}, {})", self.name, self.child.id())
    }
}

impl Ended {
    /// All lines.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The text, where the process succeeded.
    pub fn succeeded(self) -> Result<String> {
        if self.status.success() { Ok(self.text()) } else { bail!("{}:\n{}", self.status, self.text()) }
    }

    /// The text, where the process refused.
    pub fn refused(self) -> Result<String> {
        if self.status.success() {
            bail!("it was not refused:\n{}", self.text());
        }
        Ok(self.text())
    }
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("readers do not panic")
    }
}

/// Reads lines until the stream closes.
fn follow(stream: impl Read + Send + 'static, output: &Arc<Output>) {
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            output.lock().lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            output.changed.notify_all();
        }
        output.lock().closed += 1;
        output.changed.notify_all();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Party {
        Party::start("sh", Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn lines_are_awaited_and_the_end_is_noticed() {
        let party = shell("echo one; echo two >&2; echo one more; exit 3");
        assert_eq!(party.wait_for_nth("one", 2).unwrap(), "one more");
        assert!(party.wait_for("three").unwrap_err().to_string().contains("it has ended"));
        let ended = party.ended().unwrap();
        assert_eq!((ended.status.code(), ended.lines.len()), (Some(3), 3));
        assert!(ended.refused().is_ok());
    }

    #[test]
    fn a_dropped_party_is_gone() {
        let party = shell("echo ready; exec cat /dev/zero > /dev/null");
        party.wait_for("ready").unwrap();
        let pid = Pid::from_raw(i32::try_from(party.child.id()).unwrap()).unwrap();
        drop(party);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }
}
