//! Whoever has a hospital's certificate and not its identity key accepts nothing in its name.

use consilium_crypto::SiteKey;
use consilium_proto::v1::AnswerRequest;
use consilium_tests::{Consortium, Rogue, plans, sites};
use consilium_types::acceptance::ACCEPTANCE;
use consilium_types::{Acceptance, Digest, Schema, SiteId};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

#[test]
fn an_acceptance_without_the_hospital_s_signature_is_refused() {
    let consortium =
        Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
    let plan = consortium.publish(plans::TABLE).unwrap();
    let credentials = consortium.credentials("south").unwrap();
    let mut thief = Rogue::connect(consortium.port(), "127.0.0.1", &credentials).unwrap();
    assert_eq!(thief.studies().unwrap().len(), 1);
    let (schema, program, south) =
        (Schema::default(), Digest::of_file(b""), "south".parse::<SiteId>().unwrap());
    let study = &plan.study.id;
    let statement = Acceptance { site: &south, study, plan: plan.hash(), schema: schema.digest(), program };
    let forged = SiteKey::from_bytes(&[9; 32]).sign(ACCEPTANCE, &statement.statement());
    let request = AnswerRequest {
        study: study.to_string(),
        plan_hash: plan.hash().as_bytes().to_vec(),
        accept: true,
        schema: serde_json::to_vec(&schema).unwrap(),
        program: program.as_bytes().to_vec(),
        signature: forged.as_bytes().to_vec(),
    };
    let mut refused = |request: AnswerRequest, code: &str| {
        let status = thief.answer(request).unwrap_err();
        assert!(status.message().contains(code), "{status}");
    };
    refused(request.clone(), "CNS-C-0211");
    refused(AnswerRequest { signature: Vec::new(), ..request.clone() }, "CNS-C-0211");
    refused(AnswerRequest { program: vec![1; 31], ..request.clone() }, "CNS-C-0207");
    refused(AnswerRequest { plan_hash: vec![1; 32], ..request }, "CNS-C-0208");

    for site in SITES {
        consortium.node(site, &["accept", study.as_str()]).unwrap().succeeded().unwrap();
    }
    assert_eq!(consortium.verdict().unwrap().findings, [], "each acceptance in the log bears its signature");
    let ledger = consortium.node("south", &["egress"]).unwrap().succeeded().unwrap();
    assert!(ledger.contains("the plan is accepted and signed"), "{ledger}");
}
