# Reference values for the diagnostics of chains, by the R package posterior 1.4.0 (Debian 12:
# r-cran-posterior).  usage: Rscript reference.R > reference.tsv
# The draws come from a linear congruential generator that R and C++ evaluate alike (reference.hpp).
suppressPackageStartupMessages(library(posterior))

state <- 12345
uniform <- function() {
  state <<- (16807 * state) %% 2147483647
  state / 2147483647
}
# Chains one after the other; within a chain draw by draw.
chains_of <- function(draws, chains, step, start) {
  x <- matrix(0, draws, chains)
  for (c in seq_len(chains)) {
    value <- start(c)
    for (t in seq_len(draws)) {
      value <- step(value, c)
      x[t, c] <- value
    }
  }
  x
}
autoregressive <- function(phi, shift) function(value, c) {
  a <- uniform(); b <- uniform(); d <- uniform()
  phi * value + (a + b + d - 1.5) + (if (c == 2) shift else 0)
}
sticky <- function(kinds, keep) function(value, c) {
  a <- uniform(); b <- uniform()
  if (a < keep) value else floor(kinds * b)
}
sets <- list(
  smooth = chains_of(200, 4, autoregressive(0.5, 0.25), function(c) c / 2 - 1),
  heavy = chains_of(151, 3, function(value, c) {
    a <- uniform(); b <- uniform()
    (a - 0.5) / (b + 0.0078125)
  }, function(c) 0),
  states = chains_of(300, 4, sticky(6, 0.75), function(c) c),
  coin = chains_of(100, 2, sticky(2, 0.5), function(c) 0),
  antithetic = chains_of(120, 1, autoregressive(-0.5, 0), function(c) 0),
  apart = chains_of(64, 2, autoregressive(0.25, 4), function(c) 0),
  short = chains_of(5, 8, autoregressive(0.75, 0.5), function(c) ceiling(c / 2)),
  single = chains_of(1, 12, autoregressive(0.75, 0.5), function(c) ceiling(c / 3)))

# posterior 1.4.0 has no nested R-hat; this is Margossian et al., Eq. 15 to 17, written with R's
# own means and variances.
nested <- function(x, group) {
  groups <- split(seq_len(ncol(x)), ceiling(seq_len(ncol(x)) / group))
  chain_mean <- colMeans(x)
  chain_var <- if (nrow(x) > 1) apply(x, 2, var) else rep(0, ncol(x))
  between <- sapply(groups, function(k) if (length(k) > 1) var(chain_mean[k]) else 0)
  within <- sapply(groups, function(k) mean(chain_var[k]))
  sqrt(1 + var(sapply(groups, function(k) mean(x[, k]))) / mean(between + within))
}
row <- function(set, figure, value) cat(set, figure, sprintf("%.17g", value), sep = "\t", fill = FALSE)
put <- function(...) { row(...); cat("\n") }
for (name in names(sets)) {
  x <- sets[[name]]
  put(name, "sum", sum(x))
  if (nrow(x) >= 12) suppressWarnings({
    put(name, "rhat", rhat(x))
    put(name, "rhat_basic", rhat_basic(x))
    put(name, "ess_mean", ess_mean(x))
    put(name, "ess_bulk", ess_bulk(x))
    put(name, "ess_tail", ess_tail(x))
    put(name, "ess_q25", ess_quantile(x, 0.25, names = FALSE))
    put(name, "mcse_mean", mcse_mean(x))
    for (p in c(0.05, 0.5, 0.95))
      put(name, paste0("mcse_q", 100 * p), mcse_quantile(x, p, names = FALSE))
  })
  if (ncol(x) %% 2 == 0 && ncol(x) >= 4 && nrow(x) > 1) put(name, "nested_2", nested(x, 2))
  if (name == "single") put(name, "nested_3", nested(x, 3))
}
