"""Pooled answers of statsmodels, scikit-learn, mrmr_selection and plain formulae for the conformance suite.

Run in this folder: python make.py SHARED_DATA. Writes heart.csv (UCI heart disease, CC BY 4.0; Detrano 1989), python.json, keek.json and
target.json (Keek 2020 and TARGET neuroblastoma, read from SHARED_DATA only). `make.R` adds R's answers. Held-out scores: each hospital by the model of
the others. Scores are compared as p * 2^52 rounded. ComBat: the formulae of neuroCombat, checked here against its own
outputs in ../combat.
"""
import json, pathlib, sys
import numpy as np, pandas as pd, scipy, sklearn, statsmodels, statsmodels.api as sm
from scipy import stats
from sklearn import metrics as sk
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

shared = pathlib.Path(sys.argv[1])
heart = pd.read_csv(shared / "fed-heart-disease/uci_heart_4sites.csv")
heart.to_csv("heart.csv", index=False, lineterminator="\n")
wdbc, brca = pd.read_csv("../linear/wdbc.csv"), pd.read_csv("../survival/brca.csv")
FLAMBY = ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak"]
SIX = ["age", "sex", "trestbps", "thalach", "exang", "oldpeak"]
import mrmr
out = {"versions": dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__,
                        statsmodels=statsmodels.__version__, mrmr_selection="0.2.8")}

def z(x, rows=slice(None)):
    return (x - x[rows].mean(0)) / x[rows].std(0, ddof=1)

def ml(x, y):
    return sm.GLM(y, sm.add_constant(x, has_constant="add"), family=sm.families.Binomial()).fit(tol=1e-15, maxiter=200)

def held_out(x, y, site, fit):
    """fit(x, y) gives a function of x."""
    p = None
    for s in np.unique(site):
        rows = site != s
        mean, sd = x[rows].mean(0), x[rows].std(0, ddof=1)
        found = np.asarray(fit((x[rows] - mean) / sd, y[rows])((x[~rows] - mean) / sd))
        p = np.zeros((len(y), *found.shape[1:])) if p is None else p
        p[~rows] = found
    return p

def logistic(x, y):
    fit = ml(x, y)
    return lambda new: fit.predict(sm.add_constant(new, has_constant="add"))

def youden(p, y):
    """Middle of the lowest run of multiples of 1/1024 with the largest sum of sensitivity and specificity."""
    q, k = np.floor(p * 1024).astype(int), np.arange(1, 1024)
    decided = q[None, :] >= k[:, None]
    j = (decided & (y == 1)).sum(1) / (y == 1).sum() - (decided & (y == 0)).sum(1) / (y == 0).sum()
    best = last = int(np.flatnonzero(j == j.max())[0])
    while last + 1 < len(k) and (decided[last + 1] == decided[best]).all():
        last += 1
    return ((k[best] + k[last]) // 2) / 1024

def deciles(p, y):
    n, s = len(p), np.sort(p)
    group = np.searchsorted(np.array([s[-(-k * n // 10) - 1] for k in range(1, 10)]), p, side="left")
    rows = [((group == g).sum(), p[group == g].sum(), y[group == g].sum()) for g in range(10)]
    return [(a, b, c) for a, b, c in rows if a]

def delong(p, y):
    wins = (np.sign(p[y == 1][:, None] - p[y == 0][None, :]) + 1) / 2
    case, control = wins.mean(1), wins.mean(0)
    return case.mean(), case.var(ddof=1) / len(case) + control.var(ddof=1) / len(control)

def judge(p, y):
    n, cases = len(y), int(y.sum())
    x = np.log(p / (1 - p))
    fit = ml(x[:, None], y)
    large = sm.GLM(y, np.ones(n), family=sm.families.Binomial(), offset=x).fit(tol=1e-15, maxiter=100)
    groups = deciles(p, y)
    hl = sum((c - b) ** 2 / (b * (1 - b / a)) for a, b, c in groups)
    q = cases / n
    tenths = np.minimum((p * 10).astype(int), 9)
    benefit = []
    for percent in range(5, 51):
        t = percent / 100
        a, b = ((p >= t) & (y == 1)).sum(), ((p >= t) & (y == 0)).sum()
        benefit.append([t, a / n - b / n * t / (1 - t), cases / n - (n - cases) / n * t / (1 - t)])
    auc, variance = delong(p, y)
    return dict(n=n, cases=cases, auc=auc, se=variance**0.5, brier=sk.brier_score_loss(y, p), log_loss=sk.log_loss(y, p),
        scaled_brier=1 - sk.brier_score_loss(y, p) / (q * (1 - q)),
        calibration=[fit.params[0], fit.bse[0], fit.params[1], fit.bse[1], large.params[0], large.bse[0]],
        calibration_error=sum(abs(y[tenths == t].sum() - p[tenths == t].sum()) for t in range(10)) / n,
        hosmer_lemeshow=[hl, len(groups), stats.chi2.sf(hl, len(groups)), stats.chi2.sf(hl, len(groups) - 2)], net_benefit=benefit)

def decided(p, y, cell, cut):
    called = (p >= cut[cell]).astype(int)
    tn, fp, fn, tp = sk.confusion_matrix(y, called).ravel()
    return dict(by_fold=cut, counts=[tn, fp, fn, tp], f1=sk.f1_score(y, called), kappa=sk.cohen_kappa_score(y, called),
                mcc=sk.matthews_corrcoef(y, called), balanced=sk.balanced_accuracy_score(y, called))

# heart disease, FLamby's columns: yes or no
d = heart[["site", *FLAMBY, "cp", "num"]].dropna()
x = np.column_stack([d[FLAMBY].to_numpy(float), *[(d.cp == k).to_numpy(float) for k in (2, 3, 4)]])
y, site = (d.num > 0).to_numpy(int), d.site.to_numpy()
cell = np.searchsorted(np.unique(site), site)
p = held_out(x, y, site, logistic)
out["heart"] = judge(p, y)
cut = []
for s in np.unique(site):
    rows = site != s
    fit = ml(x[rows], y[rows])
    cut.append(youden(fit.predict(sm.add_constant(x[rows])), y[rows]))
out["heart"]["threshold"] = decided(p, y, cell, np.array(cut))
out["heart"]["sites"] = [dict(site=s, n=int((site == s).sum()), controls=int((y[site == s] == 0).sum())) for s in np.unique(site)]
pairs = concordant = spread = 0.0
for s in np.unique(site):
    m = site == s
    k, o = int(y[m].sum()), int((1 - y[m]).sum())
    if min(k, o) >= 5:
        a, v = delong(p[m], y[m])
        pairs, concordant, spread = pairs + k * o, concordant + k * o * a, spread + (k * o) ** 2 * v
out["heart"]["within"] = [concordant / pairs, spread**0.5 / pairs]

# heart disease, five classes: scores of multinomial regression with a ridge of 1, and of the cumulative logit
d = heart[["site", *SIX, "num"]].dropna()
x, num, site = d[SIX].to_numpy(float), d.num.to_numpy(int), d.site.to_numpy()
multi = sm.MNLogit(num, sm.add_constant(z(x))).fit(method="newton", tol=1e-14, disp=0, maxiter=200)
def softmax(x, y):
    fit = LogisticRegression(C=1.0, tol=1e-14, max_iter=100000, solver="newton-cg").fit(x, y)
    return fit.predict_proba
ridge = LogisticRegression(C=1.0, tol=1e-14, max_iter=100000, solver="newton-cg").fit(z(x), num)
contrast = np.c_[ridge.intercept_, ridge.coef_]
P = held_out(x, num, site, softmax)
def classes(P, num):
    K, n = P.shape[1], len(num)
    called = P.argmax(1)
    cumulated = P.cumsum(1)[:, :-1]
    reached = (num[:, None] <= np.arange(K - 1)[None, :]).astype(float)
    one = np.eye(K)[num]
    return dict(n=n, confusion=sk.confusion_matrix(num, called), accuracy=sk.accuracy_score(num, called),
        balanced=sk.balanced_accuracy_score(num, called), kappa=[sk.cohen_kappa_score(num, called, weights=w) for w in (None, "linear", "quadratic")],
        log_loss=sk.log_loss(num, P), brier=((P - one) ** 2).sum(1).mean(), auc=[sk.roc_auc_score(num == k, P[:, k]) for k in range(K)],
        auc_macro=sk.roc_auc_score(num, P, multi_class="ovr", average="macro"), auc_weighted=sk.roc_auc_score(num, P, multi_class="ovr", average="weighted"),
        ranked=((cumulated - reached) ** 2).sum(1).mean(),
        cuts=[sk.roc_auc_score(num >= k, P[:, k:].sum(1)) for k in range(1, K)])
out["heart5"] = dict(multinomial=dict(coef=np.asarray(multi.params).T, se=np.asarray(multi.bse).T, log_likelihood=multi.llf),
                     ridge=contrast[1:] - contrast[0], nominal=classes(P, num))

def cumulative(x, y, K):
    """Proportional odds by Newton's method, second derivatives by complex steps of the exact gradient."""
    F = lambda t: 1 / (1 + np.exp(-t))
    def gradient(p):
        theta, eta = p[:K - 1], x @ p[K - 1:]
        pad = np.zeros(len(y), complex)
        up = np.where(y < K - 1, F(theta[np.minimum(y, K - 2)] - eta), 1 + pad)
        low = np.where(y > 0, F(theta[np.maximum(y - 1, 0)] - eta), pad)
        du, dl, q = up * (1 - up), low * (1 - low), up - low
        g = [((y == k) * du / q).sum() - ((y == k + 1) * dl / q).sum() for k in range(K - 1)]
        return np.array(g + list(-((du - dl) / q) @ x))
    def information(p):
        h = 1e-30
        return np.array([-gradient(p + 1j * h * e).imag / h for e in np.eye(len(p))])
    share = np.array([(y <= k).mean() for k in range(K - 1)])
    p = np.r_[np.log(share / (1 - share)), np.zeros(x.shape[1])]
    for _ in range(100):
        step = np.linalg.solve(information(p), gradient(p.astype(complex)).real)
        p = p + step
        if abs(step).max() < 1e-12:
            break
    return p, np.sqrt(np.diag(np.linalg.inv(information(p))))
beta, se = cumulative(z(x), num, 5)
def odds(x, y):
    b, _ = cumulative(x, y, 5)
    def predict(new):
        c = 1 / (1 + np.exp(-(b[None, :4] - (new @ b[4:])[:, None])))
        return np.diff(np.c_[np.zeros(len(new)), c, np.ones(len(new))], axis=1)
    return predict
out["heart5"]["ordinal"] = dict(coef=beta, se=se, classes=classes(held_out(x, num, site, odds), num))

# several labels at once: disease, its severity, blood sugar where it was measured
d = heart[["site", "age", "sex", "trestbps", "thalach", "fbs", "num"]].dropna(subset=["age", "sex", "trestbps", "thalach"])
cov, site = d[["age", "sex", "trestbps", "thalach"]].to_numpy(float), d.site.to_numpy()
out["labels"] = {}
for name, label in dict(disease=(d.num > 0), severe=(d.num >= 3), fbs=d.fbs).items():
    known = label.notna().to_numpy()
    y = label[known].to_numpy().astype(int)
    fit = ml(cov[known], y)
    p = held_out(cov[known], y, site[known], logistic)
    auc, variance = delong(p, y)
    out["labels"][name] = dict(n=len(y), cases=int(y.sum()), coef=fit.params, se=fit.bse, auc=auc, auc_se=variance**0.5, brier=sk.brier_score_loss(y, p))

# TCGA-BRCA, vital status
over = ["age", "white", "n1", "n2", "t2", "t3", "lobular"]
out["brca"] = judge(held_out(brca[over].to_numpy(float), brca.event.to_numpy(int), brca.site.to_numpy(), logistic), brca.event.to_numpy(int))

# WDBC: ridge, support vectors, components, mRMR, trees
names = sorted(c for c in wdbc.columns if c.startswith(("mean_", "worst_")))
w, y, site = wdbc[names].to_numpy(float), wdbc.malignant.to_numpy(int), wdbc.site.to_numpy()
def ridged(lam):
    return lambda x, y: LogisticRegression(C=1 / lam, tol=1e-14, max_iter=100000, solver="newton-cholesky").fit(x, y)
def sandwich(x, fit, lam):
    X = sm.add_constant(x, has_constant="add")
    p = fit.predict_proba(x)[:, 1]
    info = (X * (p * (1 - p))[:, None]).T @ X
    inverse = np.linalg.inv(info + np.diag([0.0] + [lam] * x.shape[1]))
    return np.sqrt(np.diag(inverse @ info @ inverse))
fit = ridged(1.0)(z(w), y)
p = held_out(w, y, site, lambda a, b: (lambda f: lambda new: f.predict_proba(new)[:, 1])(ridged(1.0)(a, b)))
out["wdbc_ridge"] = dict(columns=names, coef=[fit.intercept_[0], *fit.coef_[0]], errors=sandwich(z(w), fit, 1.0), **judge(p, y))
svm = LinearSVC(C=0.5, loss="squared_hinge", dual=False, tol=1e-13, max_iter=10**6, intercept_scaling=1000.0).fit(z(w), y)
margins = held_out(w, y, site, lambda a, b: LinearSVC(C=0.5, loss="squared_hinge", dual=False, tol=1e-12, max_iter=10**6, intercept_scaling=1000.0).fit(a, b).decision_function)
out["wdbc_svm"] = dict(coef=[svm.intercept_[0], *svm.coef_[0]])
pca = PCA(4, svd_solver="full").fit(z(w))
sign = np.sign(pca.components_[np.arange(4), abs(pca.components_).argmax(1)])
scores = pca.transform(z(w)) * sign
fit = ridged(1.0)(scores / scores.std(0, ddof=1), y)
out["wdbc_pca"] = dict(sd=scores.std(0, ddof=1), coef=[fit.intercept_[0], *fit.coef_[0]])
out["wdbc_mrmr"] = mrmr.mrmr_classif(X=pd.DataFrame(w, columns=names), y=pd.Series(y), K=8, show_progress=False, n_jobs=1)
def forest(seed):
    return lambda a, b: (lambda f: lambda new: f.predict_proba(new)[:, 1])(RandomForestClassifier(300, max_depth=5, min_samples_leaf=5, random_state=seed, n_jobs=2).fit(a, b))
boosted = lambda a, b: (lambda f: lambda new: f.predict_proba(new)[:, 1])(HistGradientBoostingClassifier(learning_rate=0.3, max_iter=12, max_depth=3,
    max_leaf_nodes=None, min_samples_leaf=5, l2_regularization=1.0, max_bins=32, early_stopping=False).fit(a, b))
out["wdbc_trees"] = dict(forest=np.mean([sk.roc_auc_score(y, held_out(w, y, site, forest(s))) for s in range(5)]),
                         boost=sk.roc_auc_score(y, held_out(w, y, site, boosted)))

def combat(x, batch, keep=None, shrink="parametric"):
    """Rows are patients. Johnson, Li and Rabinovic 2007, as in neuroCombat; the fixed point to 1e-10."""
    levels = np.unique(batch)
    B = (batch[:, None] == levels[None, :]).astype(float)
    X = B if keep is None else np.c_[B, keep]
    beta = np.linalg.lstsq(X, x, rcond=None)[0]
    counts = B.sum(0)
    grand = counts / len(x) @ beta[: len(levels)]
    variance = ((x - X @ beta) ** 2).mean(0)
    mean = grand + (0 if keep is None else keep @ beta[len(levels):])
    s = (x - mean) / np.sqrt(variance)
    adjusted = s.copy()
    for level in levels:
        rows = batch == level
        n, part = rows.sum(), s[rows]
        g, d = part.mean(0), part.var(0, ddof=1)
        if shrink == "parametric":
            m, t2, V, S2 = g.mean(), g.var(ddof=1), d.mean(), d.var(ddof=1)
            a, b = (2 * S2 + V**2) / S2, (V * S2 + V**3) / S2
            gs, ds = g.copy(), d.copy()
            while True:
                new = (n * t2 * g + ds * m) / (n * t2 + ds)
                dn = (0.5 * ((part - new) ** 2).sum(0) + b) / (n / 2 + a - 1)
                change = max((abs(new - gs) / abs(gs)).max(), (abs(dn - ds) / ds).max())
                gs, ds = new, dn
                if change < 1e-10:
                    break
            g, d = gs, ds
        adjusted[rows] = (part - g) / np.sqrt(d)
    return adjusted * np.sqrt(variance) + mean
test = np.loadtxt("../combat/testdata.csv", delimiter=",", skiprows=1).T
for file, shrink, limit in (("noeb_", "none", 1e-8), ("", "parametric", 1e-4)):
    theirs = np.loadtxt(f"../combat/expected_parametric_adjusted_{file}r.csv", delimiter=",", skiprows=1).T
    ours = combat(test, np.repeat([0, 1], 5), np.tile([0.0, 1.0], 5)[:, None], shrink)
    assert abs(ours - theirs).max() < limit, abs(ours - theirs).max()

def harmonised(x, batch, y, keep=None):
    found = {}
    for shrink in ("none", "parametric"):
        h = combat(x, batch, keep, shrink)
        fit = ridged(1.0)(z(h), y)
        found[shrink] = dict(mean=h.mean(0), sd=h.std(0, ddof=1), coef=[fit.intercept_[0], *fit.coef_[0]])
    return found
out["wdbc_combat"] = harmonised(w, site, y)
keek_file = shared / "keek2020/keek2020.csv.gz"
keek = pd.read_csv(keek_file)
few = sorted(c for c in keek.columns if c.startswith("Stats_") or c.startswith("Shape_") or c.startswith("GLCM_"))
few = [c for c in few if keek[c].std() > 0 and keek.groupby("center")[c].std().min() > 0][:12]
k, target, center = keek[few].to_numpy(float), keek.Target.to_numpy(int), keek.center.to_numpy()
fit = ridged(1.0)(z(k), target)
p = held_out(k, target, center, lambda a, b: (lambda f: lambda new: f.predict_proba(new)[:, 1])(ridged(1.0)(a, b)))
answer = dict(versions=out["versions"], columns=few, ridge=dict(coef=[fit.intercept_[0], *fit.coef_[0]], errors=sandwich(z(k), fit, 1.0), **judge(p, target)),
              combat=harmonised(k, center, target))
# TARGET neuroblastoma: unfavourable histology from age and sex, dealt to four hospitals by the row
t = pd.read_csv(shared / "target-nbl/data_clinical_patient.txt", sep="\t", comment="#")
t["site"] = np.arange(len(t)) % 4
stages = ["Stage 1", "Stage 2a", "Stage 2b", "Stage 3", "Stage 4", "Stage 4s"]
t = t[t.SEX.isin(["Male", "Female"]) & t.INSS_STAGE.isin(stages) & t.TUMOR_SAMPLE_HISTOLOGY.isin(["Favorable", "Unfavorable"])]
x = np.c_[t.AGE_IN_DAYS.to_numpy(float), (t.SEX == "Male").to_numpy(float)]
y = (t.TUMOR_SAMPLE_HISTOLOGY == "Unfavorable").to_numpy(int)
assert not np.isnan(x).any()
scaled = ml(z(x), y)
mean, sd = x.mean(0), x.std(0, ddof=1)
back = np.r_[[np.r_[1.0, -mean / sd]], np.c_[np.zeros(2), np.diag(1 / sd)]]
target = dict(versions=out["versions"], coef=back @ scaled.params, errors=np.sqrt(np.diag(back @ scaled.cov_params() @ back.T)),
              **judge(held_out(x, y, t.site.to_numpy(), logistic), y))
plain = lambda v: v.tolist() if hasattr(v, "tolist") else v
json.dump(out, open("python.json", "w"), default=plain)
json.dump(answer, open("keek.json", "w"), default=plain)
json.dump(target, open("target.json", "w"), default=plain)
