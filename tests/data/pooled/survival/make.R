# Pooled answers of R for Cox regression, Kaplan-Meier, log-rank and the LASSO path; writes r.json and the numeric tables.
# R 4.2.2, survival 3.5-3, glmnet 4.1-6. Run from this folder: Rscript make.R SHARED_DATA
# Tables: gbsg2 and rossi are classic public data (Schumacher 1994; Rossi 1980) from scikit-survival and lifelines; brca is
# TCGA-BRCA, open tier, as prepared by FLamby (MIT). The sites of gbsg2 and rossi are ours: row number modulo 5.
suppressMessages({library(survival); library(glmnet); library(jsonlite)})
shared <- commandArgs(TRUE)[1]
dummy <- function(x) as.numeric(x)
gbsg2 <- local({
  d <- read.csv(file.path(shared, "survival-classics/gbsg2.csv"))
  data.frame(age = d$age, hormone = dummy(d$horTh == "yes"), post = dummy(d$menostat == "Post"), nodes = d$pnodes,
    progrec = d$progrec, estrec = d$estrec, grade2 = dummy(d$tgrade == "II"), grade3 = dummy(d$tgrade == "III"),
    size = d$tsize, time = d$time, event = dummy(d$event), site = (seq_len(nrow(d)) - 1) %% 5)
})
rossi <- local({
  d <- read.csv(file.path(shared, "survival-classics/rossi.csv"))
  data.frame(fin = d$fin, age = d$age, race = d$race, wexp = d$wexp, mar = d$mar, paro = d$paro, prio = d$prio,
    time = d$week, event = d$arrest, site = (seq_len(nrow(d)) - 1) %% 5)
})
brca <- local({
  d <- read.csv(file.path(shared, "fed-tcga-brca/brca_with_center.csv"), check.names = FALSE)
  data.frame(age = d$age_at_index, white = d$race_white, n1 = d$ajcc_pathologic_n_N1, n2 = d$ajcc_pathologic_n_N2,
    t2 = d$ajcc_pathologic_t_T2, t3 = d$ajcc_pathologic_t_T3, lobular = d[["morphology_8520/3"]],
    time = d$T, event = d$E, site = d$center)
})
tables <- list(gbsg2 = gbsg2, rossi = rossi, brca = brca)
exact <- coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15)
fit_of <- function(d, ties, rhs) {
  f <- coxph(as.formula(paste("Surv(time, event) ~", rhs)), d, ties = ties, control = exact)
  list(coef = unname(f$coef), se = sqrt(diag(f$var)), loglik = f$loglik[2])
}
answers <- lapply(tables, function(d) {
  x <- setdiff(names(d), c("time", "event", "site"))
  rhs <- paste(x, collapse = " + ")
  strat <- paste(rhs, "+ strata(site)")
  z <- d; z[x] <- lapply(d[x], function(v) (v - mean(v)) / sd(v))
  ridged <- function(ties) {
    f <- coxph(as.formula(paste("Surv(time, event) ~ ridge(", paste(x, collapse = ", "), ", theta = 7.5, scale = FALSE)")),
      z, ties = ties, control = exact)
    list(coef = unname(f$coef), se = sqrt(diag(f$var2)))
  }
  base <- function(ties) {
    f <- coxph(as.formula(paste("Surv(time, event) ~", rhs)), z, ties = ties, control = exact)
    h <- basehaz(f, centered = TRUE); list(time = h$time, hazard = h$hazard)
  }
  km <- summary(survfit(Surv(time, event) ~ 1, d, conf.type = "log-log"), censored = TRUE)
  na <- cumsum(km$n.event / km$n.risk)
  group <- d[[x[length(x)]]] > median(d[[x[length(x)]]])
  two <- survdiff(Surv(time, event) ~ group, d)
  many <- survdiff(Surv(time, event) ~ site, d)
  score <- function(v) unname(coxph(Surv(d$time, d$event) ~ z[[v]], ties = "breslow", control = exact)$score)
  f <- coxph(as.formula(paste("Surv(time, event) ~", rhs)), z, ties = "efron", control = exact)
  eta <- as.matrix(z[x]) %*% f$coef
  conc <- concordance(Surv(time, event) ~ eta, d, reverse = TRUE)
  # LASSO: Breslow ties; glmnet takes no time that is 0 and lets censorings come before events of the same time; lambda of the log-likelihood found from the KKT conditions of the solution
  g <- glmnet(as.matrix(z[x]), Surv(d$time + 1 + (d$event == 0) / 2, d$event), family = "cox", standardize = FALSE, nlambda = 12, thresh = 1e-16,
    maxit = 1e7)
  zm <- as.matrix(z[x])
  gradient <- function(b) {
    f0 <- coxph(Surv(d$time, d$event) ~ zm, init = b, ties = "breslow", control = coxph.control(iter.max = 0))
    colSums(as.matrix(coxph.detail(f0)$score))
  }
  lasso <- lapply(2:length(g$lambda), function(k) {
    b <- as.numeric(g$beta[, k]); u <- gradient(b); on <- b != 0
    list(lambda = mean(abs(u[on])), spread = diff(range(abs(u[on]))), beyond = max(c(0, abs(u[!on]))), coef = b)
  })
  list(columns = x,
    breslow = fit_of(d, "breslow", rhs), efron = fit_of(d, "efron", rhs),
    strata_breslow = fit_of(d, "breslow", strat), strata_efron = fit_of(d, "efron", strat),
    ridge = list(theta = 7.5, breslow = ridged("breslow"), efron = ridged("efron")),
    baseline = list(breslow = base("breslow"), efron = base("efron")),
    km = list(time = km$time, at_risk = km$n.risk, events = km$n.event, survival = km$surv, se = km$std.err,
      lower = km$lower, upper = km$upper, hazard = na),
    logrank = list(split = list(chisq = two$chisq, expected = two$exp), site = list(chisq = many$chisq, expected = many$exp)),
    score = sapply(x, score, USE.NAMES = FALSE),
    concordance = list(c = unname(conc$concordance), se = sqrt(conc$var), coef = unname(f$coef)),
    lasso = lasso)
})
for (name in names(tables)) write.csv(tables[[name]], paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
header <- list(made_by = "make.R", r = R.version.string, survival = as.character(packageVersion("survival")),
  glmnet = as.character(packageVersion("glmnet")))
write_json(c(header = list(header), answers), "r.json", digits = I(17), auto_unbox = TRUE, na = "null", pretty = FALSE)
