//! Images are read in a process of their own, which can neither reach the network nor write nor read anything else.
//!
//! The daemon starts this very program again for each case, tells it on its standard input what to measure, and believes
//! nothing of the answer but numbers and a code. A reader that a file brings down costs that one patient.
//! Never: a patient's key or path on a command line or in an environment. Spec: ADR-0023.

mod bounds;
mod child;
mod message;

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use consilium_types::StudyPlan;

use super::Input;
use crate::catalogue::{DataFault, ImagePair};
pub(crate) use bounds::Bounds;
use message::{Answer, Case};

/// The first word on the command line of a reader.
const READ_CASE: &str = "read-case";

/// Most bytes of an answer.
const MOST_BYTES: u64 = 16 << 20;

/// Whether a command line, the program's name first, starts a reader.
pub(crate) fn is_reader(first: Option<&OsStr>) -> bool {
    first == Some(OsStr::new(READ_CASE))
}

/// Lives as a reader: one case, then the end.
pub(crate) fn read_case() -> std::process::ExitCode {
    child::live()
}

/// Starts readers for the images of one plan.
#[derive(Debug)]
pub(super) struct Readers {
    plan: String,
}

impl Readers {
    pub(super) fn of(plan: &StudyPlan) -> Self {
        Self { plan: plan.canonical() }
    }

    /// The values of one case, as many as there are tags.
    pub(super) fn measure(
        &self,
        pair: &ImagePair,
        input: &Input,
        tags: usize,
    ) -> Result<Vec<f64>, DataFault> {
        let case = Case::of(&self.plan, input, pair)?;
        let died = |how: String| DataFault::ReaderDied { image: pair.image.clone(), how };
        match ask(&case.to_bytes()).map_err(died)? {
            Answer::Values(bits) if bits.len() == tags => Ok(bits.into_iter().map(f64::from_bits).collect()),
            Answer::Fault { code, message } => match message::known(&code) {
                Some(code) => Err(DataFault::Reader { code, message }),
                None => Err(died("an unknown code".to_owned())),
            },
            Answer::Values(_) | Answer::Bounds(_) => Err(died("an answer to another question".to_owned())),
        }
    }
}

/// What holds a reader on this machine, tried.
pub(crate) fn try_bounds() -> Result<Bounds, String> {
    match ask(&Case::nothing().to_bytes())? {
        Answer::Bounds(bounds) => Ok(bounds),
        Answer::Values(_) | Answer::Fault { .. } => Err("an answer to another question".to_owned()),
    }
}

/// One reader from its start to its end.
fn ask(case: &[u8]) -> Result<Answer, String> {
    let mut reader = start().map_err(|e| format!("it cannot be started: {e}"))?;
    let written = reader.stdin.take().map(|mut stdin| stdin.write_all(case));
    let mut answer = Vec::new();
    let read = reader.stdout.take().map(|out| out.take(MOST_BYTES + 1).read_to_end(&mut answer));
    let status = reader.wait().map_err(|e| e.to_string())?;
    if !status.success() {
        return Err(end(status));
    }
    match (written, read) {
        (Some(Ok(())), Some(Ok(_))) => Answer::from_bytes(&answer),
        _ => Err("it closed its pipes".to_owned()),
    }
}

fn start() -> std::io::Result<Child> {
    this_program()?
        .arg(READ_CASE)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// The very file that runs, also after another version was put in its place.
#[cfg(target_os = "linux")]
fn this_program() -> std::io::Result<Command> {
    use std::os::unix::process::CommandExt as _;
    let mut program = Command::new("/proc/self/exe");
    program.arg0(std::env::current_exe()?);
    Ok(program)
}

#[cfg(not(target_os = "linux"))]
fn this_program() -> std::io::Result<Command> {
    std::env::current_exe().map(Command::new)
}

/// How a process ended, in words.
fn end(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The program that tests are is no reader, whatever it is called with.
    #[test]
    fn an_answer_that_is_none_costs_one_patient() {
        let pair = ImagePair { image: "image.nii".into(), mask: "mask.nii".into() };
        let readers = Readers { plan: String::new() };
        let fault = readers.measure(&pair, &Input { name: "ct".to_owned(), phase: None }, 1).unwrap_err();
        assert_eq!(fault.code(), "CNS-D-0313");
        assert!(
            fault.to_string().contains("image.nii") && fault.to_string().contains("no answer"),
            "{fault}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_is_named() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        child.kill().unwrap();
        assert_eq!(end(child.wait().unwrap()), "signal 9");
    }

    /// The test below, in a process of its own.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_confined_process_reads_what_it_was_told_and_nothing_else() {
        let name = "extraction::confined::tests::confined";
        let arguments = ["--exact", name, "--ignored", "--nocapture", "--test-threads=1"];
        let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    #[ignore = "confines its process: run by the test above"]
    fn confined() {
        use std::fs::{self, File};
        use std::net::{TcpListener, TcpStream, UdpSocket};

        let folder = tempfile::tempdir().unwrap();
        let [told, other] = ["told", "other"].map(|name| folder.path().join(name));
        [&told, &other].into_iter().for_each(|file| fs::write(file, "1").unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        TcpStream::connect(address).expect("a connection before the bounds");
        File::open(&other).expect("another file before the bounds");

        let bounds = bounds::confine(std::slice::from_ref(&told)).unwrap();
        assert!(bounds.calls && bounds.limits, "{bounds:?}");
        assert_eq!(fs::read(&told).unwrap(), b"1");
        assert!(TcpStream::connect(address).is_err() && UdpSocket::bind("127.0.0.1:0").is_err());
        assert!(Command::new("true").status().is_err());
        assert!(File::create(folder.path().join("new")).is_err());
        assert!(fs::OpenOptions::new().append(true).open(&told).is_err());
        assert!(fs::remove_file(&other).is_err() && fs::rename(&other, &told).is_err());
        if bounds.files {
            assert!(File::open(&other).is_err() && File::open("/etc/passwd").is_err());
            assert!(fs::read_dir(folder.path()).is_err());
        } else {
            println!("skipped: this kernel has no landlock");
        }
        assert_eq!(std::thread::spawn(|| 7).join().unwrap(), 7, "threads of its own");
        assert!(std::thread::spawn(move || TcpStream::connect(address).is_err()).join().unwrap());
    }
}
