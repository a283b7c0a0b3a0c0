# Out-of-fold evaluation of Cox models in R, as a whole study does it; writes folds.json.
# R 4.2.2, survival 3.5-3. Run from this folder: Rscript folds.R
# Five folds: row (from 0) divided by 5, modulo 5. Columns are centred on the training folds; ties after Efron. Times are those of
# the tables, in days (weeks for rossi, followed to week 51). Weights against censoring: events leave before censorings of
# the same time.
suppressMessages({library(survival); library(jsonlite)})
exact <- coxph.control(eps = 1e-12, iter.max = 100, toler.chol = 1e-13)
uncensored <- function(t, e) sapply(t, function(at) prod(vapply(sort(unique(t[e == 0 & t <= at])), function(u) {
  n <- sum(t > u) + sum(t == u & e == 0); sum(t > u) / n
}, 0)))
auc <- function(t, e, s, g, at) {
  case <- which(e == 1 & t <= at); control <- which(t > at)
  right <- outer(s[case], s[control], ">") + 0.5 * outer(s[case], s[control], "==")
  sum(right / g[case]) / sum(1 / g[case]) / length(control)
}
brier <- function(t, e, p, g, at) {
  case <- e == 1 & t <= at; later <- t > at
  g_at <- if (any(t <= at)) min(g[t <= at]) else 1
  mean(ifelse(case, (1 - p)^2 / g, 0) + ifelse(later, p^2 / g_at, 0))
}
cohorts <- list(gbsg2 = list(end = 2659, times = c(365, 1095, 1825)), rossi = list(end = 51, times = c(13, 26, 51)))
answers <- lapply(names(cohorts), function(name) {
  of <- cohorts[[name]]
  d <- read.csv(paste0(name, ".csv"))
  x <- setdiff(names(d), c("time", "event", "site"))
  fold <- ((seq_len(nrow(d)) - 1) %/% 5) %% 5
  d$event <- d$event * (d$time <= of$end); d$time <- pmin(d$time, of$end + 1)
  eta <- numeric(nrow(d)); p <- matrix(0, nrow(d), length(of$times))
  for (k in 0:4) {
    train <- fold != k
    centre <- colMeans(d[train, x])
    z <- sweep(as.matrix(d[x]), 2, centre)
    f <- coxph(Surv(d$time[train], d$event[train]) ~ z[train, ], ties = "efron", control = exact)
    h <- basehaz(f, centered = FALSE)
    eta[!train] <- z[!train, ] %*% coef(f)
    hazard <- sapply(of$times, function(at) max(0, h$hazard[h$time <= at]))
    p[!train, ] <- 1 - exp(-exp(eta[!train]) %o% hazard)
  }
  conc <- concordance(Surv(d$time, d$event) ~ eta, reverse = TRUE)
  slope <- coxph(Surv(d$time, d$event) ~ eta, ties = "efron", control = exact)
  g <- uncensored(d$time, d$event)
  km <- survfit(Surv(time, event) ~ 1, d)
  within <- lapply(split(seq_len(nrow(d)), d$site), function(i) concordance(Surv(d$time[i], d$event[i]) ~ eta[i], reverse = TRUE))
  list(end = of$end, times = of$times, c = unname(conc$concordance), se = sqrt(conc$var), slope = unname(coef(slope)), slope_se = sqrt(slope$var[1, 1]),
    auc = sapply(of$times, function(at) auc(d$time, d$event, eta, g, at)),
    brier = sapply(seq_along(of$times), function(j) brier(d$time, d$event, p[, j], g, of$times[j])),
    predicted = colMeans(p), observed = 1 - summary(km, times = of$times)$surv,
    sites = sapply(within, function(w) unname(w$concordance), USE.NAMES = FALSE))
})
names(answers) <- c("gbsg2", "rossi")
header <- list(made_by = "folds.R", r = R.version.string, survival = as.character(packageVersion("survival")))
write_json(c(header = list(header), answers), "folds.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE)
