# Survey estimates by R's `survey`, for our own to be held against.
#
#   Rscript tests/r/estimates.R > tests/r/estimates.json       (in the root of the repository)
#
# Prints designs with their answers and what R makes of them; tests/integration/estimates.rs replays the file. Nothing of
# our code is used here. Where `survey` has no such thing (Wilson's interval, skewness, notes), the formula is written
# out below, and so is the rule of quantiles, which is held against `svyquantile`. Needs the packages survey and jsonlite (Debian: r-cran-survey, r-cran-jsonlite). Inputs are rounded, so that
# the decimals in the file are exactly the numbers that were used.

suppressPackageStartupMessages({ library(survey); library(jsonlite) })
options(survey.adjust.domain.lonely = FALSE)
set.seed(20160930)
cases <- list()

# ---- the design -------------------------------------------------------------------------------------------------

# `answers`: stratum (from 0), y, x (or y0, x0, y1, x1), in_domain, perhaps weight. `population`: NA where unknown.
# `margins`: names of columns of `answers`, each with the known number of enterprises by category.
design_of <- function(answers, population, margins = list()) calibrated(sampled(answers, population), margins)

sampled <- function(answers, population) {
  n <- table(factor(answers$stratum, levels = seq_along(population) - 1))
  answers$N <- population[answers$stratum + 1]
  if (!is.null(answers$weight)) answers$w <- answers$weight
  else if (!anyNA(population)) answers$w <- answers$N / as.vector(n[answers$stratum + 1])
  else answers$w <- 1
  if (all(is.na(answers$N))) return(svydesign(ids = ~1, strata = ~stratum, weights = ~w, data = answers))
  answers$N[is.na(answers$N)] <- Inf
  svydesign(ids = ~1, strata = ~stratum, weights = ~w, fpc = ~N, data = answers)
}

# One margin is post-stratification, several are raking, until nothing moves any more.
calibrated <- function(design, margins) {
  if (!length(margins)) return(design)
  known <- lapply(names(margins), function(name) setNames(data.frame(names(margins[[name]]), unname(margins[[name]])), c(name, "Freq")))
  by <- lapply(names(margins), function(name) as.formula(paste("~", name)))
  if (length(margins) == 1) return(postStratify(design, by[[1]], known[[1]]))
  rake(design, by, known, control = list(maxit = 1000, epsilon = 1e-12))
}

# Rows with a weight: a calibrated design keeps those outside the domain, with none.
present <- function(design) weights(design) > 0

skewness <- function(v) {                       # G1, as Excel's SKEW
  n <- length(v)
  if (n < 3 || all(v == v[1])) return(NULL)
  g <- sum((v - mean(v))^3) / n / (sum((v - mean(v))^2) / n)^1.5 * sqrt(n * (n - 1)) / (n - 2)
  if (abs(g) > 2) g else NULL
}

is_census <- function(design) {
  f <- design$fpc
  !is.null(f$popsize) && all(f$sampsize >= f$popsize)
}

# Wilson's interval on the effective number of answers, t for z; at 0, at 1 and without spread, Kish's number.
wilson <- function(p, V, w, df) {
  n <- if (p == 0 || p == 1 || V < 1e-25) sum(w)^2 / sum(w^2) else p * (1 - p) / V
  t <- qt(0.975, df)
  centre <- (p + t^2 / (2 * n)) / (1 + t^2 / n)
  reach <- t / (1 + t^2 / n) * sqrt(p * (1 - p) / n + t^2 / (4 * n^2))
  c(if (p == 0) 0 else centre - reach, if (p == 1) 1 else centre + reach)
}

design_notes <- function(answers, population, names) {
  n <- as.vector(table(factor(answers$stratum, levels = seq_along(population) - 1)))
  empty <- which(n == 0 & !is.na(population) & population > 0)
  list(
    lonely = I(names[n == 1 & (is.na(population) | population > 1)]),
    empty = I(names[empty]),
    uncovered_share = if (length(empty)) sum(population[empty]) / sum(population, na.rm = TRUE) else NULL)
}

# ---- the estimators ---------------------------------------------------------------------------------------------

# What is common to all: `stat` is an object of survey.
result <- function(stat, df, design, numerator, denominator, answers, deff = NULL, notes) {
  value <- as.vector(coef(stat)); se <- as.vector(SE(stat))
  interval <- if (is_census(design)) c(value, value) else as.vector(confint(stat, df = df))
  if (!is.null(deff) && !is.finite(deff)) deff <- NULL
  c(list(value = value, standard_error = se, interval = interval, degrees = df, answers = answers,
         numerator = numerator, denominator = denominator, design_effect = deff), notes)
}

# R's design effect, where there is a population larger than the sample.
deff_of <- function(u, inside) {
  w <- weights(inside)[present(inside)]
  if (sum(w) - length(w) <= 1e-9 * sum(w) || length(w) < 2) return(NULL)
  whole <- numeric(length(weights(inside))); whole[present(inside)] <- u
  as.vector(deff(svytotal(whole, inside, deff = TRUE)))
}

estimate <- function(estimator, answers, population, names, lonely, margins = list(), quantile = 0.5) {
  options(survey.lonely.psu = lonely)
  full <- design_of(answers, population, margins)
  inside <- subset(full, in_domain)
  d <- inside$variables[present(inside), ]; w <- weights(inside)[present(inside)]; df <- degf(full)
  notes <- design_notes(answers, population, names)
  if (estimator == "quantile") return(quantile_of(full, inside, quantile, df, notes))
  if (estimator == "total") {
    stat <- svytotal(~y, inside)
    notes$skewed_numerator <- skewness(d$y)
    return(result(stat, df, full, sum(w * d$y), 1, nrow(d), deff_of(d$y, inside), notes))
  }
  if (estimator == "share") {
    inside$variables$y <- as.numeric(inside$variables$y != 0)
    d$y <- as.numeric(d$y != 0)
  }
  x <- if (estimator == "ratio") d$x else rep(1, nrow(d))
  inside$variables$.x <- if (estimator == "ratio") inside$variables$x else 1
  stat <- if (estimator == "ratio") svyratio(~y, ~.x, inside) else svymean(~y, inside)
  # Rows outside the domain set to zero instead of left out: the same figure, or this file is wrong.
  zeroed <- full
  zeroed$variables$.x <- ifelse(full$variables$in_domain, if (estimator == "ratio") full$variables$x else 1, 0)
  zeroed$variables$.y <- ifelse(full$variables$in_domain,
                                if (estimator == "share") full$variables$y != 0 else full$variables$y, 0)
  again <- svyratio(~.y, ~.x, zeroed)
  stopifnot(isTRUE(all.equal(as.vector(coef(again)), as.vector(coef(stat)), tolerance = 1e-12)),
            isTRUE(all.equal(as.vector(SE(again)), as.vector(SE(stat)), tolerance = 1e-10)))
  u <- (d$y - as.vector(coef(stat)) * x) / sum(w * x)
  deff <- if (sum(u^2) > 1e-25) deff_of(u, inside) else NULL
  if (estimator == "mean" && !is.null(deff))
    stopifnot(isTRUE(all.equal(deff, as.vector(deff(svymean(~y, inside, deff = TRUE))), tolerance = 1e-10)))
  if (estimator != "share") {
    notes$skewed_numerator <- skewness(d$y)
    notes$skewed_denominator <- skewness(x)
  }
  r <- result(stat, df, full, sum(w * d$y), sum(w * x), nrow(d), deff, notes)
  r$wilson <- estimator == "share" && !is_census(full) &&
    (round(r$value, 12) < 0.1 || round(r$value, 12) > 0.9 || nrow(d) < 30 || r$standard_error < 1e-12)
  if (r$wilson) r$interval <- wilson(r$value, r$standard_error^2, w, df)
  r
}

# The smallest value that a part p of the weight does not exceed.
quantile_rule <- function(y, w, p) {
  if (is.na(p)) return(NaN)
  o <- order(y); cum <- cumsum(w[o])
  y[o][which(cum >= (p - 1e-12) * sum(w))[1]]
}

quantile_of <- function(full, inside, p, df, notes) {
  keep <- present(inside)
  y <- inside$variables$y[keep]; w <- weights(inside)[keep]
  value <- quantile_rule(y, w, p)
  inside$variables$.below <- as.numeric(inside$variables$y <= value)
  share <- svymean(~.below, inside)
  ends <- if (is_census(full)) rep(as.vector(coef(share)), 2) else as.vector(confint(share, df = df))
  ends[ends < 0 | ends > 1 + 1e-12] <- NaN
  interval <- c(quantile_rule(y, w, ends[1]), quantile_rule(y, w, ends[2]))
  r <- svyquantile(~y, inside, p, qrule = "math", interval.type = "mean", df = df)$y
  # Below the weight of the smallest value R's rule gives the second smallest, against its own definition.
  sound <- function(at) is.nan(at) || at >= min(w[y == min(y)]) / sum(w)
  agree <- isTRUE(all.equal(as.vector(r)[1:3], c(value, interval), tolerance = 1e-12)) &&
    isTRUE(all.equal(r[1, "se"], diff(interval) / 2 / qt(0.975, df), check.attributes = FALSE, tolerance = 1e-12))
  if (!is_census(full)) stopifnot(agree == all(vapply(c(p, ends), sound, NA)))
  if (anyNA(interval)) interval <- NULL
  c(list(value = value, standard_error = if (is.null(interval)) NULL else if (interval[1] == interval[2]) 0
         else diff(interval) / 2 / qt(0.975, df), interval = interval, degrees = df, answers = sum(keep), numerator = value,
         denominator = 1, no_interval = is.null(interval)), notes)
}

# Two separate samples of one frame: their strata are those of the frame, by wave.
unpaired <- function(change, answers, population, names, lonely, what) {
  levels <- lapply(0:1, function(wave) estimate(what, answers[answers$wave == wave, ], population, names, lonely))
  before <- levels[[1]]; after <- levels[[2]]
  df <- before$degrees + after$degrees
  v0 <- before$standard_error^2; v1 <- after$standard_error^2
  value <- after$value - before$value; se <- sqrt(v0 + v1)
  if (change == "percent") {
    value <- value / before$value
    se <- sqrt(v1 / before$value^2 + after$value^2 * v0 / before$value^4)
  }
  if (what != "quantile") {
    # Both waves as one design, which must say the same.
    weighted <- do.call(rbind, lapply(0:1, function(wave) {
      one <- answers[answers$wave == wave, ]
      design <- sampled(one, population)
      one$w <- weights(design); one$N <- population[one$stratum + 1]; one$N[is.na(one$N)] <- Inf
      one
    }))
    if (what == "share") weighted$y <- as.numeric(weighted$y != 0)
    if (what != "ratio") weighted$x <- 1
    for (wave in 0:1) for (v in c("y", "x")) weighted[[paste0(v, wave)]] <- weighted[[v]] * (weighted$wave == wave) * weighted$in_domain
    both <- svydesign(ids = ~1, strata = ~interaction(wave, stratum), weights = ~w, fpc = ~N, data = weighted)
    totals <- svytotal(~y0 + x0 + y1 + x1, both)
    stat <- if (what == "total" && change == "points") svycontrast(totals, quote(y1 - y0))
            else if (what == "total") svycontrast(totals, quote(y1 / y0 - 1))
            else if (change == "points") svycontrast(totals, quote(y1 / x1 - y0 / x0))
            else svycontrast(totals, quote((y1 / x1) / (y0 / x0) - 1))
    stopifnot(degf(both) == df, isTRUE(all.equal(as.vector(SE(stat)), se, tolerance = 1e-9)),
              isTRUE(all.equal(as.vector(coef(stat)), value, tolerance = 1e-9)))
  }
  moved <- list(value = value, standard_error = se, interval = value + c(-1, 1) * qt(0.975, df) * se, degrees = df,
                answers = before$answers + after$answers, numerator = after$value - before$value,
                denominator = if (change == "points") 1 else before$value, design_effect = NULL,
                lonely = I(character()), empty = I(character()), overlap_ignored = TRUE)
  list(baseline = before, follow_up = after, change = moved)
}

# With and without the answer of the largest weighted y in the domain.
without_largest <- function(estimator, answers, population, names, lonely, what, margins = list()) {
  part <- abs(weights(design_of(answers, population, margins)) * answers$y) * answers$in_domain
  out <- which.max(part)
  list(with = estimate(what, answers, population, names, lonely, margins), left_out = out - 1,
       without = estimate(what, answers[-out, ], population, names, lonely, margins))
}

paired <- function(change, pairs, population, names, lonely, margins = list(), totals_of = FALSE) {
  options(survey.lonely.psu = lonely)
  full <- design_of(pairs, population, margins)
  inside <- subset(full, in_domain)
  d <- inside$variables[present(inside), ]; w <- weights(inside)[present(inside)]; df <- degf(full)
  notes <- design_notes(pairs, population, names)
  whole <- function(v) { out <- numeric(length(weights(inside))); out[present(inside)] <- v; out }
  level <- function(y, x) {
    inside$variables$.y <- whole(y); inside$variables$.x <- whole(x)
    notes$skewed_numerator <- skewness(y)
    if (totals_of)
      return(result(svytotal(~.y, inside), df, full, sum(w * y), 1, nrow(d), deff_of(y, inside), notes))
    stat <- svyratio(~.y, ~.x, inside)
    notes$skewed_denominator <- skewness(x)
    u <- (y - as.vector(coef(stat)) * x) / sum(w * x)
    result(stat, df, full, sum(w * y), sum(w * x), nrow(d), deff_of(u, inside), notes)
  }
  baseline <- level(d$y0, d$x0); follow_up <- level(d$y1, d$x1)
  r0 <- baseline$value; r1 <- follow_up$value
  # By the delta method on the four totals ...
  totals <- svytotal(~y0 + x0 + y1 + x1, inside)
  stat <- if (totals_of && change == "points") svycontrast(totals, quote(y1 - y0))
          else if (totals_of) svycontrast(totals, quote(y1 / y0 - 1))
          else if (change == "points") svycontrast(totals, quote(y1 / x1 - y0 / x0))
          else svycontrast(totals, quote((y1 / x1) / (y0 / x0) - 1))
  # ... and by the linearised variable, which must say the same.
  u0 <- (d$y0 - r0 * d$x0) / sum(w * d$x0); u1 <- (d$y1 - r1 * d$x1) / sum(w * d$x1)
  if (totals_of) { u0 <- d$y0; u1 <- d$y1 }
  u <- if (change == "points") u1 - u0 else u1 / r0 - r1 * u0 / r0^2
  linear <- svytotal(whole(u), inside)
  stopifnot(isTRUE(all.equal(as.vector(SE(linear)), as.vector(SE(stat)), tolerance = 1e-9)))
  value <- as.vector(coef(stat)); se <- as.vector(SE(linear))
  moved <- c(list(value = value, standard_error = se, interval = value + c(-1, 1) * qt(0.975, df) * se, degrees = df,
                  answers = nrow(d), numerator = r1 - r0, denominator = if (change == "points") 1 else r0,
                  design_effect = deff_of(u, inside)), notes)
  list(baseline = baseline, follow_up = follow_up, change = moved, pairs = nrow(d))
}

# ---- one case ---------------------------------------------------------------------------------------------------

case <- function(name, estimator, answers, population, lonely = "fail", refused = NULL, of = estimate, ...) {
  names <- names(population); population <- unname(population)
  if (is.null(answers$in_domain)) answers$in_domain <- TRUE
  more <- list(...)
  shown <- as.list(answers)
  shown[names(more$margins)] <- NULL
  expected <- NULL
  if (is.null(refused)) expected <- of(estimator, answers, population, names, lonely, ...)
  # Where R refuses as well, let it: a lonely stratum, a category without answers (which it prints).
  else if (refused$why %in% c("lonely_stratum", "empty_category"))
    capture.output(stopifnot(inherits(try(of(estimator, answers, population, names, lonely, ...), silent = TRUE), "try-error")))
  # R's `rake` takes weights that go round in a circle for settled; what they miss shows.
  else if (refused$why == "not_converged") {
    raked <- design_of(answers, population, more$margins)
    missed <- svytable(as.formula(paste("~", names(more$margins)[1])), raked) - more$margins[[1]]
    stopifnot(max(abs(missed)) > 1)
  }
  margins <- lapply(names(more$margins), function(by) {
    known <- more$margins[[by]]
    list(name = by, categories = data.frame(name = names(known), total = unname(known)),
         of = I(match(answers[[by]], names(known)) - 1))
  })
  cases[[length(cases) + 1]] <<- c(list(
    name = name, estimator = estimator, lonely = lonely,
    strata = data.frame(name = names, population = population), answers = lapply(shown, I)),
    if (length(margins)) list(margins = margins), more[setdiff(names(more), "margins")],
    list(expected = expected, refused = refused))
}

# Strata merged as declared: R is given the merged ones, we the groups.
merged <- function(name, estimator, answers, population, groups, ...) {
  into <- seq_along(population)
  for (group in groups) into[match(group, names(population))] <- min(match(group, names(population)))
  first <- sort(unique(into))
  together <- vapply(first, function(at) sum(population[into == at]), 0)
  names(together) <- vapply(first, function(at) paste(names(population)[into == at], collapse = " + "), "")
  renumbered <- answers; renumbered$stratum <- match(into[answers$stratum + 1], first) - 1
  case(name, estimator, renumbered, together, ...)
  last <- length(cases)
  cases[[last]]$strata <<- data.frame(name = names(population), population = unname(population))
  cases[[last]]$answers$stratum <<- I(answers$stratum)
  cases[[last]]$collapse <<- lapply(groups, I)
}

# ---- the answers ------------------------------------------------------------------------------------------------

# Turnover x and its international part y, in thousand EUR, of enterprises of four sizes.
turnover <- function(n) {
  stratum <- rep(seq_along(n) - 1, n)
  x <- round(exp(rnorm(length(stratum), c(5, 6.5, 8, 10)[stratum + 1], 0.7)), 1)
  y <- round(x * rbeta(length(x), 1.2, 4), 1)
  data.frame(stratum = stratum, y = y, x = x)
}
sme <- c(micro = 120, small = 60, medium = 30, large = 8)
unknown <- c(micro = NA_real_, small = NA_real_, medium = NA_real_, large = NA_real_)

a <- turnover(c(14, 11, 8, 5))
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_stratified"), estimator, a, sme)

domain <- a; domain$in_domain <- rep_len(c(TRUE, FALSE, TRUE, TRUE, FALSE), nrow(a))
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_domain"), estimator, domain, sme)

small_domain <- a; small_domain$in_domain <- a$stratum == 2 | seq_len(nrow(a)) %in% c(3, 20)
case("ratio_domain_with_one_answer_in_two_strata", "ratio", small_domain, sme)

weighted <- a; weighted$weight <- round(runif(nrow(a), 1.5, 12), 3)
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_given_weights"), estimator, weighted, unknown)
case("total_given_weights_known_frame", "total", weighted, sme)
weighted$in_domain <- domain$in_domain
case("ratio_given_weights_known_frame_domain", "ratio", weighted, sme)

case("ratio_unweighted", "ratio", a, unknown)
case("total_unweighted_is_refused", "total", a, unknown, refused = list(why = "not_weighted"))
partly <- sme; partly["micro"] <- NA
case("ratio_partly_known_frame", "ratio", a, partly)
case("mean_given_weights_partly_known_frame", "mean", weighted, partly)

lone <- turnover(c(9, 7, 1, 6))
for (estimator in c("total", "ratio", "mean")) for (lonely in c("adjust", "certainty"))
  case(paste(estimator, "lonely", lonely, sep = "_"), estimator, lone, sme, lonely)
case("ratio_lonely_fail", "ratio", lone, sme, refused = list(why = "lonely_stratum", stratum = "medium"))
case("ratio_lonely_adjust_unknown_frame", "ratio", lone, unknown, "adjust")
single <- sme; single["medium"] <- 1
case("total_single_enterprise_stratum", "total", lone, single)
lone$in_domain <- lone$stratum != 2
case("ratio_lonely_outside_the_domain", "ratio", lone, sme, "adjust")

case("ratio_census_of_the_large", "ratio", turnover(c(10, 6, 5, 8)), sme)
everyone <- turnover(c(6, 5, 4, 3)); frame <- c(micro = 6, small = 5, medium = 4, large = 3)
for (estimator in c("total", "ratio")) case(paste0(estimator, "_census"), estimator, everyone, frame)

gap <- a[a$stratum != 1, ]
for (estimator in c("ratio", "mean")) case(paste0(estimator, "_empty_stratum"), estimator, gap, sme)
case("total_empty_stratum", "total", gap, sme, refused = list(why = "empty_stratum", stratum = "small"))

large <- a; large$y <- large$y + 1e9; large$x <- large$x + 3e9
case("ratio_of_values_with_little_spread", "ratio", large, sme)
one <- turnover(40); one$y <- round(exp(rnorm(40, 4, 1.8)), 2)
case("total_skewed_one_stratum", "total", one, c(all = 400))

# 19 of 23 members of a cluster answered.
members <- data.frame(stratum = 0, y = rep(c(1, 0), c(10, 9)), x = 1)
case("share_nineteen_of_twenty_three", "share", members, c(members = 23))
case("mean_nineteen_of_twenty_three", "mean", members, c(members = 23))

yes <- function(n, p) { s <- rep(seq_along(n) - 1, n); data.frame(stratum = s, y = rbinom(length(s), 1, p[s + 1]), x = 1) }
many <- yes(c(25, 20, 15, 6), c(0.3, 0.5, 0.6, 0.8))
case("share_plain", "share", many, sme)
many$in_domain <- rep_len(c(TRUE, TRUE, FALSE), nrow(many))
case("share_domain", "share", many, sme)
many$in_domain <- rep_len(c(TRUE, FALSE, FALSE), nrow(many))
case("share_small_domain", "share", many, sme)
rare <- yes(c(30, 20, 12, 6), c(0, 0, 0, 0)); rare$y[c(3, 40)] <- 1
case("share_rare", "share", rare, sme)
usual <- rare; usual$y <- 1 - rare$y
case("share_usual", "share", usual, sme)
rare$y <- 0; usual$y <- 1
case("share_none", "share", rare, sme)
case("share_all", "share", usual, sme)
rare$weight <- round(runif(nrow(rare), 1.5, 12), 3)
case("share_none_given_weights", "share", rare, unknown)
case("share_unweighted", "share", yes(c(20, 16), c(0.4, 0.7)), c(a = NA_real_, b = NA_real_))
tenth <- data.frame(stratum = rep(0:1, c(15, 15)), y = rep(c(1, 0, 1, 0), c(1, 14, 2, 13)), x = 1)
case("share_of_exactly_a_tenth", "share", tenth, c(a = 35, b = 35))
case("share_each_stratum_of_one_mind", "share", data.frame(stratum = rep(0:1, c(20, 21)), y = rep(0:1, c(20, 21)), x = 1),
     c(a = 90, b = 70))
case("share_census", "share", data.frame(stratum = 0, y = c(1, 0, 0, 1, 0), x = 1), c(all = 5))
case("share_lonely_adjust", "share", yes(c(12, 1, 9), c(0.4, 0.5, 0.6)), c(a = 40, b = 6, c = 25), "adjust")

# Two waves: turnover grows, its international part more.
waves <- function(n) {
  before <- turnover(n); k <- nrow(before)
  x1 <- round(before$x * exp(rnorm(k, 0.05, 0.15)), 1)
  y1 <- pmin(round(before$y * exp(rnorm(k, 0.2, 0.3)), 1), x1)
  data.frame(stratum = before$stratum, y0 = before$y, x0 = before$x, y1 = y1, x1 = x1)
}
pairs <- waves(c(12, 10, 7, 4))
in_part <- pairs; in_part$in_domain <- rep_len(c(TRUE, TRUE, FALSE), nrow(pairs))
given <- pairs; given$weight <- round(runif(nrow(pairs), 1.5, 12), 3)
alone <- waves(c(8, 1, 6, 5))
for (change in c("points", "percent")) {
  named <- function(what) paste("paired", change, what, sep = "_")
  case(named("stratified"), change, pairs, sme, of = paired)
  case(named("domain"), change, in_part, sme, of = paired)
  case(named("given_weights"), change, given, unknown, of = paired)
  case(named("unweighted"), change, pairs, unknown, of = paired)
  case(named("lonely_adjust"), change, alone, sme, "adjust", of = paired)
  case(named("lonely_certainty"), change, alone, sme, "certainty", of = paired)
  case(named("empty_stratum"), change, pairs[pairs$stratum != 3, ], sme, of = paired)
}
shares <- pairs; shares$x0 <- shares$x1 <- 1
shares$y0 <- as.numeric(pairs$y0 / pairs$x0 > 0.2); shares$y1 <- as.numeric(pairs$y1 / pairs$x1 > 0.2)
case("paired_points_of_a_share", "points", shares, sme, of = paired)
case("paired_lonely_fail", "points", alone, sme, refused = list(why = "lonely_stratum", stratum = "small"), of = paired)

# ---- medians and other quantiles --------------------------------------------------------------------------------

case("median_stratified", "quantile", a, sme, quantile = 0.5)
case("median_domain", "quantile", domain, sme, quantile = 0.5)
case("median_given_weights", "quantile", weighted, unknown, quantile = 0.5)
case("median_unweighted", "quantile", a, unknown, quantile = 0.5)
case("median_partly_known_frame", "quantile", a, partly, quantile = 0.5)
case("quartile_lower", "quantile", a, sme, quantile = 0.25)
case("quartile_upper_domain", "quantile", domain, sme, quantile = 0.75)
case("median_lonely_adjust", "quantile", turnover(c(9, 7, 1, 6)), sme, "adjust", quantile = 0.5)
case("median_lonely_certainty", "quantile", turnover(c(9, 7, 1, 6)), sme, "certainty", quantile = 0.5)
case("median_lonely_fail", "quantile", turnover(c(9, 7, 1, 6)), sme, refused = list(why = "lonely_stratum", stratum = "medium"), quantile = 0.5)
case("median_empty_stratum", "quantile", gap, sme, quantile = 0.5)
case("median_of_skewed_values", "quantile", one, c(all = 400), quantile = 0.5)
ties <- one; ties$y <- pmin(round(one$y / 20), 6)
case("median_of_few_distinct_values", "quantile", ties, c(all = 400), quantile = 0.5)
case("median_census", "quantile", everyone, frame, quantile = 0.5)
case("median_of_three_has_no_interval", "quantile", one[1:3, ], c(all = 400), quantile = 0.5)
case("quantile_near_the_end_has_no_interval", "quantile", a, sme, quantile = 0.98)
case("median_of_even_number", "quantile", one[1:20, ], c(all = 60), quantile = 0.5)
# Here R's rule is not followed: see quantile_of.
heavy <- data.frame(stratum = 0, y = c(3, 40, 41, 45, 70, 90, 30), x = 1, weight = c(9, 1, 1, 2, 1, 1, 1))
case("median_of_one_heavy_answer", "quantile", heavy, c(all = NA_real_), quantile = 0.5)
case("median_of_eight", "quantile", one[1:8, ], c(all = 400), quantile = 0.5)

# ---- known totals -----------------------------------------------------------------------------------------------

# Country and age of the enterprise cut across the strata by size.
known <- a
known$country <- rep_len(c("DE", "FR", "LT", "DE", "FR"), nrow(a))
known$age <- ifelse(seq_len(nrow(a)) %% 3 == 0 | a$x > 3000, "old", "young")
country <- list(country = c(DE = 95, FR = 80, LT = 43))
both <- c(country, list(age = c(old = 70, young = 148)))
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_post_stratified"), estimator, known, sme, margins = country)
case("median_post_stratified", "quantile", known, sme, margins = country, quantile = 0.5)
known_domain <- known; known_domain$in_domain <- domain$in_domain
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_post_stratified_domain"), estimator, known_domain, sme, margins = country)
case("total_post_stratified_unknown_frame", "total", known, unknown, margins = country)
known_weights <- known; known_weights$weight <- weighted$weight
for (estimator in c("total", "ratio")) case(paste0(estimator, "_post_stratified_given_weights"), estimator, known_weights, unknown, margins = country)
for (estimator in c("total", "ratio", "mean")) case(paste0(estimator, "_raked"), estimator, known, sme, margins = both)
case("median_raked", "quantile", known, sme, margins = both, quantile = 0.5)
for (estimator in c("total", "ratio")) case(paste0(estimator, "_raked_domain"), estimator, known_domain, sme, margins = both)
case("total_raked_unknown_frame", "total", known, unknown, margins = both)
case("ratio_raked_given_weights", "ratio", known_weights, unknown, margins = both)
known$sector <- ifelse(seq_len(nrow(a)) %% 4 < 2, "goods", "services")
case("total_raked_three_margins", "total", known, sme, margins = c(both, list(sector = c(goods = 100, services = 118))))
opinion <- yes(c(25, 20, 15, 6), c(0.3, 0.5, 0.6, 0.8))
opinion$country <- rep_len(c("DE", "FR", "LT", "DE", "FR"), nrow(opinion))
opinion$age <- rep_len(c("old", "young", "young", "old", "young", "young", "young"), nrow(opinion))
case("share_post_stratified", "share", opinion, sme, margins = country)
case("share_raked", "share", opinion, sme, margins = both)
opinion$in_domain <- rep_len(c(TRUE, FALSE, FALSE), nrow(opinion))
case("share_raked_small_domain", "share", opinion, sme, margins = both)
known_lone <- turnover(c(9, 7, 1, 6)); known_lone$country <- rep_len(c("DE", "FR", "LT"), nrow(known_lone))
case("ratio_post_stratified_lonely_adjust", "ratio", known_lone, sme, "adjust", margins = country)
nobody <- list(country = c(DE = 95, FR = 80, LT = 40, PL = 3))
case("ratio_of_an_empty_category_is_refused", "ratio", known, sme, margins = nobody,
     refused = list(why = "empty_category", margin = "country", category = "PL"))
apart <- data.frame(stratum = 0, y = 1:4, x = 1, size = c("small", "small", "large", "large"), country = c("DE", "DE", "DE", "FR"))
case("ratio_raked_to_what_no_weights_meet", "ratio", apart, c(all = 100),
     margins = list(size = c(small = 80, large = 20), country = c(DE = 50, FR = 50)), refused = list(why = "not_converged", rounds = 1000))
known_pairs <- pairs; known_pairs$country <- rep_len(c("DE", "FR", "LT", "DE", "FR"), nrow(pairs))
known_pairs$age <- rep_len(c("old", "young", "young"), nrow(pairs))
for (change in c("points", "percent")) {
  case(paste0("paired_", change, "_post_stratified"), change, known_pairs, sme, of = paired, margins = country)
  case(paste0("paired_", change, "_raked"), change, known_pairs, sme, of = paired, margins = both)
}

for (change in c("points", "percent")) {
  case(paste0("paired_", change, "_of_totals"), change, pairs, sme, of = paired, totals_of = TRUE)
  case(paste0("paired_", change, "_of_totals_domain"), change, in_part, sme, of = paired, totals_of = TRUE)
  case(paste0("paired_", change, "_of_totals_raked"), change, known_pairs, sme, of = paired, margins = both, totals_of = TRUE)
}

# ---- two separate samples ---------------------------------------------------------------------------------------

two <- rbind(cbind(turnover(c(14, 11, 8, 5)), wave = 0), cbind(turnover(c(10, 12, 9, 6)), wave = 1))
two$in_domain <- TRUE
part <- two; part$in_domain <- rep_len(c(TRUE, TRUE, FALSE), nrow(two))
votes <- rbind(cbind(yes(c(25, 20, 15, 6), c(0.3, 0.5, 0.6, 0.8)), wave = 0), cbind(yes(c(20, 22, 9, 5), c(0.5, 0.5, 0.7, 0.8)), wave = 1))
votes$in_domain <- TRUE
for (change in c("points", "percent")) {
  separate <- function(title, answers, population = sme, ...)
    case(paste("unpaired", change, title, sep = "_"), paste0("unpaired_", change), answers, population, of = function(estimator, ...) unpaired(change, ...), ...)
  separate("total", two, what = "total")
  separate("ratio", two, what = "ratio")
  separate("mean", two, what = "mean")
  separate("share", votes, what = "share")
  separate("ratio_domain", part, what = "ratio")
  separate("ratio_unweighted", two, unknown, what = "ratio")
}
case("unpaired_points_median", "unpaired_points", two, sme, of = function(estimator, ...) unpaired("points", ...), what = "quantile")

lone_waves <- rbind(cbind(turnover(c(9, 7, 1, 6)), wave = 0), cbind(turnover(c(8, 1, 6, 5)), wave = 1)); lone_waves$in_domain <- TRUE
for (lonely in c("adjust", "certainty"))
  case(paste("unpaired_points_ratio_lonely", lonely, sep = "_"), "unpaired_points", lone_waves, sme, lonely, of = function(estimator, ...) unpaired("points", ...), what = "ratio")
case("unpaired_percent_total_lonely_fail", "unpaired_percent", lone_waves, sme, refused = list(why = "lonely_stratum", stratum = "medium"), of = function(estimator, ...) unpaired("percent", ...), what = "total")
case("unpaired_percent_mean_empty_stratum", "unpaired_percent", two[two$stratum != 2, ], sme, of = function(estimator, ...) unpaired("percent", ...), what = "mean")
known_lone$age <- rep_len(c("old", "young"), nrow(known_lone))
for (lonely in c("adjust", "certainty")) case(paste("total_raked_lonely", lonely, sep = "_"), "total", known_lone, sme, lonely, margins = both)
case("ratio_raked_empty_stratum", "ratio", known[known$stratum != 3, ], sme, margins = both)
case("paired_points_of_totals_lonely_adjust", "points", alone, sme, "adjust", of = paired, totals_of = TRUE)
case("median_given_weights_domain", "quantile", weighted, sme, quantile = 0.5)

# ---- merged strata, a minimum, the largest left out ---------------------------------------------------------------

for (estimator in c("total", "ratio"))
  merged(paste0(estimator, "_merged_empty_stratum"), estimator, gap, sme, list(c("micro", "small")))
merged("mean_two_merged_pairs_of_strata", "mean", a, sme, list(c("medium", "micro"), c("large", "small")))
merged("total_merged_lonely_stratum", "total", turnover(c(9, 7, 1, 6)), sme, list(c("medium", "large")))
case("ratio_of_too_few_answers", "ratio", domain, sme, minimum = 24, refused = list(why = "too_few_answers", answers = 23, minimum = 24))
for (estimator in c("total", "ratio", "mean"))
  case(paste0(estimator, "_without_the_largest"), "sensitivity", domain, sme, of = without_largest, what = estimator)
case("ratio_without_the_largest_given_weights", "sensitivity", weighted, unknown, of = without_largest, what = "ratio")
known_again <- known; known_again$in_domain <- TRUE
case("total_without_the_largest_raked", "sensitivity", known_again, sme, of = without_largest, what = "total", margins = both)

# ---- a survey that tests/integration/surveys.rs runs through the program -----------------------------------------

members <- read.csv("tests/populations/enterprises.csv")
at <- seq_len(nrow(members)) - 1
members$size <- members$stratum
members$stratum <- match(members$size, c("medium", "micro", "small")) - 1        # in the order of their names
members$region <- c("north", "south", "east")[at %% 3 + 1]
members$age <- ifelse(at %% 7 < 3, "old", "young")
members$weight <- 1.5 + at %% 4
sizes <- table(members$size)
sizes <- setNames(as.vector(sizes), names(sizes))
asked <- list(which((at * 37) %% 400 < 60), which((at * 37) %% 400 < 40 | (at * 53 + 11) %% 400 < 40))
first <- function(rows) data.frame(members[rows, ], y = members$turnover_abroad[rows], x = members$turnover[rows], in_domain = TRUE)
second <- function(rows) data.frame(members[rows, ], y = round(2 * members$turnover_abroad[rows] + 3 * members$hours[rows], 1), x = members$turnover[rows], in_domain = TRUE)
baseline <- first(asked[[1]]); follow_up <- second(asked[[2]])
twice <- intersect(asked[[1]], asked[[2]])
panel <- data.frame(members[twice, ], y0 = first(twice)$y, x0 = first(twice)$x, y1 = second(twice)$y, x1 = second(twice)$x, in_domain = TRUE)
separate_waves <- rbind(cbind(baseline, wave = 0), cbind(follow_up, wave = 1))

counted <- function(by) { n <- table(members[[by]]); setNames(as.vector(n), names(n)) }
bare <- function(answers) { answers$weight <- NULL; answers }
weightings <- list(
  plain = list(), post_strata = list(region = counted("region")), rake = list(region = counted("region"), age = counted("age")))
project <- lapply(names(weightings), function(name) {
  margins <- weightings[[name]]
  level <- function(estimator) estimate(estimator, bare(follow_up), unname(sizes), names(sizes), "fail", margins)
  list(weighting = name, figures = list(
    abroad_total = level("total"), abroad_mean = level("mean"), abroad_median = level("quantile"), abroad_share = level("ratio"),
    without_largest = without_largest(NA, bare(follow_up), unname(sizes), names(sizes), "fail", "total", margins)$without,
    share_change = paired("points", bare(panel), unname(sizes), names(sizes), "fail", margins)$change,
    total_growth = paired("percent", bare(panel), unname(sizes), names(sizes), "fail", margins, totals_of = TRUE)$change))
})
project[[1]]$figures <- c(project[[1]]$figures, list(
  share_change_unpaired = unpaired("points", bare(separate_waves), unname(sizes), names(sizes), "fail", "ratio")$change,
  median_growth_unpaired = unpaired("percent", bare(separate_waves), unname(sizes), names(sizes), "fail", "quantile")$change))
project[[4]] <- list(weighting = "weights", figures = list(
  abroad_total = estimate("total", follow_up, unname(sizes), names(sizes), "fail"),
  share_change = paired("points", panel, unname(sizes), names(sizes), "fail")$change))

# ---- the quantile of Student's t --------------------------------------------------------------------------------

student <- expand.grid(p = c(0.025, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995), degrees = c(1:10, 18, 30, 33, 60, 228, 1000, 12345))
student$quantile <- qt(student$p, student$degrees)

# One case a line, so that a change shows where it is. Fifteen digits are all that jsonlite writes.
json <- function(x) toJSON(x, auto_unbox = TRUE, digits = NA, na = "null", null = "null", dataframe = "rows")
made_by <- list(r = R.version.string, survey = as.character(packageVersion("survey")),
                command = "Rscript tests/r/estimates.R > tests/r/estimates.json")
cat('{"made_by": ', json(made_by), ',\n"cases": [\n', paste(vapply(cases, json, ""), collapse = ",\n"),
    '\n],\n"project": [\n', paste(vapply(project, json, ""), collapse = ",\n"), '\n],\n"student": [\n', paste(vapply(seq_len(nrow(student)), function(i) json(as.list(student[i, ])), ""),
                                collapse = ",\n"), "\n]}\n", sep = "")
