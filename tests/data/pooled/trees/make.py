"""Out-of-fold areas of scikit-learn's forest and boosting, for proto/stats/tests/trees.rs.

Run: python make.py WDBC_CSV HEART_CSV (../shared/data/wdbc/wdbc_4sites.csv, fed-heart-disease/uci_heart_4sites.csv).
Cells: row number modulo 5. Areas: mean and standard deviation over ten seeds (forest); boosting has no randomness, and
its early stopping is off. wdbc: the ten "worst" columns. heart: any disease (num > 0). heart5: num, 5 classes.
Both learners take missing values as they are.
"""
import csv, json, sys
import numpy as np, sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score

def areas(make, X, y, cells, seeds):
    K = int(y.max()) + 1
    found = []
    for seed in seeds:
        p = np.zeros((len(y), K))
        for cell in range(5):
            fit = make(seed).fit(X[cells != cell], y[cells != cell])
            p[cells == cell] = fit.predict_proba(X[cells == cell])
        wanted = [1] if K == 2 else range(K)
        found.append([roc_auc_score(y == k, p[:, k]) for k in wanted])
    found = np.array(found)
    return [[round(m, 6), round(s, 6)] for m, s in zip(found.mean(0), found.std(0))]

def forest(seed):
    return RandomForestClassifier(300, max_depth=5, min_samples_leaf=5, max_features="sqrt", random_state=seed, n_jobs=2)

def boost(seed):
    return HistGradientBoostingClassifier(learning_rate=0.3, max_iter=12, max_depth=3, max_leaf_nodes=None,
        min_samples_leaf=5, l2_regularization=1.0, max_bins=32, early_stopping=False, random_state=seed)

def write(name, X, y, sites=()):
    cells = np.arange(len(y)) % 5
    rows = [[None if np.isnan(v) else float(v) for v in r] for r in X]
    out = {
        "source": f"make.py, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "classes": int(y.max()) + 1, "labels": [int(v) for v in y], "cells": [int(v) for v in cells],
        "forest_auc": areas(forest, X, y, cells, range(10)), "boost_auc": areas(boost, X, y, cells, range(1)),
        "sites": list(sites), "rows": rows,
    }
    print(name, X.shape, out["forest_auc"], out["boost_auc"])
    json.dump(out, open(f"{name}.json", "w"), separators=(",", ":"))

wdbc = list(csv.DictReader(open(sys.argv[1])))
columns = [c for c in wdbc[0] if c.startswith("worst")]
write("wdbc", np.array([[float(r[c]) for c in columns] for r in wdbc]), np.array([1 - int(r["benign"]) for r in wdbc]))
heart = list(csv.DictReader(open(sys.argv[2])))
columns = [c for c in heart[0] if c not in ("site", "num")]
number = lambda text: float(text) if text not in ("", "NA", "?", "nan") else np.nan
X = np.array([[number(r[c]) for c in columns] for r in heart])
num = np.array([int(float(r["num"])) for r in heart])
write("heart", X, (num > 0).astype(int), [r["site"] for r in heart])
write("heart5", X, num)
