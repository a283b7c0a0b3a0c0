//! A planted patient whose every detail is found where it may be and nowhere else: not on the wire, not in a log at its most
//! verbose, not with the coordinator, not in what a type prints of itself.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use consilium_node::cohort::{Cohort, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_stats::Summary;
use consilium_tests::{Consortium, Tap, plans, sites};
use consilium_types::{SiteId, StudyPlan, fixed};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];
const KEY: &str = "Zwetschgenkern-7f3a91";
const NAME: &str = "Quetzalcoatlus";
const BORN: &str = "1987-06-05";
const AGE: f64 = 61.803_398_87;
const VALUES: [f64; 5] = [2.357_111_317, -1.923_293_137, 1.347_915_263, 0.862_451_739, -0.713_926_548];

/// Something that must not be found, and how it looks in bytes.
struct Needle {
    what: String,
    bytes: Vec<u8>,
}

fn needle(what: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Needle {
    Needle { what: what.into(), bytes: bytes.into() }
}

/// A text as it is, in hexadecimal digits, and in 16 bits a letter.
fn text(text: &str) -> [Needle; 3] {
    let hex = text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [
        needle(text, text),
        needle(format!("{text} in hexadecimal"), hex),
        needle(format!("{text} in UTF-16"), wide),
    ]
}

/// A value as text, as bits, and as both kinds of fixed-point words.
fn number(value: f64) -> Vec<Needle> {
    let of = |what: &str, bytes: &[u8]| needle(format!("{value} as {what}"), bytes);
    let mut needles = Vec::from(text(&value.abs().to_string()));
    needles.extend([
        of("bits, little end", &value.to_le_bytes()),
        of("bits, big end", &value.to_be_bytes()),
        of("a statistic", &fixed::encode(value).unwrap().to_le_bytes()),
        of("an update", &update(value).to_le_bytes()),
    ]);
    needles
}

#[expect(clippy::cast_possible_truncation, reason = "small values, and no limit of an update")]
fn update(value: f64) -> i64 {
    (value * f64::from(fixed::UPDATE_BITS).exp2()).round_ties_even() as i64
}

fn patient() -> Vec<Needle> {
    let numbers = VALUES.into_iter().chain([AGE]).flat_map(number);
    [KEY, NAME, BORN].into_iter().flat_map(text).chain(numbers).collect()
}

/// Adds the patient to a hospital's tables.
fn plant(data: &Path) {
    let clinical = fs::read_to_string(data.join("clinical.csv")).unwrap();
    let mut rows = clinical.lines();
    let mut planted = format!("{},surname,born\n", rows.next().unwrap());
    rows.for_each(|row| writeln!(planted, "{row},,").unwrap());
    writeln!(planted, "{KEY},{AGE},F,yes,high,yes,77,1,{NAME},{BORN}").unwrap();
    fs::write(data.join("clinical.csv"), planted).unwrap();
    let features = fs::read_to_string(data.join("features.csv")).unwrap();
    let values: Vec<String> = VALUES.iter().map(f64::to_string).collect();
    fs::write(data.join("features.csv"), format!("{features}{KEY},{}\n", values.join(","))).unwrap();
}

/// What of the needles is in these bytes.
fn found<'n>(needles: &'n [Needle], bytes: &[u8]) -> Vec<&'n str> {
    let holds = |needle: &&Needle| bytes.windows(needle.bytes.len()).any(|window| window == needle.bytes);
    needles.iter().filter(holds).map(|needle| needle.what.as_str()).collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![fs::read(path).unwrap()] })
        .collect()
}

fn lines(lines: &[String]) -> Vec<u8> {
    lines.join("\n").into_bytes()
}

#[test]
fn nothing_of_a_patient_is_found_outside_the_hospital() {
    let mut consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let data = consortium.data("east");
    plant(&data);
    let needles = patient();
    let mut strict = patient();
    strict.extend(text(&data.to_string_lossy()));
    // the coordinator again, with a log of everything
    consortium.kill_server().unwrap();
    consortium.log("trace");
    consortium.serve().unwrap();
    let east = consortium.credentials("east").unwrap();
    let tap = Tap::listen(consortium.port(), &consortium.server_credentials().unwrap(), &east).unwrap();
    consortium.redirect("east", tap.port()).unwrap();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    let running: Vec<_> = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
    let mut logs = Vec::new();
    for party in running {
        let ended = party.ended().unwrap();
        assert!(ended.status.success(), "{}", ended.text());
        logs.push(lines(&ended.lines));
    }

    let tapped = tap.tapped();
    assert!(tapped.bodies().len() > 10_000, "the tap holds the whole study: {}", tapped.bodies().len());
    assert_eq!(found(&strict, &tapped.bodies()), [""; 0], "in a message");
    for (_, bytes) in &tapped.streams {
        assert_eq!(found(&strict, bytes), [""; 0], "on the wire");
    }
    assert!(logs[0].len() > 100_000, "a log of everything: {}", logs[0].len());
    for log in &logs {
        assert_eq!(found(&strict, log), [""; 0], "in a log of a node");
    }
    let log = lines(&consortium.printed());
    assert!(log.len() > 100_000, "a log of everything: {}", log.len());
    assert_eq!(found(&strict, &log), [""; 0], "in the log of the coordinator");
    for file in files(&consortium.coordinator_folder()) {
        assert_eq!(found(&strict, &file), [""; 0], "in the coordinator's folder");
    }
    errors(&consortium, &data, &needles, &strict);

    // the same search finds all of it where it belongs
    let own = files(&data).concat();
    for what in [KEY, NAME, BORN, "61.80339887", "2.357111317"] {
        assert!(found(&needles, &own).contains(&what), "{what}");
    }
}

/// Messages about a file that is wrong name no patient, and nothing of them leaves.
fn errors(consortium: &Consortium, data: &Path, needles: &[Needle], strict: &[Needle]) {
    consortium.publish(&plans::TABLE.replace("table-01", "table-02")).unwrap();
    for site in SITES {
        consortium.node(site, &["accept", "table-02"]).unwrap().succeeded().unwrap();
    }
    let features = fs::read_to_string(data.join("features.csv")).unwrap();
    fs::write(data.join("features.csv"), features.replace("2.357111317", "2.357111317x")).unwrap();
    for arguments in [&["doctor"][..], &["accept", "table-02"], &["extract", "table-02"]] {
        let said = consortium.node("east", arguments).unwrap();
        assert_eq!(found(needles, &lines(&said.lines)), [""; 0], "{arguments:?} names a patient");
    }
    // two of three hospitals must have seen a question in the log
    let north = consortium.run("north").unwrap();
    let party = consortium.run("east").unwrap();
    party.wait_for("declined with CNS-").unwrap();
    north.kill().unwrap();
    assert_eq!(found(strict, &lines(&party.printed())), [""; 0], "in the log of a node that declines");
    let problems = fs::read(consortium.node_folder("east").join("problems.txt")).unwrap();
    assert!(!found(strict, &problems).is_empty(), "the hospital itself learns which file it is");
    for file in files(&consortium.coordinator_folder()) {
        assert_eq!(found(strict, &file), [""; 0], "in the coordinator's folder");
    }
}

/// What a panic or a dump by `{:?}` would show.
#[test]
fn types_that_hold_patients_print_nothing_of_them() {
    let folder = tempfile::tempdir().unwrap();
    sites::feature_table(folder.path(), "east", 20).unwrap();
    plant(folder.path());
    let plan = StudyPlan::from_toml(plans::TABLE, "plan.toml").unwrap();
    let (site, cache): (SiteId, Cache) = ("east".parse().unwrap(), Cache::none());
    let source = Source {
        site: &site,
        data: folder.path(),
        cache: &cache,
        reader: Reader::Here,
        unfit: Unfit::Refuse,
    };
    let cohort = Cohort::read(&plan, source, &()).unwrap();
    assert_eq!(cohort.len(), 21, "the planted patient is one of them");
    let rows = cohort.rows(&plan, &site, std::slice::from_ref(&site)).unwrap();
    let printed = format!("{cohort:?} {cohort:#?} {rows:?}");
    assert_eq!(found(&patient(), printed.as_bytes()), [""; 0]);
}

/// The search must be able to fail: each form of a value is found in bytes that hold it.
#[test]
fn every_form_of_a_value_would_be_found() {
    let words = Summary::Statistics(vec![7, fixed::encode(AGE).unwrap()]).to_bytes();
    let updates = Summary::Updates(vec![7, update(AGE)]).to_bytes();
    let needles = number(AGE);
    assert!(found(&needles, &words).contains(&"61.80339887 as a statistic"));
    assert!(found(&needles, &updates).contains(&"61.80339887 as an update"));
    assert!(found(&needles, format!("x={AGE};").as_bytes()).contains(&"61.80339887"));
    let bits = [vec![1], AGE.to_le_bytes().to_vec()].concat();
    assert_eq!(found(&needles, &bits), ["61.80339887 as bits, little end"]);
    assert_eq!(found(&text(KEY), "Z\0w\0etschgen".as_bytes()), [""; 0]);
}
