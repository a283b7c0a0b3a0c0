//! Joining, leaving, and everything that must not let anyone in.

use std::fs;

use consilium_proto::v1::EnrolRequest;
use consilium_tests::{Consortium, Party, plans, sites, stranger};

use crate::PROGRAM;

fn one() -> Consortium {
    Consortium::of(PROGRAM, &["east"], |data, site| sites::feature_table(data, site, 20)).unwrap()
}

fn refused(consortium: &Consortium, site: &str, arguments: &[&str]) -> String {
    consortium.node(site, arguments).unwrap().refused().unwrap()
}

#[test]
fn an_invitation_works_once_and_for_one_key() {
    let consortium = one();
    let data = consortium.data("east").to_string_lossy().into_owned();
    let used = consortium.path("east.invite").to_string_lossy().into_owned();
    let text = refused(&consortium, "thief", &["enrol", &used, "--data", &data]);
    assert!(text.contains("CNS-C-0205"), "{text}");
    let again = refused(&consortium, "east", &["enrol", &used, "--data", &data]);
    assert!(again.contains("CNS-N-0104"), "{again}");
    let operator = consortium.operator(&["invite", "east"]).unwrap().refused().unwrap();
    assert!(operator.contains("CNS-C-0106"), "{operator}");
    let nobody = consortium.operator(&["approve", "thief"]).unwrap().refused().unwrap();
    assert!(nobody.contains("CNS-C-0107"), "{nobody}");
}

#[test]
fn an_altered_invitation_is_refused() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    let data = consortium.data("west");
    fs::create_dir_all(&data).unwrap();
    let (data, file) = (data.to_string_lossy().into_owned(), consortium.invite("west").unwrap());
    let text = fs::read_to_string(&file).unwrap();
    let altered = |from: &str, to: &str| {
        let line = text.lines().find(|line| line.starts_with(from)).unwrap();
        fs::write(&file, text.replace(line, to)).unwrap();
        refused(&consortium, "west", &["enrol", &file, "--data", &data])
    };
    let unknown = altered("token", "token = \"0000\"");
    assert!(unknown.contains("CNS-C-0203"), "{unknown}");
    let other = altered("log", "log = \"elsewhere+00000000+AQ==\"");
    assert!(other.contains("CNS-N-0105") && other.contains("log"), "{other}");
    let unread = altered("token", "tokn = \"0000\"");
    assert!(unread.contains("CNS-N-0105") && unread.contains("west.invite"), "{unread}");
    assert!(!unread.contains("0000"), "a message must not show the token");
}

#[test]
fn another_authority_is_not_trusted_on_either_side() {
    let (ours, theirs) = (one(), one());
    let (file, data) = (ours.invite("west").unwrap(), ours.data("east").to_string_lossy().into_owned());
    let invitation = fs::read_to_string(&file).unwrap();
    let authority = |consortium: &Consortium| consortium.server_credentials().unwrap().authority;
    fs::write(&file, invitation.replace(authority(&ours).trim(), authority(&theirs).trim())).unwrap();
    let wrong = refused(&ours, "west", &["enrol", &file, "--data", &data]);
    assert!(wrong.contains("CNS-N-0202"), "{wrong}");
    // our hospital at their coordinator: their certificate is not ours
    let configuration = ours.node_folder("east").join("node.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    let moved = text.replace(&ours.port().to_string(), &theirs.port().to_string());
    fs::write(&configuration, moved).unwrap();
    let stranger = refused(&ours, "east", &["studies"]);
    assert!(stranger.contains("CNS-N-0202"), "{stranger}");
}

#[test]
fn a_revoked_hospital_is_refused_at_its_next_call() {
    let consortium = one();
    assert!(consortium.node("east", &["studies"]).unwrap().succeeded().is_ok());
    let doctor = consortium.node("east", &["doctor"]).unwrap().succeeded().unwrap();
    assert!(!doctor.contains("FAILED") && doctor.contains("knows east"), "{doctor}");
    consortium.operator(&["revoke", "east"]).unwrap().succeeded().unwrap();
    let text = refused(&consortium, "east", &["studies"]);
    assert!(text.contains("CNS-C-0202"), "{text}");
    let doctor = refused(&consortium, "east", &["doctor"]);
    assert!(doctor.contains("FAILED   coordinator") && doctor.contains("CNS-N-0109"), "{doctor}");
}

/// The coordinator's clock decides, whatever the file says.
#[test]
fn an_invitation_that_expired_at_the_coordinator_is_refused() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    let data = consortium.data("west");
    fs::create_dir_all(&data).unwrap();
    let file = consortium.invite("west").unwrap();
    consortium.expire_invitation("west", &file).unwrap();
    let text = refused(&consortium, "west", &["enrol", &file, "--data", &data.to_string_lossy()]);
    assert!(text.contains("CNS-C-0204"), "{text}");
    let long = consortium.operator(&["invite", "west", "--hours", "73"]).unwrap().refused().unwrap();
    assert!(long.contains("73 is not in 1..=72"), "{long}");
    consortium.operator(&["invite", "west", "--hours", "1"]).unwrap().succeeded().unwrap();
}

#[test]
fn keys_that_are_not_proven_are_not_enrolled() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    let file = fs::read_to_string(consortium.invite("west").unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut EnrolRequest)| {
        let mut request = stranger::request("west", &file, [1, 2]).unwrap();
        change(&mut request);
        stranger::enrol(consortium.port(), &file, request).unwrap_err().message().to_owned()
    };
    let other = stranger::request("west", &file, [3, 4]).unwrap();
    for change in [
        &|request: &mut EnrolRequest| request.identity_key.clone_from(&other.identity_key),
        &|request: &mut EnrolRequest| request.witness_key.clone_from(&other.witness_key),
        &|request: &mut EnrolRequest| request.csr_pem.clone_from(&other.csr_pem),
        &|request: &mut EnrolRequest| request.witness_proof.clear(),
        &|request: &mut EnrolRequest| request.identity_proof[9] ^= 1,
        // somebody else's proof, of another invitation
        &|request: &mut EnrolRequest| *request = stranger::request("east", &file, [1, 2]).unwrap(),
    ] as [&dyn Fn(&mut EnrolRequest); 6]
    {
        let text = refused(change);
        assert!(text.contains("CNS-C-0211"), "{text}");
    }
    let text = refused(&|request| request.identity_key.truncate(31));
    assert!(text.contains("CNS-C-0207"), "{text}");
    let text = refused(&|request| *request = stranger::request("west", &file, [1, 1]).unwrap());
    assert!(text.contains("CNS-C-0212"), "{text}");
    let honest = stranger::request("west", &file, [1, 2]).unwrap();
    stranger::enrol(consortium.port(), &file, honest.clone()).unwrap();
    let east = fs::read_to_string(consortium.invite("east").unwrap()).unwrap();
    let theirs = stranger::request("east", &east, [1, 5]).unwrap();
    let text = stranger::enrol(consortium.port(), &east, theirs).unwrap_err().message().to_owned();
    assert!(text.contains("CNS-C-0212"), "another hospital's key: {text}");
}

#[test]
fn a_port_in_use_is_named() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    let listen = format!("127.0.0.1:{}", consortium.port());
    let text = consortium.operator(&["serve", "--listen", &listen]).unwrap().refused().unwrap();
    assert!(text.contains("CNS-C-0104") && text.contains(&listen), "{text}");
    let again = ["init", "--name", "Again", "--address", "127.0.0.1:0"];
    assert!(consortium.operator(&again).unwrap().refused().unwrap().contains("CNS-C-0102"));
}

#[test]
fn a_plan_that_is_wrong_or_known_is_not_published() {
    let consortium =
        Consortium::of(PROGRAM, &["east", "north"], |data, site| sites::feature_table(data, site, 20));
    let consortium = consortium.unwrap();
    let file = consortium.path("wrong.toml").to_string_lossy().into_owned();
    fs::write(&file, plans::TABLE.replace("label ", "lable ")).unwrap();
    let publish = |file: &str| consortium.operator(&["study", "publish", file]).unwrap();
    let text = publish(&file).refused().unwrap();
    assert!(text.contains("wrong.toml:") && text.contains("did you mean `label`"), "{text}");
    fs::write(&file, plans::TABLE.replace("min = 2", "min = 3")).unwrap();
    assert!(publish(&file).refused().unwrap().contains("CNS-C-0113"));
    fs::write(&file, plans::TABLE).unwrap();
    publish(&file).succeeded().unwrap();
    fs::write(&file, plans::TABLE.replace("folds = 3", "folds = 4")).unwrap();
    assert!(publish(&file).refused().unwrap().contains("CNS-C-0110"));
}

#[test]
fn an_enrolment_that_was_interrupted_goes_on() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    sites::feature_table(&consortium.data("east"), "east", 20).unwrap();
    let (file, data) =
        (consortium.invite("east").unwrap(), consortium.data("east").to_string_lossy().into_owned());
    let enrol = || -> (Party, String) {
        let party = consortium.start("east", &["enrol", &file, "--data", &data]).unwrap();
        let line = party.wait_for("fingerprint ").unwrap();
        (party, line)
    };
    let (party, first) = enrol();
    party.kill().unwrap();
    let (party, second) = enrol();
    assert_eq!(first, second, "the key is kept");
    consortium.operator(&["approve", "east"]).unwrap().succeeded().unwrap();
    party.ended().unwrap().succeeded().unwrap();
}
