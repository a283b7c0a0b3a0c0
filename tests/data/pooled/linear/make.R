# Pooled answers for the linear learners, from brglm2, glmnet, MASS and nnet. After make.py, in this folder.
suppressMessages({library(brglm2); library(glmnet); library(jsonlite); library(MASS); library(nnet)})
heart <- read.csv("heart.csv"); wdbc <- read.csv("wdbc.csv")
z <- function(t) scale(as.matrix(t))
x <- z(heart[, c("age", "sex", "trestbps", "thalach", "exang", "oldpeak")])
case <- as.numeric(heart$severity > 0)
out <- list(versions = list(R = R.version.string, brglm2 = as.character(packageVersion("brglm2")),
  glmnet = as.character(packageVersion("glmnet")), MASS = as.character(packageVersion("MASS")),
  nnet = as.character(packageVersion("nnet"))))
firth <- function(y, x) {
  f <- glm(y ~ x, family = binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 1000)
  s <- sqrt(diag(vcov(f)))
  i <- solve(vcov(f))
  list(beta = unname(coef(f)), se = unname(s),
       penalised = as.numeric(logLik(f)) + 0.5 * as.numeric(determinant(i)$modulus))
}
out$firth <- firth(case, x)
# one column that separates the classes of ten patients
small <- c(-1.5, -1.2, -0.9, -0.6, -0.3, 0.3, 0.6, 0.9, 1.2, 1.5)
out$firth_separated <- firth(as.numeric(small > 0), matrix(small))
ord <- polr(factor(heart$severity) ~ x, Hess = TRUE, control = list(reltol = 1e-16, maxit = 1000))
out$polr <- list(theta = unname(ord$zeta), beta = unname(coef(ord)))
multi <- multinom(heart$severity ~ x, trace = FALSE, reltol = 1e-16, maxit = 10000)
out$multinom <- unname(coef(multi))
w <- z(wdbc[, grepl("^(mean|worst)_", names(wdbc))])
lambdas <- 0.5 * 10^(-(0:20) / 10)
path <- function(x, y, family, alpha) {
  f <- glmnet(x, y, family = family, alpha = alpha, lambda = lambdas, standardize = FALSE, thresh = 1e-22, maxit = 1e8)
  stopifnot(length(f$lambda) == length(lambdas))
  if (family == "binomial") return(list(intercept = unname(f$a0), beta = unname(t(as.matrix(f$beta)))))
  list(intercept = unname(t(f$a0)), beta = unname(lapply(f$beta, function(b) unname(t(as.matrix(b))))))
}
out$lambdas <- lambdas
out$lasso <- path(w, wdbc$malignant, "binomial", 1)
out$elastic <- path(w, wdbc$malignant, "binomial", 0.5)
out$multinomial_lasso <- path(x, heart$severity, "multinomial", 1)
write(toJSON(out, digits = NA, auto_unbox = TRUE), "r.json")
