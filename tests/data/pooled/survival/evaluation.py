"""Pooled answers of scikit-survival for the evaluation of survival models; writes evaluation.json.

scikit-survival 0.28.0. Run from this folder, after make.R: python evaluation.py
Times are rounded up to the grid. Scores are logistic functions of linear predictors on standardised columns with the
coefficients of r.json: `all` with every column, `half` with the first half. Standard errors are infinitesimal jackknives
from central differences of a weighted version, which agrees with scikit-survival at equal weights; not for gbsg2 by day,
where this takes hours.
"""
import json
import numpy as np
import pandas as pd
import sksurv
from sksurv.metrics import (brier_score, concordance_index_censored, concordance_index_ipcw, cumulative_dynamic_auc,
                            integrated_brier_score)
from sksurv.util import Surv

R = json.load(open("r.json"))
GRIDS = {"gbsg2": [(1, [365, 730, 1095, 1460, 1825]), (30, [360, 720, 1080, 1440, 1800])], "rossi": [(1, [13, 26, 39, 51])]}
# everyone still followed in Rossi's data is censored in week 52: later events are cut off
HORIZON = {"gbsg2": np.inf, "rossi": 51}


def censoring(time, event, w):
    """Weighted probability of not being censored up to and within each distinct time."""
    times, g, out = np.unique(time), 1.0, {}
    for t in times:
        n = w[(time > t) | ((time == t) & ~event)].sum()
        c = w[(time == t) & ~event].sum()
        g *= (n - c) / n if c > 0 else 1.0
        out[t] = g
    return np.array([out[t] for t in time])


def concordance(time, event, score, w, power, tau):
    cases = np.flatnonzero(event & (time < tau))
    weight = np.zeros(len(time))
    weight[cases] = censoring(time, event, w)[cases] ** -float(power)
    later = (time[None, :] > time[cases, None]) | ((time[None, :] == time[cases, None]) & ~event[None, :])
    right = (score[None, :] < score[cases, None]) + 0.5 * (score[None, :] == score[cases, None])
    pair = (w * weight)[cases, None] * w[None, :] * later
    return (pair * right).sum() / pair.sum()


def auc(time, event, score, w, t):
    cases, controls = event & (time <= t), time > t
    weight = w[cases] / censoring(time, event, w)[cases]
    right = (score[cases, None] > score[None, controls]) + 0.5 * (score[cases, None] == score[None, controls])
    pair = weight[:, None] * w[None, controls]
    return (pair * right).sum() / pair.sum()


def jackknife(statistic, time, event, score):
    """Standard error, and the derivatives of which it is made; equal patients are asked once."""
    keys, first, back = np.unique(np.c_[time, event, score], axis=0, return_index=True, return_inverse=True)
    d = np.zeros(len(keys))
    for k, i in enumerate(first):
        w = np.ones(len(time)); h = 1e-4
        w[i] = 1 + h; up = statistic(time, event, score, w)
        w[i] = 1 - h; d[k] = (up - statistic(time, event, score, w)) / (2 * h)
    d = d[np.ravel(back)]
    return float(np.sqrt((d ** 2).sum())), d


answers = {}
for name, grids in GRIDS.items():
    table = pd.read_csv(f"{name}.csv")
    columns = R[name]["columns"]
    z = (table[columns] - table[columns].mean()) / table[columns].std(ddof=1)
    coef = np.array(R[name]["concordance"]["coef"])
    half = np.where(np.arange(len(coef)) < len(coef) // 2, coef, 0.0)
    answers[name] = []
    for step, times in grids:
        time = np.ceil(table["time"].to_numpy() / step) * step
        event = (table["event"].to_numpy() == 1) & (time <= HORIZON[name])
        time = np.minimum(time, HORIZON[name] + step)
        y, tau = Surv.from_arrays(event, time), float(times[-1])
        entry = {"step": step, "times": times, "horizon": None if HORIZON[name] == np.inf else HORIZON[name], "models": {}}
        derivatives = {}
        slow = len(np.unique(time)) > 200
        for key, beta in [("all", coef), ("half", half)]:
            eta = z.to_numpy() @ beta
            p = 1 / (1 + np.exp(-eta))
            aucs, mean = cumulative_dynamic_auc(y, y, eta, times, tied_tol=0)
            estimate = np.repeat((1 - p)[:, None], len(times), axis=1)
            one = np.ones(len(time))
            statistics = {"harrell": lambda t, e, s, w: concordance(t, e, s, w, 0, np.inf),
                          "uno": lambda t, e, s, w: concordance(t, e, s, w, 2, tau)}
            for t in times:
                statistics[f"auc{t}"] = lambda a, e, s, w, t=t: auc(a, e, s, w, t)
            found = {s: f(time, event, eta, one) for s, f in statistics.items()}
            harrell = concordance_index_censored(event, time, eta, tied_tol=0)[0]
            uno = concordance_index_ipcw(y, y, eta, tau=tau, tied_tol=0)[0]
            assert abs(found["harrell"] - harrell) < 1e-12 and abs(found["uno"] - uno) < 1e-12
            assert all(abs(found[f"auc{t}"] - a) < 1e-12 for t, a in zip(times, aucs))
            derivatives[key] = {} if slow else {s: jackknife(f, time, event, eta) for s, f in statistics.items()}
            entry["models"][key] = {
                "beta": beta.tolist(), "harrell": harrell, "uno": uno, "auc": aucs.tolist(), "mean_auc": mean,
                "brier": brier_score(y, y, estimate, times)[1].tolist(),
                "ibs": integrated_brier_score(y, y, estimate, times),
                "se": {s: d[0] for s, d in derivatives[key].items()},
            }
        entry["covariance"] = {s: float((derivatives["all"][s][1] * derivatives["half"][s][1]).sum())
                               for s in derivatives["all"]}
        answers[name].append(entry)
header = {"made_by": "evaluation.py", "scikit-survival": sksurv.__version__, "numpy": np.__version__}
json.dump({"header": header, **answers}, open("evaluation.json", "w"), indent=1)
