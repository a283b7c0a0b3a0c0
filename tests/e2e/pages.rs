//! The pages in a browser: who may read, who may act, and that nobody acts alone.

use std::fs;

use consilium_tests::browser::Page;
use consilium_tests::identity_provider::{CLIENT, Forge, IdentityProvider};
use consilium_tests::{Browser, Consortium, plans, sites};

use crate::PROGRAM;

const PASSWORD: &str = "a long walk by the sea";

/// Anna and Ben operate, Carla audits.
fn consortium() -> Consortium {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    for (name, role) in [("anna", "operator"), ("ben", "operator"), ("carla", "auditor")] {
        consortium.person(name, role, PASSWORD).unwrap().succeeded().unwrap();
    }
    consortium
}

fn signed_in(origin: &str, name: &str) -> Browser {
    let mut browser = Browser::at(origin);
    let page = browser.enter(name, PASSWORD).unwrap();
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/")), "{}", page.text);
    browser
}

fn refused(page: &Page, status: u16, code: &str) {
    assert!(page.status == status && page.text.contains(code), "{status} {code}: {page:?}");
}

fn waiting_number(browser: &mut Browser) -> String {
    let record = browser.get("/acts").unwrap().text;
    let (_, rest) = record.split_once("/acts/").unwrap();
    rest.split('/').next().unwrap().to_owned()
}

#[test]
fn a_hospital_is_admitted_and_excluded_by_two_operators_and_never_by_one() {
    let mut consortium = consortium();
    let origin = consortium.serve_with_pages(&[]).unwrap();
    let [mut anna, mut ben, mut carla] = ["anna", "ben", "carla"].map(|name| signed_in(&origin, name));
    let invitation = anna.post("/hospitals/invite", &[("site", "east")]).unwrap();
    let file = consortium.path("east.invite");
    fs::write(&file, &invitation.text).unwrap();
    let data = consortium.data("east");
    sites::feature_table(&data, "east", 20).unwrap();
    let arguments = ["enrol", &file.to_string_lossy(), "--data", &data.to_string_lossy()].map(str::to_owned);
    let node = consortium.start("east", &arguments.each_ref().map(String::as_str)).unwrap();
    let line = node.wait_for("fingerprint ").unwrap();
    let fingerprint = line.trim_start_matches("fingerprint ");

    let shown: String = anna.get("/hospitals").unwrap().text.replace(' ', "");
    assert!(shown.contains(fingerprint), "{shown}");
    let wrong = anna.post("/hospitals/east/approve", &[("fingerprint", &"0".repeat(64))]).unwrap();
    refused(&wrong, 409, "CNS-C-0107");
    assert_eq!(anna.post("/hospitals/east/approve", &[("fingerprint", fingerprint)]).unwrap().status, 303);
    refused(
        &anna.post("/hospitals/east/approve", &[("fingerprint", fingerprint)]).unwrap(),
        409,
        "CNS-C-0307",
    );
    let confirm = format!("/acts/{}/confirm", waiting_number(&mut ben));
    refused(&anna.post(&confirm, &[]).unwrap(), 403, "CNS-C-0306");
    refused(&carla.post(&confirm, &[]).unwrap(), 403, "CNS-C-0303");
    let sites = consortium.operator(&["sites"]).unwrap().succeeded().unwrap();
    assert!(sites.contains("waiting"), "a single approval stays pending: {sites}");
    assert_eq!(ben.post(&confirm, &[]).unwrap().status, 303);
    node.ended().unwrap().succeeded().unwrap();
    refused(&ben.post(&confirm, &[]).unwrap(), 409, "CNS-C-0305");

    assert_eq!(ben.post("/hospitals/east/revoke", &[]).unwrap().status, 303);
    let number = waiting_number(&mut anna);
    assert_eq!(anna.post(&format!("/acts/{number}/refuse"), &[]).unwrap().status, 303);
    assert!(consortium.operator(&["sites"]).unwrap().succeeded().unwrap().contains("enrolled"));
    assert_eq!(ben.post("/hospitals/east/revoke", &[]).unwrap().status, 303);
    let number = waiting_number(&mut anna);
    assert_eq!(anna.post(&format!("/acts/{number}/confirm"), &[]).unwrap().status, 303);
    assert!(consortium.operator(&["sites"]).unwrap().succeeded().unwrap().contains("revoked"));
    let record = carla.get("/acts").unwrap().text;
    for done in
        ["invited east", "admit east", "exclude east", "refused", "signed in as auditor", "read /acts"]
    {
        assert!(record.contains(done), "{done}: {record}");
    }
}

#[test]
fn a_study_is_offered_by_two_operators_and_read_by_an_auditor() {
    let mut consortium = consortium();
    for site in ["east", "north"] {
        sites::feature_table(&consortium.data(site), site, 20).unwrap();
        consortium.enrol(site).unwrap();
    }
    let origin = consortium.serve_with_pages(&[]).unwrap();
    let [mut anna, mut ben, mut carla] = ["anna", "ben", "carla"].map(|name| signed_in(&origin, name));
    let broken = anna.post("/studies/publish", &[("plan", "[study]")]).unwrap();
    refused(&broken, 422, "CNS-P-");
    assert_eq!(anna.post("/studies/publish", &[("plan", plans::TABLE)]).unwrap().status, 303);
    let asked = ben.get("/acts").unwrap().text;
    assert!(asked.contains("to east, north") && asked.contains("Relapse from a feature table"), "{asked}");
    let number = waiting_number(&mut ben);
    assert_eq!(ben.post(&format!("/acts/{number}/confirm"), &[]).unwrap().status, 303);
    refused(&anna.post("/studies/publish", &[("plan", plans::TABLE)]).unwrap(), 409, "CNS-C-0110");
    for site in ["east", "north"] {
        consortium.node(site, &["accept", "table-01"]).unwrap().succeeded().unwrap();
    }
    let running = ["east", "north"].map(|site| consortium.run(site).unwrap());
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    let study = carla.get("/studies/table-01").unwrap().text;
    assert!(study.contains("finished") && study.contains("accepted"), "{study}");
    let report = carla.get("/studies/table-01/report/report.html").unwrap();
    let policy = &report.headers["content-security-policy"];
    assert!(policy.starts_with("sandbox allow-scripts") && !policy.contains("same-origin"), "{policy}");
    assert!(report.text.contains("Relapse from a feature table"), "the report's title");
    let log = carla.get("/log").unwrap().text;
    assert!(log.contains("study.proposed") && log.contains("/consilium/test"), "{log}");
    refused(&carla.get("/studies/other-01").unwrap(), 404, "CNS-C-0111");
    refused(&carla.get("/nowhere").unwrap(), 404, "CNS-C-0310");
    refused(&carla.post("/studies/publish", &[("plan", plans::TABLE)]).unwrap(), 403, "CNS-C-0303");
    refused(&carla.get("/studies/publish").unwrap(), 403, "CNS-C-0303");
}

#[test]
fn nobody_comes_in_without_a_password_or_from_elsewhere() {
    let mut consortium = consortium();
    let origin = consortium.serve_with_pages(&[]).unwrap();
    let mut stranger = Browser::at(&origin);
    for path in ["/", "/hospitals", "/log", "/acts", "/studies/table-01", "/studies/publish"] {
        let page = stranger.get(path).unwrap();
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/login")), "{path}");
    }
    let page = stranger.post("/acts/1/confirm", &[]).unwrap();
    assert_eq!(page.location.as_deref(), Some("/login"));
    for _ in 0..5 {
        refused(&stranger.enter("anna", "not her password").unwrap(), 401, "CNS-C-0301");
    }
    refused(&stranger.enter("nobody", PASSWORD).unwrap(), 401, "CNS-C-0301");

    let mut carla = signed_in(&origin, "carla");
    let mut ben = signed_in(&origin, "ben");
    let form = [("site", "west")];
    refused(&ben.post_from("https://evil.example", "/hospitals/invite", &form).unwrap(), 403, "CNS-C-0304");
    refused(&ben.get_as("evil.example", "/").unwrap(), 403, "CNS-C-0304");
    let page = ben.get("/").unwrap();
    assert!(page.headers["content-security-policy"].starts_with("default-src 'none'"), "{page:?}");
    assert_eq!(page.headers["cache-control"], "no-store");

    let stolen = ben.cookie();
    assert!(!stolen.is_empty() && ben.post("/logout", &[]).unwrap().status == 303);
    assert_eq!(ben.get("/").unwrap().status, 303);
    consortium.operator(&["people", "remove", "carla"]).unwrap().succeeded().unwrap();
    assert_eq!(carla.get("/log").unwrap().location.as_deref(), Some("/login"), "signed out at once");
    let short = consortium.person("dora", "auditor", "short").unwrap().refused().unwrap();
    assert!(short.contains("CNS-C-0125"), "{short}");
    let printed = consortium.printed().join("\n");
    assert!(!printed.contains(PASSWORD) && !printed.contains("anna"), "{printed}");
}

#[test]
fn pages_are_for_this_machine_alone() {
    let mut consortium = consortium();
    consortium.kill_server().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--pages-listen", "0.0.0.0:0"];
    let text = consortium.operator(&arguments).unwrap().refused().unwrap();
    assert!(text.contains("CNS-C-0127"), "{text}");
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--pages-listen", "127.0.0.1:0", "--pages-url", "coord/x"];
    let text = consortium.operator(&arguments).unwrap().refused().unwrap();
    assert!(text.contains("CNS-C-0128"), "{text}");
    fs::write(consortium.coordinator_folder().join("oidc.toml"), "issuer = 1").unwrap();
    let text = consortium.operator(&arguments[..5]).unwrap().refused().unwrap();
    assert!(text.contains("CNS-C-0123") && text.contains("oidc.toml"), "{text}");
}

/// Signs in at the provider, honestly or not.
fn through(provider: &IdentityProvider, browser: &mut Browser, groups: &[&str], forge: Forge) -> Page {
    let asked = browser.get("/oidc").unwrap();
    let asked = asked.location.unwrap_or_else(|| panic!("{}", asked.text));
    let back = provider.sign_in(&asked, ["u-17", "dora"], groups, forge).unwrap();
    browser.get(&back).unwrap()
}

#[test]
fn who_signs_in_at_the_hospital_s_provider_has_the_role_of_their_group() {
    let provider = IdentityProvider::begin().unwrap();
    let mut consortium = consortium();
    let folder = consortium.coordinator_folder();
    fs::write(folder.join("oidc.secret"), CLIENT[1]).unwrap();
    let settings = format!(
        "issuer = \"{}\"\nclient_id = \"{}\"\nsecret_file = \"oidc.secret\"\noperator = \"consilium-ops\"\nauditor = \"consilium-audit\"\n",
        provider.issuer(),
        CLIENT[0]
    );
    fs::write(folder.join("oidc.toml"), settings).unwrap();
    let origin = consortium.serve_with_pages(&[]).unwrap();
    assert!(Browser::at(&origin).get("/login").unwrap().text.contains(provider.issuer()));

    let mut dora = Browser::at(&origin);
    let page = through(&provider, &mut dora, &["staff", "consilium-audit"], |_, _| {});
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/")), "{}", page.text);
    assert!(dora.get("/").unwrap().text.contains("dora (u-17), auditor"));
    refused(&dora.post("/hospitals/invite", &[("site", "west")]).unwrap(), 403, "CNS-C-0303");
    let mut operator = Browser::at(&origin);
    through(&provider, &mut operator, &["consilium-ops", "consilium-audit"], |_, _| {});
    assert!(operator.get("/").unwrap().text.contains("dora (u-17), operator"));

    let lies: [(&str, Forge); 5] = [
        ("another key", |_, key| *key = ed25519_dalek::SigningKey::from_bytes(&[8; 32])),
        ("another nonce", |claims, _| claims["nonce"] = "old".into()),
        ("another client's", |claims, _| claims["aud"] = "elsewhere".into()),
        ("another issuer's", |claims, _| claims["iss"] = "http://127.0.0.1:1".into()),
        ("an old one", |claims, _| claims["exp"] = 1_000_000_000.into()),
    ];
    for (lie, forge) in lies {
        let mut browser = Browser::at(&origin);
        let page = through(&provider, &mut browser, &["consilium-ops"], forge);
        assert!(page.status == 403 && page.text.contains("CNS-C-0308"), "{lie}: {page:?}");
        assert_eq!(browser.get("/").unwrap().status, 303, "{lie}");
    }
    let mut browser = Browser::at(&origin);
    refused(&through(&provider, &mut browser, &["staff"], |_, _| {}), 403, "CNS-C-0309");
    // an answer that another browser asked for, and one that comes twice
    let asked = browser.get("/oidc").unwrap().location.unwrap();
    let back = provider.sign_in(&asked, ["u-17", "dora"], &["consilium-ops"], |_, _| {}).unwrap();
    refused(&Browser::at(&origin).get(&back).unwrap(), 403, "CNS-C-0304");
    assert_eq!(browser.get(&back).unwrap().status, 303);
    refused(&browser.get(&back).unwrap(), 403, "CNS-C-0304");
}
