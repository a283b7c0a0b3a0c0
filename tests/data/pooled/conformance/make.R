# Pooled answers of R for the conformance suite (deploy/demo/tests/conformance). Writes r.json. Run in this folder, after make.py,
# which writes heart.csv: Rscript make.R SHARED_DATA. TARGET neuroblastoma (target_r.json) is read from SHARED_DATA only.
# heart.csv: UCI heart disease (CC BY 4.0; Detrano 1989), 920 rows, four hospitals. ../linear/wdbc.csv (CC BY 4.0; Street 1993).
# ../survival/brca.csv: TCGA-BRCA, open tier, as prepared by FLamby (MIT). Held-out scores: each hospital by the model of the others.
suppressMessages({library(brglm2); library(glmnet); library(jsonlite); library(MASS); library(nnet); library(pROC); library(survival)})
heart <- read.csv("heart.csv"); wdbc <- read.csv("../linear/wdbc.csv"); brca <- read.csv("../survival/brca.csv")
flamby <- c("age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak")
six <- c("age", "sex", "trestbps", "thalach", "exang", "oldpeak")
complete <- function(columns) heart[complete.cases(heart[, c(columns, "num")]), ]
whole <- complete(c(flamby, "cp")); whole$y <- as.numeric(whole$num > 0)
exact <- glm.control(epsilon = 1e-15, maxit = 200)
full <- as.formula(paste("y ~", paste(c(flamby, "I(cp == 2)", "I(cp == 3)", "I(cp == 4)"), collapse = " + ")))
ml <- function(d, f) glm(f, binomial, d, control = exact)
firth <- function(d, f) glm(f, binomial, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 1000)
table_of <- function(f) list(coef = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))), log_likelihood = as.numeric(logLik(f)))
held_out <- function(d, fit, f, sites = unique(d$site)) {
  p <- numeric(nrow(d))
  for (s in sites) p[d$site == s] <- predict(fit(d[d$site != s, ], f), d[d$site == s, ], type = "response")
  p
}
area <- function(y, p) {
  r <- roc(y, p, direction = "<", quiet = TRUE, algorithm = 2); ci <- ci.auc(r, method = "delong")
  list(auc = as.numeric(r$auc), se = sqrt(var(r, method = "delong")), lower = ci[1], upper = ci[3])
}
paired <- function(y, p, q) {
  t <- roc.test(roc(y, p, direction = "<", quiet = TRUE), roc(y, q, direction = "<", quiet = TRUE), method = "delong", paired = TRUE)
  list(difference = unname(t$estimate[2] - t$estimate[1]), p = t$p.value)
}
out <- list(versions = list(R = R.version.string, brglm2 = as.character(packageVersion("brglm2")),
  glmnet = as.character(packageVersion("glmnet")), MASS = as.character(packageVersion("MASS")),
  nnet = as.character(packageVersion("nnet")), pROC = as.character(packageVersion("pROC")),
  survival = as.character(packageVersion("survival"))))
p <- held_out(whole, ml, full); q <- held_out(whole, firth, full)
out$heart <- list(n = nrow(whole), logistic = table_of(ml(whole, full)), firth = table_of(firth(whole, full)),
  auc = list(logistic = area(whole$y, p), firth = area(whole$y, q)), paired = paired(whole$y, p, q))
by_site <- update(full, . ~ . + factor(site)); own <- whole; own$site <- factor(own$site)
f <- glm(by_site, binomial, own, contrasts = list(`factor(site)` = "contr.sum"), control = exact)
at <- grepl("site", names(coef(f))); last <- -sum(coef(f)[at]); last_se <- sqrt(sum(vcov(f)[at, at]))
out$heart_sites <- list(coef = unname(coef(f)[!at])[-1], se = unname(sqrt(diag(vcov(f)))[!at])[-1],
  sites = levels(own$site), deviation = unname(c(coef(f)[at], last)), deviation_se = unname(c(sqrt(diag(vcov(f)))[at], last_se)))
few <- complete(six); z <- function(t) scale(as.matrix(t)); x <- z(few[, six])
multi <- multinom(few$num ~ x, trace = FALSE, reltol = 1e-20, abstol = 1e-20, maxit = 100000)
ord <- polr(factor(few$num) ~ x, Hess = TRUE, control = list(reltol = 1e-16, maxit = 10000))
out$heart5 <- list(n = nrow(few), multinom = list(coef = unname(coef(multi)), log_likelihood = as.numeric(logLik(multi))),
  polr = list(theta = unname(ord$zeta), coef = unname(coef(ord)), se = unname(sqrt(diag(vcov(ord)))), log_likelihood = as.numeric(logLik(ord))))
brca$y <- brca$event; over <- y ~ age + white + n1 + n2 + t2 + t3 + lobular
out$brca <- list(n = nrow(brca), logistic = table_of(ml(brca, over)), auc = area(brca$y, held_out(brca, ml, over)))

# lasso: columns in the order of the alphabet, sites as folds, each training set with its own means and standard deviations
shares <- 0.5 * 10^(-(0:20) / 10)
path <- function(x, y, family, alpha) glmnet(x, y, family = family, alpha = alpha, lambda = shares / alpha, standardize = FALSE, thresh = 1e-22, maxit = 1e8)
standard <- function(x, rows) list(mean = colMeans(x[rows, ]), sd = apply(x[rows, ], 2, sd))
lossof <- function(f, x, y) {
  p <- predict(f, x, type = "response")
  if (length(dim(p)) == 3) apply(p, 3, function(m) -sum(log(m[cbind(seq_along(y), y)]))) else
    colSums(-(y * log(p) + (1 - y) * log(1 - p)))
}
nested <- function(x, y, site, family, alpha) {
  sites <- sort(unique(site)); k <- length(sites)
  loss <- function(out, at) { rows <- !(site %in% sites[out]); s <- standard(x, rows)
    f <- path(scale(x[rows, ], s$mean, s$sd), y[rows], family, alpha)
    lossof(f, scale(x[site == sites[at], , drop = FALSE], s$mean, s$sd), y[site == sites[at]]) }
  curve <- Reduce(`+`, lapply(seq_len(k), function(i) loss(i, i)))
  outer <- sapply(seq_len(k), function(j) which.min(Reduce(`+`, lapply(setdiff(seq_len(k), j), function(i) loss(c(i, j), i)))))
  s <- standard(x, rep(TRUE, nrow(x))); f <- path(scale(x, s$mean, s$sd), y, family, alpha); best <- which.min(curve)
  probability <- NULL
  for (j in seq_len(k)) { rows <- site != sites[j]; s <- standard(x, rows); g <- path(scale(x[rows, ], s$mean, s$sd), y[rows], family, alpha)
    p <- predict(g, scale(x[!rows, , drop = FALSE], s$mean, s$sd), s = g$lambda[outer[j]], type = "response")
    if (family == "binomial") { if (is.null(probability)) probability <- numeric(nrow(x)); probability[!rows] <- p } }
  beta <- if (family == "binomial") list(t(as.matrix(f$beta))) else lapply(f$beta, function(b) t(as.matrix(b)))
  list(columns = colnames(x), shares = shares / alpha, deviance = unname(curve), best = best, fold_shares = (shares / alpha)[outer],
    intercept = if (family == "binomial") list(unname(f$a0)) else unname(split(unname(f$a0), row(f$a0))),
    beta = unname(lapply(beta, unname)), auc = if (family == "binomial") area(y, probability))
}
w <- as.matrix(wdbc[, sort(grep("^(mean|worst)_", names(wdbc), value = TRUE), method = "radix")])
out$wdbc_lasso <- nested(w, wdbc$malignant, wdbc$site, "binomial", 1)
out$wdbc_elastic <- nested(w, wdbc$malignant, wdbc$site, "binomial", 0.5)
out$heart5_lasso <- nested(as.matrix(few[, six]), few$num + 1, few$site, "multinomial", 1)
# choice of columns by cross-validation over the hospitals
cv <- cv.glmnet(z(w), wdbc$malignant, family = "binomial", foldid = match(wdbc$site, sort(unique(wdbc$site))), lambda = shares,
  standardize = FALSE, type.measure = "deviance", thresh = 1e-22, maxit = 1e8)
chosen <- function(s) { b <- as.matrix(coef(cv, s = s))[-1, 1]; names(sort(-abs(b[b != 0]))) }
out$wdbc_select <- list(min = chosen("lambda.min"), one_se = chosen("lambda.1se"), lambda_min = cv$lambda.min, lambda_1se = cv$lambda.1se)

# survival: days up to a horizon, patients still followed then are without an event; each number as in ../survival/make.R
cox <- function(d, x, ties, strata = FALSE) {
  f <- coxph(as.formula(paste("Surv(time, event) ~", paste(x, collapse = " + "), if (strata) "+ strata(site)" else "")), d, ties = ties,
    control = coxph.control(eps = 1e-14, iter.max = 100, toler.chol = 1e-15))
  list(coef = unname(f$coef), se = sqrt(diag(f$var)), log_likelihood = f$loglik[2])
}
until <- function(d, horizon) { d$event <- d$event * (d$time <= horizon); d$time <- pmin(d$time, horizon); d }
followed <- function(d, x) {
  km <- summary(survfit(Surv(time, event) ~ 1, d, conf.type = "log-log"), times = sort(unique(d$time[d$event == 1])))
  list(n = nrow(d), events = sum(d$event), breslow = cox(d, x, "breslow"), efron = cox(d, x, "efron"),
    strata_breslow = cox(d, x, "breslow", TRUE), strata_efron = cox(d, x, "efron", TRUE), km = list(time = km$time, at_risk = km$n.risk,
    events = km$n.event, survival = km$surv, se = km$std.err))
}
columns <- function(d) setdiff(names(d), c("time", "event", "site", "y"))
gbsg2 <- read.csv("../survival/gbsg2.csv"); rossi <- read.csv("../survival/rossi.csv"); brca$y <- NULL
out$survival <- list(gbsg2 = followed(until(gbsg2, 2700), columns(gbsg2)), rossi = followed(until(rossi, 60), columns(rossi)),
  brca = followed(until(brca, 4000), columns(brca)))
write(toJSON(out, digits = NA, auto_unbox = TRUE), "r.json")
t <- read.delim(file.path(commandArgs(TRUE)[1], "target-nbl/data_clinical_patient.txt"), comment.char = "#", na.strings = c("", "NA"))
t$site <- (seq_len(nrow(t)) - 1) %% 4
t <- t[!is.na(t$OS_DAYS) & !is.na(t$OS_STATUS) & !is.na(t$AGE_IN_DAYS) & t$SEX %in% c("Male", "Female"), ]
t <- until(data.frame(AGE_IN_DAYS = t$AGE_IN_DAYS, male = as.numeric(t$SEX == "Male"), time = t$OS_DAYS,
  event = as.numeric(t$OS_STATUS == "1:DECEASED"), site = t$site), 4000)
write(toJSON(list(versions = out$versions, survival = followed(t, c("AGE_IN_DAYS", "male"))), digits = NA, auto_unbox = TRUE), "target_r.json")
