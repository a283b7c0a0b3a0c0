//! The templates of deploy/, carried out on this machine: three shards and a merge give the table of one run.

use std::process::Command;

use serde::Deserialize as _;
use serde_yaml_ng::{Deserializer, Value};

use crate::{Bench, done, root, run, stderr};

const PROGRAM: &str = env!("CARGO_BIN_EXE_consilium-radiomics");

fn template(name: &str) -> String {
    std::fs::read_to_string(root().join("deploy").join(name)).unwrap()
}

/// Runs a batch script as Slurm would.
fn slurm(script: &str, arguments: &[&str], variables: &[(&str, &str)]) {
    let mut command = Command::new("bash");
    command.arg(root().join("deploy/slurm").join(script)).args(arguments);
    command.env("CONSILIUM_RADIOMICS", PROGRAM).env_remove("SHARDS").envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_slurm_array_and_its_merge_are_one_run() {
    let bench = Bench::new(5);
    done(bench.batch("whole", &[]));
    let path = |name: &str| bench.at(name).display().to_string();
    let (table, folder, merged) = (path("cases.csv"), path("array"), path("merged.csv"));
    for task in ["0", "1", "2"] {
        let count = [("SLURM_ARRAY_TASK_COUNT", "3"), ("SLURM_ARRAY_TASK_ID", task)];
        let given = [("SLURM_CPUS_PER_TASK", "2"), ("SLURM_MEM_PER_NODE", "4096")];
        slurm("radiomics-array.sbatch", &[&table, &folder, "--rehash"], &[count, given].concat());
    }
    // one task again, alone in its array
    let alone = [("SLURM_ARRAY_TASK_COUNT", "1"), ("SLURM_ARRAY_TASK_ID", "2"), ("SHARDS", "3")];
    slurm("radiomics-array.sbatch", &[&table, &folder], &alone);
    slurm("radiomics-merge.sbatch", &[&folder, &merged], &[]);
    assert_eq!(bench.read("merged.csv"), bench.read("whole/features.csv"));
}

#[test]
fn a_kubernetes_indexed_job_is_one_run() {
    let text = template("kubernetes/radiomics-indexed-job.yaml");
    let documents: Vec<Value> =
        Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap()).collect();
    let [job, policy] = documents.as_slice() else { panic!("{} documents", documents.len()) };
    assert_eq!((job["kind"].as_str(), policy["kind"].as_str()), (Some("Job"), Some("NetworkPolicy")));
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"].as_str(), Some("Indexed"));
    assert_eq!(spec["completions"], spec["parallelism"]);
    let pod = &spec["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(policy["spec"]["podSelector"]["matchLabels"], spec["template"]["metadata"]["labels"]);
    assert_eq!(pod["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"].as_bool(), Some(true));
    assert_eq!(container["volumeMounts"][0]["readOnly"].as_bool(), Some(true));

    let bench = Bench::new(5);
    done(bench.batch("whole", &[]));
    let here = bench.folder.path().to_str().unwrap();
    for index in 0..spec["completions"].as_u64().unwrap() {
        let argument = |value: &Value| {
            let text = value.as_str().unwrap().replace("$(SHARD)", &index.to_string());
            text.replace("/images", here).replace("/results", here)
        };
        let output = run(container["args"].as_sequence().unwrap().iter().map(argument));
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let [folder, merged] = ["features", "merged.csv"].map(|name| bench.at(name).display().to_string());
    done(["merge", &folder, "--out", &merged]);
    assert_eq!(bench.read("merged.csv"), bench.read("whole/features.csv"));
}
