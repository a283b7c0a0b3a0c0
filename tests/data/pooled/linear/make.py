"""Pooled answers for the linear learners, from statsmodels, scikit-learn and mpmath.

Data: UCI heart disease (CC BY 4.0; Detrano 1989), complete cases of six columns, four hospitals;
WDBC (CC BY 4.0; Street 1993). Run in this folder with the two tables of the data collection as arguments.
Columns are standardised with n - 1 below. `make.R` adds brglm2 and glmnet.
"""
import json, sys
import mpmath as mp
import numpy as np, pandas as pd, scipy, sklearn, statsmodels, statsmodels.api as sm
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

heart, wdbc = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])
columns = ["age", "sex", "trestbps", "thalach", "exang", "oldpeak"]
heart = heart[["site", *columns, "num"]].dropna()
heart["severity"] = heart.num.clip(upper=2).astype(int)
heart.drop(columns="num").to_csv("heart.csv", index=False, lineterminator="\n")
features = [c for c in wdbc.columns if c.startswith("mean_") or c.startswith("worst_")]
wdbc["malignant"] = 1 - wdbc.benign
wdbc = wdbc[["site", *features, "malignant"]]
wdbc.to_csv("wdbc.csv", index=False, lineterminator="\n")

def z(table, names):
    x = table[names].to_numpy(float)
    return (x - x.mean(0)) / x.std(0, ddof=1)

x = z(heart, columns)
design = sm.add_constant(x)
severity = heart.severity.to_numpy()
case = (severity > 0).astype(float)
out = {"versions": {"statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__,
                    "scipy": scipy.__version__, "mpmath": mp.__version__, "numpy": np.__version__}}
logit = sm.Logit(case, design).fit(method="newton", tol=1e-14, disp=0, maxiter=100)
out["logistic"] = {"beta": logit.params.tolist(), "se": logit.bse.tolist(), "log_likelihood": logit.llf}
multi = sm.MNLogit(severity, design).fit(method="newton", tol=1e-14, disp=0, maxiter=100)
out["multinomial"] = {"beta": np.asarray(multi.params).T.tolist(), "se": np.asarray(multi.bse).T.tolist(),
                      "log_likelihood": multi.llf}
out["multinomial_ridge"] = {}
for lam in [1.0, 10.0]:
    fit = LogisticRegression(C=1 / lam, tol=1e-14, max_iter=10000, solver="newton-cg").fit(x, severity)
    full = np.c_[fit.intercept_, fit.coef_]
    out["multinomial_ridge"][str(lam)] = (full[1:] - full[0]).tolist()

# sites: contrasts that add up to zero, the last site -1
names = list(dict.fromkeys(heart.site))
place = heart.site.map(names.index).to_numpy()
contrast = np.vstack([np.eye(len(names) - 1), -np.ones(len(names) - 1)])
sites = sm.Logit(case, np.c_[np.ones(len(x)), contrast[place], x]).fit(method="newton", tol=1e-14, disp=0, maxiter=100)
out["site_intercepts"] = {"beta": sites.params.tolist(), "se": sites.bse.tolist()}

# proportional odds with 40 digits; second derivatives by central differences of the exact gradient
mp.mp.dps = 40
def gradient(p):
    theta, b = p[:2], p[2:]
    g = [mp.mpf(0)] * len(p)
    F = lambda t: 1 / (1 + mp.exp(-t))
    for row, k in zip(x.tolist(), severity.tolist()):
        eta = sum((mp.mpf(v) * c for v, c in zip(row, b)), mp.mpf(0))
        up = F(theta[k] - eta) if k < 2 else mp.mpf(1)
        low = F(theta[k - 1] - eta) if k > 0 else mp.mpf(0)
        du, dl = up * (1 - up), low * (1 - low)
        P = up - low
        if k < 2: g[k] += du / P
        if k > 0: g[k - 1] -= dl / P
        for j, v in enumerate(row):
            g[2 + j] -= (du - dl) / P * v
    return g
def information(p):
    h, n = mp.mpf("1e-12"), len(p)
    H = mp.matrix(n, n)
    for j in range(n):
        a, b = list(p), list(p)
        a[j] += h; b[j] -= h
        for i, (u, v) in enumerate(zip(gradient(a), gradient(b))):
            H[i, j] = (v - u) / (2 * h)
    return H
p = [mp.mpf(-0.5), mp.mpf(0.7)] + [mp.mpf(0)] * 6
for _ in range(30):
    H = information(p)
    step = mp.lu_solve(H, mp.matrix(gradient(p)))
    p = [a + b for a, b in zip(p, step)]
    if max(abs(s) for s in step) < mp.mpf("1e-18"): break
cov = mp.inverse(information(p))
out["proportional_odds"] = {"beta": [float(v) for v in p], "se": [float(mp.sqrt(cov[i, i])) for i in range(8)]}

# squared hinge: scikit-learn penalises the intercept, divided by intercept_scaling: next to nothing here
w = z(wdbc, features)
malignant = wdbc.malignant.to_numpy()
out["hinge"] = {}
for lam in [1.0, 10.0]:
    svm = LinearSVC(C=1 / lam, loss="squared_hinge", dual=False, tol=1e-13, max_iter=1000000, intercept_scaling=1000.0)
    svm.fit(w, malignant)
    beta = [float(svm.intercept_[0]), *svm.coef_[0].tolist()]
    n1, n0 = malignant.sum(), (1 - malignant).sum()
    soft = np.where(malignant == 1, (n1 + 1) / (n1 + 2), 1 / (n0 + 2))
    margin = w @ svm.coef_[0] + svm.intercept_[0]
    platt = sm.GLM(soft, sm.add_constant(margin), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    out["hinge"][str(lam)] = {"beta": beta, "platt": platt.params.tolist()}
json.dump(out, open("python.json", "w"), indent=1)
