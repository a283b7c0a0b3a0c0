//! Shards on three machines, merged, are the table of one machine, byte for byte.

use std::fs;

use crate::{Bench, done, refused};

fn merge(bench: &Bench, folders: &[&str], more: &[&str]) -> Vec<String> {
    let path = |name: &str| bench.at(name).display().to_string();
    let folders = folders.iter().map(|name| path(name));
    let more = more.iter().map(|text| (*text).to_owned());
    std::iter::once("merge".to_owned())
        .chain(folders)
        .chain(["--out".to_owned(), path("m.csv")])
        .chain(more)
        .collect()
}

fn bench() -> Bench {
    let bench = Bench::new(7);
    let table = bench.read("cases.csv") + "gone,/nowhere/i.nii,/nowhere/m.nii,B\n";
    bench.write("cases.csv", &table);
    bench
}

#[test]
fn three_shards_in_one_folder_or_in_three_are_one_table() {
    let bench = bench();
    done(bench.batch("whole", &[]));
    for shard in ["0/3", "1/3", "2/3"] {
        done(bench.batch("one", &["--shard", shard]));
        done(bench.batch(&format!("own{}", &shard[..1]), &["--shard", shard]));
    }
    for folders in [&["one"][..], &["own2", "own0", "own1"]] {
        done(merge(&bench, folders, &[]));
        assert_eq!(bench.read("m.csv"), bench.read("whole/features.csv"));
        assert_eq!(bench.read("m.json"), bench.read("whole/features.json"));
        assert_eq!(bench.read("m.faults.csv"), bench.read("whole/faults.csv"));
    }
    refused("CNS-D-0259", merge(&bench, &["one"], &["--strict"]));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let bench = bench();
    done(bench.batch("a", &["--shard", "0/2"]));
    let text = refused("CNS-D-0255", merge(&bench, &["a"], &[]));
    assert!(text.contains("missing: 1/2") && text.contains("--partial"), "{text}");
    assert!(!bench.at("m.csv").exists());
    assert!(done(merge(&bench, &["a"], &["--partial"])).contains("missing: 1/2"));

    done(bench.batch("again", &["--shard", "0/2"]));
    let text = refused("CNS-D-0256", merge(&bench, &["a", "again"], &[]));
    assert!(text.contains("shard 0/2 twice"), "{text}");

    bench.write("p.toml", "bins = { count = 16 }\n");
    done(bench.batch("other", &["--shard", "1/2", "--params", bench.at("p.toml").to_str().unwrap()]));
    let text = refused("CNS-D-0256", merge(&bench, &["a", "other"], &[]));
    assert!(text.contains("parameters"), "{text}");

    done(bench.batch("thirds", &["--shard", "1/3"]));
    let text = refused("CNS-D-0256", merge(&bench, &["a", "thirds"], &[]));
    assert!(text.contains("one of 3 shards"), "{text}");

    let table = bench.read("cases.csv").replace(",A\n", ",C\n");
    bench.write("cases.csv", &table);
    done(bench.batch("b", &["--shard", "1/2"]));
    let text = refused("CNS-D-0256", merge(&bench, &["a", "b"], &[]));
    assert!(text.contains("another table"), "{text}");

    fs::create_dir(bench.at("empty")).unwrap();
    refused("CNS-D-0256", merge(&bench, &["empty"], &[]));
}

#[test]
fn a_journal_that_is_gone_is_noticed() {
    let bench = bench();
    done(bench.batch("a", &["--shard", "0/1"]));
    fs::remove_file(bench.at("a/journal-0-of-1.jsonl")).unwrap();
    let text = refused("CNS-D-0265", merge(&bench, &["a"], &[]));
    assert!(text.contains("STS_"), "{text}");
    let changed = bench.read("a/part-0-of-1.jsonl").replacen("{\"row\"", "{\"raw\"", 1);
    bench.write("a/part-0-of-1.jsonl", &changed);
    refused("CNS-D-0257", merge(&bench, &["a"], &[]));
}
