# AUC, DeLong's interval and paired test from pROC, the smooth curve from glm, for the scores in scores.json.
# Run in this folder after the scores are written: Rscript make.R
suppressMessages({library(pROC); library(jsonlite)})
data <- fromJSON("scores.json", simplifyVector = FALSE)
y <- unlist(data$y); cell <- unlist(data$cell) + 1; n <- length(y)
score <- lapply(data$scores, function(folds) {
  m <- do.call(rbind, lapply(folds, unlist)); m[cbind(cell, seq_len(n))] })
curves <- lapply(score, function(p) roc(y, p, direction = "<", quiet = TRUE, algorithm = 2))
auc <- lapply(curves, function(r) {
  ci <- ci.auc(r, method = "delong")
  list(auc = as.numeric(r$auc), se = sqrt(var(r, method = "delong")), lower = ci[1], upper = ci[3]) })
pairs <- list(c(1, 2), c(1, 3), c(2, 3))
comparisons <- lapply(pairs, function(k) {
  t <- roc.test(curves[[k[1]]], curves[[k[2]]], method = "delong", paired = TRUE)
  list(difference = unname(t$estimate[2] - t$estimate[1]), p = t$p.value, interval = -rev(as.numeric(t$conf.int))) })
curve <- lapply(score, function(p) {
  cells <- sort(floor(p * 4096)) + 1
  k <- qlogis(cells[ceiling(c(1, 5, 9) * n / 10)] / 4096)
  f <- function(x) { c3 <- function(t) pmax(x - t, 0)^3
    (c3(k[1]) - c3(k[2]) * (k[3] - k[1]) / (k[3] - k[2]) + c3(k[3]) * (k[2] - k[1]) / (k[3] - k[2])) / (k[3] - k[1])^2 }
  x <- qlogis(p)
  m <- glm(y ~ x + f(x), family = binomial, control = glm.control(epsilon = 1e-14, maxit = 100))
  list(knots = k, coefficients = unname(coef(m)), covariance = unname(vcov(m))) })
answer <- list(versions = list(R = R.version.string, pROC = as.character(packageVersion("pROC"))),
               auc = auc, comparisons = comparisons, curve = curve)
write(toJSON(answer, digits = NA, auto_unbox = TRUE), "r.json")
