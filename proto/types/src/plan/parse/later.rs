//! Keys and words of the study plan that this version knows but does not carry out yet.
//!
//! They are refused, never ignored: a plan must not seem to ask for what will not happen. Each comes with what
//! can be done today.

/// `Some(what there is instead)` for the path of a key that a later version will carry out.
pub(super) fn key(path: &str) -> Option<&'static str> {
    KEYS.iter().find(|(key, _)| *key == path).map(|(_, instead)| *instead)
}

/// Paths, and what there is instead.
pub(super) const KEYS: [(&str, &str); 19] = [
    ("cohort.index", "this version compares no dates; use `cohort.include`"),
    ("inputs.ct.mask", "this version reads one mask for each image"),
    ("inputs.pet.mask", "this version reads one mask for each image"),
    ("inputs.pet.unit", "this version takes the unit of the image file"),
    ("inputs.mr.mask", "this version reads one mask for each image"),
    ("inputs.us.mask", "this version reads one mask for each image"),
    ("features.preset", "this version has `families`, `aggregation`, `bins` and `window`"),
    ("features.fuse", "this version puts the features of all phases side by side"),
    ("features.filters", "this version computes features of the unfiltered image"),
    ("select.final", "this version has `method`, `rule`, `alpha` and `max` in [select] itself"),
    ("evaluate.inner", "this version uses the other folds of `folds` as inner folds"),
    (
        "evaluate.metrics",
        "this version always reports AUC, calibration, Brier score, log-loss and net benefit",
    ),
    ("evaluate.report", "this version writes its results as JSON"),
    ("study.preset", "this version has no presets; write the sections"),
    ("inputs.ct.series", "this version reads one series for each image, from the folder or file of its name"),
    (
        "inputs.pet.series",
        "this version reads one series for each image, from the folder or file of its name",
    ),
    ("inputs.mr.series", "this version reads one series for each image, from the folder or file of its name"),
    ("inputs.us.series", "this version reads one series for each image, from the folder or file of its name"),
    ("study.sites.rejoin", "this version does not take a site back once it was dropped"),
];
