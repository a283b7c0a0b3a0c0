//! The committed generated code is what the .proto files say.
//!
//! Compiled here, not in a build script: building Consilium needs no protoc. To renew the file after a change:
//! `UPDATE_GENERATED=1 cargo test -p consilium-proto --test generated`.

use std::path::{Path, PathBuf};
use std::{env, fs};

const FILES: [&str; 2] = ["consilium/v1/consortium.proto", "consilium/v1/enrolment.proto"];
const GENERATED: &str = "src/gen/consilium.v1.rs";
const RENEW: &str = "UPDATE_GENERATED=1 cargo test -p consilium-proto --test generated";

#[test]
fn generated_code_is_not_stale() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = compile(root);
    let committed = root.join(GENERATED);
    if env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1") {
        fs::write(&committed, &fresh).expect("the generated file can be written");
    }
    let found = fs::read_to_string(&committed).unwrap_or_default();
    assert!(found == fresh, "proto/{GENERATED} is stale, or edited by hand; renew it with: {RENEW}");
}

#[test]
fn every_proto_file_is_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<String> = fs::read_dir(root.join("consilium/v1"))
        .expect("the folder of .proto files")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .map(|name| format!("consilium/v1/{name}"))
        .collect();
    found.sort();
    assert_eq!(found, FILES);
}

fn compile(root: &Path) -> String {
    let paths: Vec<PathBuf> = FILES.iter().map(|file| root.join(file)).collect();
    let described = protox::compile(&paths, [root]).expect("the .proto files compile");
    let out = tempfile::tempdir().expect("a temporary folder");
    tonic_prost_build::configure()
        .out_dir(out.path())
        .compile_fds(described)
        .expect("the described services generate");
    fs::read_to_string(out.path().join("consilium.v1.rs")).expect("one package, one file")
}
