//! The written tables: what a node reads, what a model finds in them, and that the null arm holds nothing.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

use consilium_synth::{
    COLUMNS, Child, Features, Input, Layout, Recipe, Site, Task, children, sites, write_clinical,
    write_features,
};
use nalgebra::{DMatrix, DVector};

fn read(file: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

#[test]
fn the_tables_hold_every_child_once_and_gaps_where_nothing_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::new(3, Task::Mycn);
    let layout = Layout::new(&Input::PHASES, 60);
    let site = sites(240)[3];
    let children = children(&recipe, &site);
    write_clinical(folder.path(), &children).unwrap();
    write_features(folder.path(), &recipe, &layout, &site, &children).unwrap();
    let (header, clinical) = read(&folder.path().join("clinical.csv"));
    assert_eq!(header, COLUMNS);
    assert_eq!(clinical.len(), 34);
    let (header, features) = read(&folder.path().join("features.csv"));
    assert_eq!(header.len(), 181);
    assert_eq!(header[61], "ct_arterial_heterogeneity_01");
    let column = COLUMNS.iter().position(|name| *name == "del11q").unwrap();
    for ((child, clinical), features) in children.iter().zip(&clinical).zip(&features) {
        assert_eq!((&clinical[0], &features[0]), (&child.patient(), &child.patient()));
        assert_eq!(clinical[column].is_empty(), child.gaps.del11q);
        assert_eq!(features[61].is_empty(), child.gaps.arterial);
        assert!(features[1].parse::<f64>().unwrap().is_finite());
    }
    let (_, second) = read(&folder.path().join("features_reader2.csv"));
    assert_eq!(second.len(), 20);
    assert!(second.iter().zip(&features).all(|(again, first)| again[0] == first[0] && again[1] != first[1]));
}

#[test]
fn site_e_tests_no_segments_and_wilms_tumours_have_no_genes() {
    let site = sites(240)[4];
    assert!(children(&Recipe::new(3, Task::Genes), &site).iter().all(|c| c.gaps.del1p && c.gaps.del11q));
    let folder = tempfile::tempdir().unwrap();
    let wilms = children(&Recipe::new(3, Task::Wilms), &sites(240)[0]);
    write_clinical(folder.path(), &wilms).unwrap();
    let (header, rows) = read(&folder.path().join("clinical.csv"));
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let is_wilms = |row: &&Vec<String>| row[at("tumour")] == "WT";
    let share = rows.iter().filter(is_wilms).count() as f64 / rows.len() as f64;
    assert!((share - 90.0 / 147.0).abs() < 0.15, "{share}");
    assert!(
        rows.iter().filter(is_wilms).all(|row| row[at("mycn")].is_empty() && row[at("stage")].is_empty())
    );
}

#[test]
fn a_wide_table_for_three_phases_has_the_published_width() {
    let layout = Layout::new(&Input::PHASES, 1316);
    let names = layout.names();
    assert_eq!(names.len(), 3948);
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    let (recipe, site) = (Recipe::new(1, Task::Mycn), sites(240)[4]);
    let child = Child::draw(&recipe, &site, 2);
    assert_eq!(Features::new(&recipe, &layout, &site).values(&child).len(), names.len());
}

/// ICC(2,1), absolute agreement of two readers (Shrout and Fleiss 1979).
fn icc(pairs: &[[f64; 2]]) -> f64 {
    let n = pairs.len() as f64;
    let grand = pairs.iter().flatten().sum::<f64>() / (2.0 * n);
    let reader = |r: usize| pairs.iter().map(|p| p[r]).sum::<f64>() / n;
    let square = |x: f64| x * x;
    let rows = pairs.iter().map(|p| 2.0 * square(f64::midpoint(p[0], p[1]) - grand)).sum::<f64>() / (n - 1.0);
    let columns = (0..2).map(|r| n * square(reader(r) - grand)).sum::<f64>();
    let total: f64 = pairs.iter().flatten().map(|x| square(x - grand)).sum();
    let error = (total - rows * (n - 1.0) - columns) / (n - 1.0);
    (rows - error) / (rows + error + 2.0 * (columns - error) / n)
}

#[test]
fn two_readers_agree_between_one_half_and_nearly_wholly() {
    let (recipe, layout) = (Recipe::new(5, Task::Mycn), Layout::new(&[Input::Ct], 200));
    let site = sites(8000)[4];
    let features = Features::new(&recipe, &layout, &site);
    let twice: Vec<_> = children(&recipe, &site)
        .iter()
        .map(|child| (features.values(child), features.reread(child)))
        .collect();
    let of = |column: usize| {
        let pair = |(a, b): &(Vec<Option<f64>>, Vec<Option<f64>>)| [a[column].unwrap(), b[column].unwrap()];
        icc(&twice.iter().map(pair).collect::<Vec<_>>())
    };
    let mut agreement: Vec<f64> = (0..200).map(of).collect();
    agreement.sort_by(f64::total_cmp);
    assert!(agreement[0] > 0.45 && agreement[0] < 0.60, "{}", agreement[0]);
    assert!(agreement[199] > 0.95 && agreement[199] < 0.995, "{}", agreement[199]);
    assert!((agreement[100] - 0.75).abs() < 0.06, "{}", agreement[100]);
}

/// Columns standardised within the site, and who is a case.
struct Table {
    columns: Vec<Vec<f64>>,
    cases: Vec<bool>,
}

impl Table {
    fn of(recipe: &Recipe, sites: &[Site], keep: impl Fn(&Child) -> bool) -> Self {
        let layout = Layout::new(&[Input::Ct], 200);
        let mut table = Self { columns: vec![Vec::new(); 202], cases: Vec::new() };
        for site in sites {
            let features = Features::new(recipe, &layout, site);
            let children: Vec<Child> = children(recipe, site).into_iter().filter(&keep).collect();
            let rows: Vec<Vec<f64>> = children.iter().map(|child| row(&features, child)).collect();
            for column in 0..202 {
                let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
                table.columns[column].extend(standardised(&values));
            }
            table.cases.extend(children.iter().map(|child| child.amplified));
        }
        table
    }

    fn welch(&self, column: usize) -> f64 {
        let group = |case: bool| -> Vec<f64> {
            let of = self.columns[column].iter().zip(&self.cases).filter(|(_, is)| **is == case);
            of.map(|(x, _)| *x).collect()
        };
        let [(m1, v1), (m0, v0)] = [group(true), group(false)].map(|values| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0)))
        });
        (m1 - m0) / (v1 + v0).sqrt()
    }

    /// Ridge logistic regression with penalty 1 on the 8 best radiomic columns that correlate below 0.8, and the clinical.
    fn fit(&self) -> (Vec<usize>, DVector<f64>) {
        let mut order: Vec<usize> = (0..200).collect();
        order.sort_by(|a, b| self.welch(*b).abs().total_cmp(&self.welch(*a).abs()));
        let mut chosen: Vec<usize> = Vec::new();
        for column in order {
            let like = |other: &usize| correlation(&self.columns[column], &self.columns[*other]).abs() >= 0.8;
            if chosen.len() < 8 && !chosen.iter().any(like) {
                chosen.push(column);
            }
        }
        chosen.extend([200, 201]);
        let x = self.design(&chosen);
        let y = DVector::from_iterator(self.cases.len(), self.cases.iter().map(|c| f64::from(u8::from(*c))));
        let mut beta = DVector::zeros(x.ncols());
        let mut penalty = DMatrix::<f64>::identity(x.ncols(), x.ncols());
        penalty[(0, 0)] = 0.0;
        for _ in 0..25 {
            let p = (&x * &beta).map(|eta| 1.0 / (1.0 + (-eta).exp()));
            let weighted = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] * p[i] * (1.0 - p[i]));
            let hessian = x.transpose() * weighted + &penalty;
            let gradient = x.transpose() * (&y - p) - &penalty * &beta;
            beta += hessian.lu().solve(&gradient).unwrap();
        }
        (chosen, beta)
    }

    fn design(&self, chosen: &[usize]) -> DMatrix<f64> {
        DMatrix::from_fn(self.cases.len(), chosen.len() + 1, |i, j| {
            if j == 0 { 1.0 } else { self.columns[chosen[j - 1]][i] }
        })
    }

    fn auc(&self, (chosen, beta): &(Vec<usize>, DVector<f64>)) -> f64 {
        let scores = self.design(chosen) * beta;
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        let (mut controls, mut below) = (0.0, 0.0);
        for patient in order {
            if self.cases[patient] { below += controls } else { controls += 1.0 }
        }
        below / (controls * (self.cases.len() as f64 - controls))
    }
}

fn row(features: &Features<'_>, child: &Child) -> Vec<f64> {
    let radiomic = features.values(child).into_iter().map(Option::unwrap);
    radiomic.chain([child.age_months.ln(), child.ldh.ln()]).collect()
}

fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    values.iter().map(|x| (x - mean) / sd).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (a.len() as f64 - 1.0)
}

/// Pooled model of 240 children, tested on children of the same sites that are none of them; and of the five sites alone.
fn aucs(seed: u64, beta: f64) -> (f64, Vec<f64>) {
    let recipe = Recipe { beta, ..Recipe::new(seed, Task::Mycn) };
    let training = &sites(240)[..5];
    let fresh = Table::of(&recipe, &sites(3000)[..5], |child| child.index >= 80);
    let pooled = fresh.auc(&Table::of(&recipe, training, |_| true).fit());
    let local = |site: &Site| {
        let table = Table::of(&recipe, std::slice::from_ref(site), |_| true);
        if table.cases.iter().filter(|case| **case).count() < 2 { 0.5 } else { fresh.auc(&table.fit()) }
    };
    (pooled, training.iter().map(local).collect())
}

#[test]
fn pooling_helps_as_much_as_the_calibration_says() {
    let seeds = 1..=8;
    let (mut pooled, mut local, mut worst) = (0.0, 0.0, 0.0);
    for seed in seeds {
        let (all, sites) = aucs(seed, Recipe::BETA);
        pooled += all / 8.0;
        local += sites.iter().sum::<f64>() / 40.0;
        worst += sites.iter().copied().fold(1.0, f64::min) / 8.0;
    }
    assert!((pooled - 0.845).abs() < 0.02, "pooled {pooled:.3}");
    assert!(pooled - local > 0.04, "pooled {pooled:.3}, local {local:.3}");
    assert!(pooled - worst > 0.10, "pooled {pooled:.3}, worst {worst:.3}");
}

#[test]
fn the_null_arm_holds_no_signal() {
    let found: f64 = (1..=8).map(|seed| aucs(seed, 0.0).0).sum::<f64>() / 8.0;
    assert!((found - 0.5).abs() < 0.02, "{found:.3}");
}
