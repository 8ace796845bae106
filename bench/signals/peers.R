# Times R's own functions, not processes, on the data that the bench has written as CSV, and prints a JSON object: median ms, of the clock and of the processor, peak of memory in MB, and the answer, so
# that both programs are known to have done the same. Prints nothing where the package is not installed.
#
# Rscript peers.R <folder> <runs> <workload>

given <- commandArgs(TRUE)
folder <- given[1]
runs <- as.integer(given[2])
name <- given[3]

table_of <- function(name) {
  file <- file.path(folder, paste0(name, ".csv"))
  as.data.frame(lapply(read.csv(file), as.numeric))
}
persons <- function(n = 100000) table_of("persons")[seq_len(n), ]
covariates <- c("x1", "x2", "x3", "x4", "x5")

farrington <- function(counts, weeks) {
  series <- surveillance::sts(as.matrix(counts), start = c(2001, 1), frequency = 52)
  control <- list(
    range = tail(seq_len(nrow(counts)), weeks), b = 5, w = 3, noPeriods = 10, thresholdMethod = "nbPlugin",
    pastWeeksNotIncluded = 26, pThresholdTrend = 1, weightsThreshold = 2.58, alpha = 0.005
  )
  function() surveillance::farringtonFlexible(series, control)
}
gamma_mixture <- function(pairs) {
  prior <- c(3.25, 0.4, 2.03, 1.91, 0.065)
  table <- data.frame(N = pairs$count, E = pairs$expected)
  function() {
    qn <- openEBGM::Qn(prior, N = table$N, E = table$E)
    list(
      ebgm = openEBGM::ebgm(prior, N = table$N, E = table$E, qn = qn),
      eb05 = openEBGM::quantBisect(5, theta_hat = prior, N = table$N, E = table$E, qn = qn),
      eb95 = openEBGM::quantBisect(95, theta_hat = prior, N = table$N, E = table$E, qn = qn)
    )
  }
}

# Each prepares its data, which is not timed, and gives the function to be timed; `answer` makes numbers of what that returns.
workloads <- list(
  bench_coxph_efron_100k_p5 = list(
    needs = "survival",
    prepare = function() {
      d <- persons()
      function() survival::coxph(survival::Surv(time, status) ~ x1 + x2 + x3 + x4 + x5, d, ties = "efron")
    },
    answer = function(fit) {
      c(coef(fit), sqrt(diag(vcov(fit))), fit$loglik, fit$concordance[c("concordance", "std")], fit$residuals[1:5])
    }
  ),
  bench_survfit_100k_2groups = list(
    needs = "survival",
    prepare = function() {
      d <- persons()
      function() survival::survfit(survival::Surv(time, status) ~ group, d)
    },
    answer = function(fit) {
      at <- summary(fit, times = c(1, 5, 10))
      c(at$surv, at$lower, at$upper)
    }
  ),
  bench_survdiff_100k = list(
    needs = "survival",
    prepare = function() {
      d <- persons()
      function() survival::survdiff(survival::Surv(time, status) ~ group, d)
    },
    answer = function(test) test$chisq
  ),
  bench_concordance_20k = list(
    needs = "survival",
    prepare = function() {
      d <- persons(20000)
      function() survival::concordance(survival::Surv(time, status) ~ x1, d)
    },
    answer = function(found) found$concordance
  ),
  bench_rmst2_20k = list(
    needs = "survRM2",
    prepare = function() {
      d <- persons(20000)
      function() survRM2::rmst2(d$time, d$status, d$group, tau = 8)
    },
    answer = function(found) t(found$unadjusted.result)
  ),
  bench_cuminc_20k = list(
    needs = "cmprsk",
    prepare = function() {
      d <- persons(20000)
      function() cmprsk::cuminc(d$time, d$status * d$cause, d$group)
    },
    answer = function(found) {
      at <- cmprsk::timepoints(found, c(2, 6))
      c(t(at$est), t(at$var), found$Tests[, "stat"])
    }
  ),
  bench_crr_2k_p3 = list(
    needs = "cmprsk",
    prepare = function() {
      d <- persons(2000)
      function() cmprsk::crr(d$time, d$status * d$cause, as.matrix(d[, covariates[1:3]]))
    },
    answer = function(fit) c(fit$coef, sqrt(diag(fit$var)))
  ),
  bench_glm_logit_100k_p5 = list(
    needs = "stats",
    prepare = function() {
      d <- persons()
      function() glm(outcome ~ x1 + x2 + x3 + x4 + x5, binomial, d, control = list(epsilon = 1e-14))
    },
    answer = function(fit) c(coef(fit), sqrt(diag(vcov(fit))))
  ),
  bench_matchit_nn_5k = list(
    needs = "MatchIt",
    prepare = function() {
      d <- persons(5000)
      function() {
        MatchIt::matchit(
          treated ~ x1 + x2 + x3 + x4 + x5, d,
          method = "nearest", distance = "glm", link = "linear.logit", caliper = 0.2, m.order = "largest"
        )
      }
    },
    answer = function(found) c(sum(found$treat), sum(found$weights[found$treat == 1] > 0))
  ),
  bench_farringtonFlexible_50x52 = list(
    needs = "surveillance",
    runs = 1,
    prepare = function() farrington(table_of("series")[, 1:50], 52),
    answer = function(found) {
      upper <- surveillance::upperbound(found)
      c(sum(surveillance::alarms(found)), sum(upper, na.rm = TRUE), upper[, 7])
    }
  ),
  bench_farrington_1000x1 = list(
    needs = "surveillance",
    runs = 1,
    prepare = function() farrington(table_of("series"), 1),
    answer = function(found) c(sum(surveillance::alarms(found)), sum(surveillance::upperbound(found), na.rm = TRUE))
  ),
  bench_earsC2_50x406 = list(
    needs = "surveillance",
    prepare = function() {
      series <- surveillance::sts(as.matrix(table_of("series")[, 1:50]), start = c(2001, 1), frequency = 52)
      function() surveillance::earsC(series, list(method = "C2"))
    },
    answer = function(found) c(sum(surveillance::alarms(found)), sum(surveillance::upperbound(found)))
  ),
  bench_estimateR_1000d = list(
    needs = "EpiEstim",
    prepare = function() {
      cases <- table_of("incidence")$cases
      config <- EpiEstim::make_config(list(mean_si = 4.7, std_si = 2.9))
      function() suppressMessages(EpiEstim::estimate_R(cases, method = "parametric_si", config = config))
    },
    answer = function(found) {
      rows <- found$R[c(1, 100, 500, 990), ]
      c(rows[["Mean(R)"]], rows[["Quantile.0.025(R)"]], rows[["Quantile.0.975(R)"]])
    }
  ),
  bench_ebgm_eb05_eb95_100k = list(
    needs = "openEBGM",
    runs = 3,
    prepare = function() gamma_mixture(table_of("pairs")),
    answer = function(found) c(sum(found$ebgm), sum(found$eb05))
  ),
  bench_ebgm_eb05_eb95_10k = list(
    needs = "openEBGM",
    prepare = function() gamma_mixture(table_of("pairs")[1:10000, ]),
    answer = function(found) c(sum(found$ebgm), sum(found$eb05))
  ),
  bench_prr_ror_ic_gammaCI_100k = list(
    needs = "stats",
    prepare = function() {
      d <- table_of("pairs")
      all <- 2e6
      function() {
        a <- d$count
        b <- d$product - a
        c <- d$event - a
        rest <- all - a - b - c
        prr <- (a / (a + b)) / (c / (c + rest))
        ror <- a * rest / (b * c)
        list(
          prr = prr * exp(-1.96 * sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + rest))),
          ror = ror * exp(-1.96 * sqrt(1 / a + 1 / b + 1 / c + 1 / rest)),
          ic = log2((a + 0.5) / (d$expected + 0.5)),
          low = log2(qgamma(0.025, a + 0.5, d$expected + 0.5)),
          high = log2(qgamma(0.975, a + 0.5, d$expected + 0.5))
        )
      }
    },
    answer = function(found) c(sum(found$ic), sum(found$low))
  ),
  bench_cvpoisson_T100_alpha01 = list(
    needs = "Sequential",
    runs = 3,
    prepare = function() function() Sequential::CV.Poisson(SampleSize = 100, alpha = 0.01),
    answer = function(found) unlist(found)[1]
  ),
  scan_kulldorff_67 = list(
    needs = "SpatialEpi",
    prepare = function() {
      d <- table_of("places")
      function() SpatialEpi::kulldorff(d[, c("x", "y")], d$cases, d$expected, d$expected, 0.5, 999, 0.05, FALSE)
    },
    answer = function(found) found$most.likely.cluster$log.likelihood.ratio
  ),
  scan_ebpoisson_415 = list(
    needs = "scanstatistics",
    prepare = function() {
      counts <- as.matrix(table_of("ring"))
      baselines <- as.matrix(table_of("baselines"))
      listed <- table_of("zones")
      zones <- unname(split(listed$place, listed$zone))
      function() scanstatistics::scan_eb_poisson(counts, zones, baselines, n_mcsim = 999)
    },
    answer = function(found) found$MLC$score
  )
)

numbers <- function(values) paste0("[", paste(format(as.numeric(values), digits = 15, trim = TRUE), collapse = ","), "]")

# The most memory that the process has held; NaN where the system does not tell.
peak_mb <- function() {
  status <- tryCatch(readLines("/proc/self/status"), error = function(e) character(), warning = function(w) character())
  as.numeric(sub("\\D+(\\d+).*", "\\1", grep("^VmHWM", status, value = TRUE)))[1] / 1024
}

workload <- workloads[[name]]
if (!is.null(workload) && requireNamespace(workload$needs, quietly = TRUE)) {
  run <- workload$prepare()
  ms <- c()
  cpu <- c()
  turns <- min(runs, workload$runs)
  # Ours is warm too.
  started <- Sys.time()
  sink(nullfile())
  while (turns > 1 && difftime(Sys.time(), started, units = "secs") < 1) run()
  sink()
  for (turn in seq_len(turns)) {
    sink(nullfile())
    before <- sum(proc.time()[1:2])
    start <- Sys.time()
    found <- run()
    ms[turn] <- 1000 * as.numeric(difftime(Sys.time(), start, units = "secs"))
    cpu[turn] <- 1000 * (sum(proc.time()[1:2]) - before)
    sink()
  }
  cat(sprintf(
    '{"ms":%.3f,"cpuMs":%.0f,"peakMb":%.0f,"package":"%s %s","answer":%s}\n',
    median(ms), median(cpu), peak_mb(), workload$needs, packageVersion(workload$needs), numbers(workload$answer(found))
  ))
}
