# Pooled answers of R for calibration, groups and net benefit of survival models; writes evaluation_r.json.
# R 4.2.2, survival 3.5-3. Run from this folder, after evaluation.py: Rscript evaluation.R
# Scores and grids are those of evaluation.py. Groups of patients: k-th has scores in (quantile k, quantile k+1] (type 1).
suppressMessages({library(survival); library(jsonlite)})
given <- fromJSON("evaluation.json", simplifyDataFrame = FALSE)
r <- fromJSON("r.json", simplifyDataFrame = FALSE)
at <- function(fit, t) { s <- summary(fit, times = t, extend = TRUE); list(survival = s$surv, se = s$std.err) }
answers <- lapply(c(gbsg2 = "gbsg2", rossi = "rossi"), function(name) lapply(given[[name]], function(entry) {
  d <- read.csv(paste0(name, ".csv"))
  x <- r[[name]]$columns
  z <- scale(d[x])
  d$t <- ceiling(d$time / entry$step) * entry$step
  if (!is.null(entry$horizon)) {
    d$event <- d$event * (d$t <= entry$horizon)
    d$t <- pmin(d$t, entry$horizon + entry$step)
  }
  etas <- lapply(entry$models, function(m) as.numeric(z %*% m$beta))
  held <- function(eta) coxph(Surv(t, event) ~ eta, data.frame(d, eta), init = 1, control = coxph.control(iter.max = 0))
  both <- concordance(held(etas$all), held(etas$half))
  score <- 1 / (1 + exp(-etas$half))
  slope <- coxph(Surv(d$t, d$event) ~ etas$half, ties = "efron", control = coxph.control(eps = 1e-14, iter.max = 100))
  cut <- function(k) sort(score)[ceiling(length(score) * seq_len(k - 1) / k)]
  group <- function(k) findInterval(score, cut(k), left.open = TRUE)
  tertile <- group(3)
  test <- survdiff(Surv(t, event) ~ tertile, d)
  horizon <- entry$times[length(entry$times) - 1]
  deciles <- lapply(0:9, function(g) {
    s <- at(survfit(Surv(t, event) ~ 1, d[group(10) == g, ]), horizon)
    list(n = sum(group(10) == g), predicted = mean(score[group(10) == g]), observed = 1 - s$survival, se = s$se)
  })
  thresholds <- c(0.3, 0.4, 0.5, 0.6)
  benefit <- sapply(thresholds, function(p) {
    treated <- score >= p
    event <- 1 - at(survfit(Surv(t, event) ~ 1, d[treated, ]), horizon)$survival
    mean(treated) * (event - (1 - event) * p / (1 - p))
  })
  list(concordance = unname(both$concordance), covariance = unname(both$var), slope = unname(coef(slope)),
    slope_se = sqrt(slope$var[1, 1]), logrank = list(chisq = test$chisq, expected = test$exp),
    horizon = horizon, observed = 1 - at(survfit(Surv(t, event) ~ 1, d), horizon)$survival, deciles = deciles,
    thresholds = thresholds, benefit = benefit)
}))
header <- list(made_by = "evaluation.R", r = R.version.string, survival = as.character(packageVersion("survival")))
write_json(c(header = list(header), answers), "evaluation_r.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE)
