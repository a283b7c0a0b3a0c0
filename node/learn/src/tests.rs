//! The network against arithmetic written by hand in f64, and the promises of [`Networks`].

#![expect(clippy::cast_possible_truncation, reason = "references are computed in f64 and given as f32")]

use burn::module::{Module as _, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use chacha20::ChaCha20Rng;
use consilium_stats::{NetworkFault, Networks as _, Trained, TrainingJob};
use consilium_types::Manifest;
use proptest::prelude::*;
use rand_core::SeedableRng as _;

use crate::perceptron::{Perceptron, PerceptronConfig};
use crate::{Perceptrons, flat};

/// Patients made for a test.
pub(crate) struct Patients {
    pub(crate) inputs: Vec<Vec<f32>>,
    pub(crate) labels: Vec<f32>,
}

impl Patients {
    /// `n` rows of `width` uniform values in (-1, 1); cases are likelier where the first values are large.
    pub(crate) fn random(n: usize, width: usize, seed: u8) -> Self {
        let mut draw = uniform(seed);
        let inputs: Vec<Vec<f32>> = (0..n).map(|_| (0..width).map(|_| draw()).collect()).collect();
        let risk = |row: &Vec<f32>| row.iter().take(2).sum::<f32>();
        let labels = inputs.iter().map(|row| f32::from(u8::from(risk(row) + draw() > 0.0))).collect();
        Self { inputs, labels }
    }

    fn xor() -> Self {
        let corners = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
        let labels = vec![0.0, 1.0, 1.0, 0.0];
        Self { inputs: corners.iter().map(|c| c.to_vec()).collect(), labels }
    }

    pub(crate) fn job<'a>(&'a self, hidden: &'a [usize], start: &'a [f32]) -> TrainingJob<'a> {
        let (inputs, labels) = (&self.inputs[..], &self.labels[..]);
        TrainingJob {
            hidden,
            start,
            inputs,
            labels,
            epochs: 1,
            batch: 16,
            rate: 0.1,
            decay: 0.0,
            seed: 1,
            dp: None,
        }
    }

    /// Penalised mean cross-entropy, in f64: what a step descends.
    fn objective(&self, hidden: &[usize], parameters: &[f64], decay: f64) -> f64 {
        let losses = self.inputs.iter().zip(&self.labels).map(|(row, label)| {
            let logit = logit_by_hand(hidden, parameters, row);
            logit.max(0.0) - logit * f64::from(*label) + (-logit.abs()).exp().ln_1p()
        });
        let weights = weight_mask(self.inputs[0].len(), hidden);
        let squares =
            parameters.iter().zip(weights).map(|(p, is_weight)| if is_weight { p * p } else { 0.0 });
        losses.sum::<f64>() / self.inputs.len() as f64 + decay / 2.0 * squares.sum::<f64>()
    }
}

fn uniform(seed: u8) -> impl FnMut() -> f32 {
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    move || (2.0 * f64::from(rng.next_u32()) / f64::from(u32::MAX) - 1.0) as f32
}

pub(crate) fn random_start(width: usize, hidden: &[usize], seed: u8) -> Vec<f32> {
    let mut draw = uniform(seed);
    (0..Manifest::perceptron(width, hidden).len()).map(|_| draw()).collect()
}

/// True where the flat vector holds a weight, false where it holds a bias.
fn weight_mask(width: usize, hidden: &[usize]) -> Vec<bool> {
    let parameters = Manifest::perceptron(width, hidden).parameters;
    parameters.iter().flat_map(|p| vec![p.name.ends_with("weight"); p.len()]).collect()
}

/// The logit from its definition: `x W + b`, rectified between layers.
fn logit_by_hand(hidden: &[usize], parameters: &[f64], row: &[f32]) -> f64 {
    let mut values: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
    let mut rest = parameters;
    for (layer, units) in hidden.iter().chain([&1]).enumerate() {
        if layer > 0 {
            values = values.iter().map(|v| v.max(0.0)).collect();
        }
        let (weight, after) = rest.split_at(values.len() * units);
        let (bias, after) = after.split_at(*units);
        let unit = |u: usize| {
            values.iter().enumerate().map(|(i, v)| v * weight[i * units + u]).sum::<f64>() + bias[u]
        };
        values = (0..*units).map(unit).collect();
        rest = after;
    }
    values[0]
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

fn train(job: &TrainingJob<'_>) -> Trained {
    Perceptrons.train(job).expect("a job that fits")
}

#[test]
fn burn_visits_parameters_in_the_order_of_the_manifest() {
    for hidden in [vec![], vec![3], vec![4, 2], (1..13).collect()] {
        let network = PerceptronConfig::new(5, hidden.clone()).init(&Device::flex());
        let mut names = Names::default();
        network.visit(&mut names);
        let manifest = Manifest::perceptron(5, &hidden);
        let expected: Vec<_> = manifest.parameters.into_iter().map(|p| (p.name, p.shape)).collect();
        assert_eq!(names.found, expected);
    }
}

#[derive(Default)]
struct Names {
    path: Vec<String>,
    found: Vec<(String, Vec<usize>)>,
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.push((self.path.join("."), param.lazy_shape().to_vec()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parameters_survive_the_network(width in 1_usize..6, hidden in prop::collection::vec(1_usize..6, 0..3)) {
        let values = random_start(width, &hidden, 3);
        for device in [Device::flex(), Device::flex().autodiff()] {
            let network: Perceptron = PerceptronConfig::new(width, hidden.clone()).init(&device);
            prop_assert_eq!(&flat::read(&flat::fill(network, &values)), &values);
        }
    }

    #[test]
    fn predictions_are_the_forward_pass_by_hand(
        n in 1_usize..30, width in 1_usize..6, hidden in prop::collection::vec(1_usize..6, 0..3), seed: u8,
    ) {
        let patients = Patients::random(n, width, seed);
        let parameters = random_start(width, &hidden, seed.wrapping_add(1));
        let found = Perceptrons.predict(&hidden, &parameters, &patients.inputs).expect("sizes fit");
        prop_assert_eq!(found.len(), n);
        for (row, p) in patients.inputs.iter().zip(found) {
            let expected = 1.0 / (1.0 + (-logit_by_hand(&hidden, &wide(&parameters), row)).exp());
            prop_assert!((p - expected).abs() < 1e-5, "{p} {expected}");
        }
    }

    #[test]
    fn odd_sizes_are_trained_or_refused_but_never_panic(
        n in 0_usize..4, width in 0_usize..3, hidden in prop::collection::vec(0_usize..3, 0..3),
        parameters in 0_usize..20, batch in 0_u32..6, epochs in 0_u32..3,
    ) {
        let patients = Patients::random(n, width, 9);
        let start = vec![0.5; parameters];
        let fits = parameters == Manifest::perceptron(width, &hidden).len() && width > 0 && !hidden.contains(&0);
        let job = TrainingJob { batch, epochs, ..patients.job(&hidden, &start) };
        prop_assert_eq!(Perceptrons.train(&job).is_ok(), batch > 0 && epochs > 0 && (fits || n == 0));
        prop_assert_eq!(Perceptrons.predict(&hidden, &start, &patients.inputs).is_ok(), fits || n == 0);
    }
}

/// One step over the whole site against central differences of the objective, which know nothing of burn.
#[test]
fn a_step_goes_down_the_gradient() {
    let patients = Patients::random(12, 3, 5);
    for hidden in [vec![], vec![4], vec![3, 2]] {
        let start = random_start(3, &hidden, 6);
        let job = TrainingJob { rate: 0.5, decay: 0.25, ..patients.job(&hidden, &start) };
        let trained = train(&job);
        for i in 0..start.len() {
            let at = |shift: f64| {
                let mut moved = wide(&start);
                moved[i] += shift;
                patients.objective(&hidden, &moved, job.decay)
            };
            let expected = f64::from(start[i]) - job.rate * (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((f64::from(trained.parameters[i]) - expected).abs() < 1e-5, "{hidden:?} {i}");
        }
        let loss = 12.0 * patients.objective(&hidden, &wide(&start), 0.0);
        assert!((trained.loss - loss).abs() < 1e-4, "{} {loss}", trained.loss);
    }
}

/// Reference: Newton's method in f64 on the same objective, with the penalty `n * decay` on the weights.
#[test]
fn without_hidden_layers_training_ends_at_the_ridge_regression() {
    let patients = Patients::random(60, 2, 8);
    let job =
        TrainingJob { epochs: 3_000, batch: 60, rate: 1.0, decay: 0.02, ..patients.job(&[], &[0.0; 3]) };
    let expected = ridge_by_newton(&patients, 60.0 * job.decay);
    for (found, expected) in train(&job).parameters.iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} {expected}");
    }
}

/// Coefficients `[x1, x2, intercept]` that maximise the log-likelihood less `lambda / 2` times the squared slopes.
fn ridge_by_newton(patients: &Patients, lambda: f64) -> [f64; 3] {
    let mut beta = [0.0; 3];
    for _ in 0..30 {
        let mut gradient = [lambda * beta[0], lambda * beta[1], 0.0];
        let mut hessian = [[lambda, 0.0, 0.0], [0.0, lambda, 0.0], [0.0; 3]];
        for (row, label) in patients.inputs.iter().zip(&patients.labels) {
            let x = [f64::from(row[0]), f64::from(row[1]), 1.0];
            let p = 1.0 / (1.0 + (-(x[0] * beta[0] + x[1] * beta[1] + beta[2])).exp());
            for a in 0..3 {
                gradient[a] += (p - f64::from(*label)) * x[a];
                (0..3).for_each(|b| hessian[a][b] += p * (1.0 - p) * x[a] * x[b]);
            }
        }
        let step = solve(hessian, gradient);
        (0..3).for_each(|a| beta[a] -= step[a]);
    }
    beta
}

/// Cramer's rule.
fn solve(m: [[f64; 3]; 3], b: [f64; 3]) -> [f64; 3] {
    let det = |m: [[f64; 3]; 3]| {
        let minor = |i: usize, j: usize| m[1][i] * m[2][j] - m[1][j] * m[2][i];
        m[0][0] * minor(1, 2) - m[0][1] * minor(0, 2) + m[0][2] * minor(0, 1)
    };
    [0, 1, 2].map(|column| {
        let mut replaced = m;
        (0..3).for_each(|row| replaced[row][column] = b[row]);
        det(replaced) / det(m)
    })
}

#[test]
fn what_no_line_separates_is_learned() {
    let patients = Patients::xor();
    let start = random_start(2, &[8], 2);
    let trained = train(&TrainingJob { epochs: 500, batch: 3, rate: 0.3, ..patients.job(&[8], &start) });
    let scores = Perceptrons.predict(&[8], &trained.parameters, &patients.inputs).expect("sizes fit");
    for (p, label) in scores.iter().zip(&patients.labels) {
        assert!((p - f64::from(*label)).abs() < 0.05, "{scores:?}");
    }
}

#[test]
fn training_reduces_the_loss() {
    let patients = Patients::random(50, 4, 12);
    let start = random_start(4, &[6], 13);
    let after = |epochs| train(&TrainingJob { epochs, ..patients.job(&[6], &start) }).loss;
    assert!(after(100) < 0.7 * after(1), "{} {}", after(1), after(100));
}

#[test]
fn decay_shrinks_weights_and_leaves_biases() {
    let patients = Patients { inputs: vec![vec![0.0, 0.0]; 2], labels: vec![0.0, 1.0] };
    let job = TrainingJob { epochs: 50, decay: 1.0, ..patients.job(&[], &[2.0, -2.0, 0.0]) };
    let trained = train(&job).parameters;
    assert!(trained[0] < 0.02 && trained[1] > -0.02, "{trained:?}");
    assert!(trained[2].abs() < 1e-6, "{trained:?}");
}

/// What federated averaging rests on: one step each over a whole site, weighted by patients, is the pooled step.
#[test]
fn the_weighted_average_of_site_steps_is_the_pooled_step() {
    let pooled = Patients::random(30, 3, 21);
    let start = random_start(3, &[5], 22);
    let step = |from: usize, to: usize| {
        let (inputs, labels) = (&pooled.inputs[from..to], &pooled.labels[from..to]);
        train(&TrainingJob { inputs, labels, batch: 100, ..pooled.job(&[5], &start) }).parameters
    };
    for ((a, b), whole) in step(0, 9).iter().zip(step(9, 30)).zip(step(0, 30)) {
        assert!(((9.0 * a + 21.0 * b) / 30.0 - whole).abs() < 1e-6);
    }
}

#[test]
fn the_same_job_gives_the_same_bits_whatever_ran_before() {
    let patients = Patients::random(33, 4, 30);
    let start = random_start(4, &[6, 3], 31);
    let job = TrainingJob { epochs: 5, batch: 8, ..patients.job(&[6, 3], &start) };
    let first = train(&job);
    let other = Patients::random(7, 2, 32);
    train(&TrainingJob { epochs: 3, ..other.job(&[2], &random_start(2, &[2], 33)) });
    Device::flex().seed(99);
    assert_eq!(train(&job), first);
    assert_ne!(train(&TrainingJob { seed: 2, ..job }), first);
}

/// 256 x 200 x 200 multiplications are beyond the 192^3 from which burn-flex 0.22 splits a product over threads.
#[test]
fn the_number_of_threads_leaves_no_trace() {
    let patients = Patients::random(256, 200, 40);
    let start = random_start(200, &[200], 41);
    let job = TrainingJob { epochs: 2, batch: 256, rate: 0.01, ..patients.job(&[200], &start) };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        pool.install(|| {
            let trained = train(&job);
            let scores = Perceptrons.predict(&[200], &trained.parameters, &patients.inputs);
            (trained, scores.expect("sizes fit"))
        })
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert_eq!(on(threads), one, "{threads} threads");
    }
}

#[test]
fn jobs_side_by_side_do_not_disturb_each_other() {
    let sites: Vec<Patients> = (0..4).map(|seed| Patients::random(20, 3, seed)).collect();
    let start = random_start(3, &[4], 50);
    let job = |site: &Patients| train(&TrainingJob { epochs: 20, ..site.job(&[4], &start) });
    let alone: Vec<Trained> = sites.iter().map(job).collect();
    let together: Vec<Trained> = std::thread::scope(|scope| {
        let running: Vec<_> = sites.iter().map(|site| scope.spawn(|| job(site))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(together, alone);
}

#[test]
fn a_site_without_patients_sends_the_model_back() {
    let nobody = Patients { inputs: vec![], labels: vec![] };
    assert_eq!(train(&nobody.job(&[2], &[0.5; 9])), Trained { parameters: vec![0.5; 9], loss: 0.0 });
    assert_eq!(Perceptrons.predict(&[2], &[0.5; 9], &[]), Ok(vec![]));
}

#[test]
fn refusals_say_what_is_wrong() {
    let patients = Patients::xor();
    let fits = patients.job(&[], &[0.1; 3]);
    let ragged = [vec![1.0, 2.0], vec![1.0]];
    let refused = |job: TrainingJob<'_>| match Perceptrons.train(&job) {
        Err(NetworkFault(message)) => message,
        Ok(trained) => panic!("trained: {trained:?}"),
    };
    let cases = [
        (
            TrainingJob { start: &[0.1; 4], ..fits },
            "brings 4 parameters; a network of these widths on 2 inputs has 3",
        ),
        (TrainingJob { hidden: &[0], ..fits }, "layer of width 0"),
        (TrainingJob { hidden: &[usize::MAX, usize::MAX], ..fits }, "too large to count"),
        (
            TrainingJob { inputs: &ragged, labels: &[0.0, 1.0], ..fits },
            "row 1 has 1 inputs, the first row has 2",
        ),
        (TrainingJob { labels: &[0.0], ..fits }, "1 labels for 4 patients"),
        (TrainingJob { labels: &[0.0, 1.0, 0.5, 0.0], ..fits }, "label 2 is 0.5"),
        (TrainingJob { start: &[0.1, f32::NAN, 0.1], ..fits }, "parameter 1 is not a finite number"),
        (TrainingJob { epochs: 0, ..fits }, "`model.network.epochs` is 0"),
        (TrainingJob { batch: 0, ..fits }, "`model.network.batch` is 0"),
        (TrainingJob { rate: f64::NAN, ..fits }, "`model.network.rate` is NaN"),
        (TrainingJob { decay: -1.0, ..fits }, "`model.network.decay` is -1"),
        (TrainingJob { rate: 1e38, decay: 1e38, epochs: 5, ..fits }, "lower `model.network.rate`"),
    ];
    for (job, expected) in cases {
        let message = refused(job);
        assert!(message.contains(expected), "{message}");
    }
    let infinite = Perceptrons.predict(&[], &[0.1; 3], &[vec![f32::INFINITY, 0.0]]);
    assert_eq!(infinite, Err(NetworkFault("input 0 is not a finite number".to_owned())));
}
