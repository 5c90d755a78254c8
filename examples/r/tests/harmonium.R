# SPDX-License-Identifier: MIT
library(harmonium)
fails <- function(expression, text) {
  message <- tryCatch({ expression; "" }, error = conditionMessage)
  if (!grepl(text, message)) stop("expected an error about '", text, "', got '", message, "'")
}
pilot <- simulate(cells = 300, genes = 150, seed = 7)
stopifnot(identical(dim(pilot$counts), c(150L, 300L)), length(pilot$labels) == 300)

model <- fit(pilot$counts, labels = pilot$labels, seed = 7)
print(model)
made <- generate(model, 250)
stopifnot(identical(dim(made$counts), c(150L, 250L)), all(made$labels %in% pilot$labels),
          identical(made, generate(model, 250)), !identical(made, generate(model, 250, seed = 8)))
file <- tempfile(fileext = ".harmonium")
save_model(model, file)
stopifnot(identical(made, generate(load_model(file), 250)))

# The same from a dense matrix, and another model with its options.
stopifnot(identical(generate(fit(as.matrix(pilot$counts), "scdbm", hidden = c(4, 2)), 20),
                    generate(fit(pilot$counts, "scdbm", hidden = c(4, 2)), 20)))

judged <- evaluate(pilot$counts, made$counts, labels = pilot$labels, repeats = 1)
print(judged)
stopifnot(nrow(judged$verdicts) > 5, grepl("<html", judged$html))
found <- plan(pilot$counts, labels = pilot$labels, sizes = c(192, 384), repeats = 2, models = "cluster-nb")
print(found)
stopifnot(nchar(found$answer) > 20, sum(found$frequencies$frequency) > 0.9)

fails(fit(pilot$counts / 2), "whole numbers")
fails(fit(pilot$counts, "harmonia"), "harmonia")
fails(fit(pilot$counts, hiden = 3), "hiden")
fails(load_model("/no/such/file.harmonium"), "no/such/file")
