"""Pooled answers for tests of preparation and selection. Writes selection.json beside this file.

Data: WDBC (UCI 17, CC BY 4.0), as in ../linear/wdbc.csv. Values at full precision; see `versions` in the output.
"""
import csv
import json
import pathlib


import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.feature_selection import f_classif
from sklearn.linear_model import Ridge

here = pathlib.Path(__file__).parent
with open(here / "../linear/wdbc.csv") as file:
    reader = csv.reader(file)
    names = next(reader)
    table = np.array([[float(v) for v in row[1:]] for row in reader])
    names = names[1:]

label = names.index("malignant")
y = table[:, label].astype(int)
x = np.delete(table, label, axis=1)
out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "columns": x.shape[1],
}

# tests by class
a, b = x[y == 1], x[y == 0]
student = stats.ttest_ind(a, b, equal_var=True)
out["student"] = {"t": np.abs(student.statistic).tolist(), "p": student.pvalue.tolist()}
third = np.digitize(x[:, 1], np.quantile(x[:, 1], [1 / 3, 2 / 3]))  # three classes of another column
out["third"] = third.tolist()
f = stats.f_oneway(*[x[third == k] for k in range(3)])
out["anova"] = {"f": f.statistic.tolist(), "p": f.pvalue.tolist()}
mw = [stats.mannwhitneyu(a[:, j], b[:, j], use_continuity=False, method="asymptotic") for j in range(x.shape[1])]
out["mann_whitney"] = {"u": [m.statistic for m in mw], "p": [m.pvalue for m in mw]}


def quartile_edges(v):
    """Smallest value with at least a share of the patients at or below it; bins are x <= edge."""
    s = np.sort(v)
    return [s[int(np.ceil(q * len(s))) - 1] for q in (0.25, 0.5, 0.75)]


chi = []
for j in range(x.shape[1]):
    bins = np.searchsorted(quartile_edges(x[:, j]), x[:, j], side="left")
    counts = np.array([[np.sum((bins == k) & (y == c)) for k in range(4)] for c in (0, 1)])
    chi.append(stats.chi2_contingency(counts, correction=False)[:2])
out["chi_square"] = {"statistic": [c[0] for c in chi], "p": [c[1] for c in chi]}

# principal components of standardised columns
z = (x - x.mean(0)) / x.std(0, ddof=1)
pca = PCA().fit(z)
out["pca"] = {"variance": pca.explained_variance_.tolist(), "first": pca.components_[:3].tolist()}

# mRMR, F over mean |r|
relevance, _ = f_classif(x, y)
r = np.abs(np.corrcoef(x.T))
try:
    import pandas
    import mrmr
    from mrmr import mrmr_classif

    chosen = mrmr_classif(pandas.DataFrame(x, columns=[str(j) for j in range(x.shape[1])]), pandas.Series(y), K=8,
                          show_progress=False)
    out["versions"]["mrmr_selection"] = "0.2.8"
    out["mrmr"] = [int(j) for j in chosen]
except ImportError:
    pass
out["f_classif"] = relevance.tolist()

# intraclass correlation: the odd columns read twice, with errors of growing size and a bias of the second reader
n = len(y)
read = np.sin(np.outer(np.arange(1, n + 1), np.arange(1, 11)) * 12.9898) * 43758.5453
noise = read - np.floor(read) - 0.5
second = x[:, :10] + x[:, :10].std(0) * (noise * np.linspace(0.1, 2.5, 10) + np.linspace(0, 0.5, 10))
out["second"] = [[round(float(v), 6) for v in row] for row in second]
second = np.array(out["second"])
icc = []
import pandas
import pingouin

out["versions"]["pingouin"] = pingouin.__version__
for j in range(10):
    long = pandas.DataFrame({
        "patient": np.tile(np.arange(n), 2), "reader": np.repeat(["a", "b"], n),
        "value": np.concatenate([x[:, j], second[:, j]]),
    })
    found = pingouin.intraclass_corr(long, targets="patient", raters="reader", ratings="value").set_index("Type")
    icc.append([float(found["ICC"].iloc[k]) for k in range(3)])
out["icc"] = icc

# chained ridge regressions: 6 columns with holes, all filled together after each of 3 sweeps
holes = x[:, :6].copy()
for j in (0, 2, 3):
    holes[np.modf(np.abs(read[:, j]))[0] < 0.25, j] = np.nan
out["holes"] = [[int(i) for i in np.flatnonzero(np.isnan(holes[:, j]))] for j in range(6)]
mean, sd = np.nanmean(holes, axis=0), np.nanstd(holes, axis=0, ddof=1)
known = (holes - mean) / sd
filled = np.where(np.isnan(known), 0, known)
for _ in range(3):
    after = filled.copy()
    for j in (0, 2, 3):
        there = ~np.isnan(known[:, j])
        others = np.delete(filled, j, axis=1)
        ridge = Ridge(alpha=1.0).fit(others[there], filled[there, j])
        after[~there, j] = ridge.predict(others[~there])
    filled = after
out["filled"] = {str(j): (mean[j] + sd[j] * filled[np.isnan(known[:, j]), j]).tolist() for j in (0, 2, 3)}

json.dump(out, open(here / "selection.json", "w"), indent=None, separators=(",", ":"))
