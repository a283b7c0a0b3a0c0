//! Hospital E tests neither 1p nor 11q, and still learns with the others.

use consilium_synth::{Modality, Recipe, Task};

use super::{Consortium, plan};

#[test]
fn a_hospital_without_a_label_trains_the_others_models() {
    let template = plan(include_str!("../../../../docs/studies/mycn-1p-11q.toml"));
    let consortium = Consortium::of(&template, &Recipe::new(2, Task::Genes), Modality::PetCt, 60);
    let of_e = &consortium.hospitals[4].cohort;
    let tested = |label: usize| of_e.of_class(label, 0) + of_e.of_class(label, 1);
    // labels are in alphabetical order: 11q, 1p, MYCN
    assert_eq!((tested(0), tested(1), tested(2)), (0, 0, of_e.len()));

    let result = consortium.study(&template);
    let all: u64 = consortium.hospitals.iter().map(|hospital| hospital.cohort.len() as u64).sum();
    let known = |label: usize| result.cohort.labels[label].classes.iter().map(|class| class.n).sum::<u64>();
    assert_eq!((result.cohort.n, known(2)), (all, all));
    let elsewhere = all - of_e.len() as u64;
    assert!(known(1) <= elsewhere && known(0) <= elsewhere && known(0) > elsewhere / 2);
    assert_eq!(result.models.len(), 9, "three labels, three families");
    for model in &result.models {
        let at = result.cohort.labels.iter().position(|label| label.label == model.label).unwrap();
        let evaluation = model.binary().unwrap();
        assert_eq!(evaluation.n, known(at), "{}", model.name);
        assert!(!model.logistic().unwrap().terms.is_empty(), "{}", model.name);
    }
    let mycn = result.models.iter().find(|model| model.name == "mycn/combined/logistic").unwrap();
    assert!(mycn.binary().unwrap().auc.auc > 0.7, "{:?}", mycn.binary().unwrap().auc);
}
