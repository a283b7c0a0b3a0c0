"""Answers for the out-of-fold scores in scores.json, from scikit-learn, statsmodels, scipy and plain formulas.

Data: UCI heart disease (CC BY 4.0; Detrano 1989) as in ../linear/heart.csv; patient i is in fold i mod 5. Run in this
folder: `python make.py`, then `Rscript make.R`. Scores are compared as p * 2^52 rounded, as the program does.
"""
import json
import numpy as np, scipy, sklearn, statsmodels, statsmodels.api as sm
from scipy import stats
from sklearn import metrics as sk
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

data = json.load(open("scores.json"))
y, cell, site = (np.array(data[k]) for k in ("y", "cell", "site"))
n, cases = len(y), int(y.sum())
LEAST = 5

def placements(p, y):
    """Share of controls below each case, and of cases above each control, over all pairs."""
    order = np.sign(p[y == 1][:, None] - p[y == 0][None, :])
    wins = (order + 1) / 2
    return wins.mean(1), wins.mean(0)

def delong(p, y):
    case, control = placements(p, y)
    return case.mean(), case.var(ddof=1) / len(case) + control.var(ddof=1) / len(control)

def youden(p, y):
    """Middle of the lowest run of multiples of 1/1024 with the largest sum of sensitivity and specificity."""
    q = np.floor(p * 1024).astype(int)
    k = np.arange(1, 1024)
    decided = (q[None, :] >= k[:, None])
    j = (decided & (y == 1)).sum(1) / (y == 1).sum() - (decided & (y == 0)).sum(1) / (y == 0).sum()
    best = int(np.flatnonzero(j == j.max())[0])
    last = best
    while last + 1 < len(k) and (decided[last + 1] == decided[best]).all():
        last += 1
    return ((k[best] + k[last]) // 2) / 1024

def wilson(a, b):
    return {"value": a / b, "interval": list(proportion_confint(a, b, method="wilson"))}

def tau(e, v):
    r = combine_effects(np.array(e), np.array(v), method_re="dl", use_t=True)
    q = float(r.q)
    k = len(e)
    w = 1 / (np.array(v) + r.tau2)
    mean, se = (w * e).sum() / w.sum(), float(r.sd_eff_w_re_hksj)
    t = stats.t.ppf(0.975, k - 1)
    t2 = stats.t.ppf(0.975, k - 2)
    half = np.sqrt(r.tau2 + se**2)
    return dict(sites=k, mean=mean, interval=[mean - t * se, mean + t * se], prediction=[mean - t2 * half, mean + t2 * half],
                tau2=float(r.tau2), i2=max(0.0, 1 - (k - 1) / q), q=q, q_p=float(stats.chi2.sf(q, k - 1)))

def deciles(p):
    """Groups of equal size; a group ends after the first patient with at least k n / 10 up to here, ties together."""
    s = np.sort(p)
    cuts = [s[-(-k * n // 10) - 1] for k in range(1, 10)]
    group = np.searchsorted(np.array(cuts), p, side="left")
    rows = [(int((group == g).sum()), float(p[group == g].sum()), int(y[group == g].sum())) for g in range(10)]
    return [dict(n=a, predicted=b, cases=c) for a, b, c in rows if a]

def expit(x):
    return 1 / (1 + np.exp(-x))

models, oof, thresholds = [], [], []
for folds in data["scores"]:
    folds = np.array(folds)
    p = folds[cell, np.arange(n)]
    oof.append(p)
    auc, variance = delong(p, y)
    cut = np.array([youden(folds[c][cell != c], y[cell != c]) for c in range(5)])
    thresholds.append(cut)
    called = (p >= cut[cell]).astype(int)
    tn, fp, fn, tp = (int(v) for v in sk.confusion_matrix(y, called).ravel())
    prevalence = cases / n
    brier = sk.brier_score_loss(y, p)
    groups = deciles(p)
    hl = sum((g["cases"] - g["predicted"]) ** 2 / (g["predicted"] * (1 - g["predicted"] / g["n"])) for g in groups)
    x = np.log(p / (1 - p))
    fit = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)
    large = sm.GLM(y, np.ones(n), family=sm.families.Binomial(), offset=x).fit(tol=1e-14, maxiter=100)
    tenths = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(y[tenths == t].sum() - p[tenths == t].sum()) for t in range(10)) / n
    benefit = []
    for percent in range(10, 91):
        t = percent / 100
        a, b = int(((p >= t) & (y == 1)).sum()), int(((p >= t) & (y == 0)).sum())
        benefit.append(dict(threshold=t, true_positives=a, false_positives=b, model=a / n - b / n * t / (1 - t),
                            treat_all=cases / n - (n - cases) / n * t / (1 - t)))
    # the spline, with knots at ends of 1/4096
    q = np.floor(np.minimum(np.round(p * 2.0**52), 2.0**52 - 1) / 2.0**40)
    s = np.sort(q)
    a, b, c = (np.log(k / (1 - k)) for k in ((s[-(-k * n // 10) - 1] + 1) / 4096 for k in (1, 5, 9)))
    def basis(x):
        cube = lambda k: np.maximum(x - k, 0) ** 3
        r = (cube(a) - cube(b) * (c - a) / (c - b) + cube(c) * (b - a) / (c - b)) / (c - a) ** 2
        return np.column_stack([np.ones_like(x), x, r])
    smooth = sm.GLM(y, basis(x), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)
    ends = np.linspace(s[0] / 4096, (s[-1] + 1) / 4096, 51)
    grid = basis(np.log(ends / (1 - ends)))
    covariance = np.linalg.inv((basis(x) * (smooth.fittedvalues * (1 - smooth.fittedvalues))[:, None]).T @ basis(x))
    eta, se = grid @ smooth.params, np.sqrt(np.einsum("ij,jk,ik->i", grid, covariance, grid))
    z = stats.norm.ppf(0.975)
    curve = dict(knots=[a, b, c], coefficients=list(smooth.params), points=[
        dict(predicted=u, observed=expit(e), lower=expit(e - z * d), upper=expit(e + z * d)) for u, e, d in zip(ends, eta, se)])
    # within sites
    pairs = concordant = spread = 0.0
    rows = []
    for place in range(4):
        m = site == place
        k, o = int(y[m].sum()), int((1 - y[m]).sum())
        if min(k, o) < LEAST:
            continue
        within, v = delong(p[m], y[m])
        pairs, concordant, spread = pairs + k * o, concordant + k * o * within, spread + (k * o) ** 2 * v
        local = sm.GLM(y[m], np.ones(m.sum()), family=sm.families.Binomial(), offset=x[m]).fit(tol=1e-14, maxiter=100)
        rows.append(dict(n=k + o, cases=k, predicted=p[m].sum(), auc=within, auc_se=v**0.5,
                         in_the_large=local.params[0], in_the_large_se=local.bse[0]))
    inside, inside_se = concordant / pairs, spread**0.5 / pairs
    est = [np.log(r["auc"] / (1 - r["auc"])) for r in rows]
    var = [r["auc_se"] ** 2 / (r["auc"] * (1 - r["auc"])) ** 2 for r in rows]
    effects = tau(est, var)
    for key in ("interval", "prediction"):
        effects[key] = [expit(v) for v in effects[key]]
    effects["mean"] = expit(effects["mean"])
    models.append({
        "n": n, "cases": cases, "brier": brier, "log_loss": sk.log_loss(y, p), "scaled_brier": 1 - brier / (prevalence * (1 - prevalence)),
        "calibration": dict(intercept=fit.params[0], intercept_se=fit.bse[0], slope=fit.params[1], slope_se=fit.bse[1],
                            in_the_large=large.params[0], in_the_large_se=large.bse[0]),
        "calibration_error": ece, "net_benefit": benefit, "curve": curve,
        "deciles": dict(groups=groups, calibration_error=sum(abs(g["cases"] - g["predicted"]) for g in groups) / n,
                        hosmer_lemeshow=dict(statistic=hl, groups=len(groups), p=stats.chi2.sf(hl, len(groups)),
                                             p_as_fitted=stats.chi2.sf(hl, len(groups) - 2))),
        "threshold": dict(by_fold=list(cut), counts=dict(true_negatives=tn, false_positives=fp, false_negatives=fn, true_positives=tp),
                          sensitivity=wilson(tp, tp + fn), specificity=wilson(tn, tn + fp), accuracy=wilson(tp + tn, n),
                          ppv=wilson(tp, tp + fp), npv=wilson(tn, tn + fn),
                          balanced_accuracy=dict(value=sk.balanced_accuracy_score(y, called)), f1=dict(value=sk.f1_score(y, called)),
                          kappa=dict(value=sk.cohen_kappa_score(y, called)), mcc=dict(value=sk.matthews_corrcoef(y, called))),
        "within_sites": dict(auc=inside, se=inside_se, interval=[inside - z * inside_se, min(1, inside + z * inside_se)], sites=rows,
                             discrimination=effects,
                             in_the_large=tau([r["in_the_large"] for r in rows], [r["in_the_large_se"] ** 2 for r in rows])),
    })

def improvement(case, control, case_variance, control_variance):
    se = (case_variance + control_variance) ** 0.5
    return dict(estimate=case - control, cases=case, controls=-control, se=se, p=2 * stats.norm.sf(abs(case - control) / se))

def moved(up, down):
    net = up.mean() - down.mean()
    return net, (up.mean() + down.mean() - net**2) / len(up)

comparisons = []
for i, j in ((0, 1), (0, 2), (1, 2)):
    (a1, a0), (b1, b0) = placements(oof[i], y), placements(oof[j], y)
    difference = b1.mean() - a1.mean()
    variance = (b1 - a1).var(ddof=1) / cases + (b0 - a0).var(ddof=1) / (n - cases)
    answer = dict(difference=difference, se=variance**0.5, p=2 * stats.norm.sf(abs(difference) / variance**0.5))
    if j == 2:
        d = oof[j] - oof[i]
        was, now = oof[i] >= thresholds[i][cell], oof[j] >= thresholds[j][cell]
        e, c = y == 1, y == 0
        pack = lambda f: improvement(f(e)[0], f(c)[0], f(e)[1], f(c)[1])
        answer["reclassification"] = dict(
            idi=pack(lambda m: (d[m].mean(), d[m].var(ddof=1) / m.sum())),
            nri=pack(lambda m: moved(d[m] > 0, d[m] < 0)),
            nri_at_threshold=pack(lambda m: moved(now[m] & ~was[m], was[m] & ~now[m])))
    comparisons.append(answer)

versions = dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__, statsmodels=statsmodels.__version__)
plain = lambda v: v.item() if hasattr(v, "item") else v
json.dump(dict(versions=versions, models=models, comparisons=comparisons), open("python.json", "w"), default=plain)
