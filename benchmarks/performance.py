#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: performance.py BUILD [--full]

Measures what docs/performance.md states and writes it. BUILD is a build folder of the preset
`benchmarks` (or of another one, for another instruction set) with the benchmarks built. NumPy, SciPy
and PyTorch are peers where this Python has them. Processor time throughout, ten repetitions, median
and interquartile range; the wall clock only where it says so. --full adds the runs that take long.
"""
import json, math, os, statistics, subprocess, sys, time

os.environ["OMP_NUM_THREADS"] = "1"  # before the peers start their threads
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.join(sys.argv[1], "benchmarks")
full = "--full" in sys.argv


def spread(times):
    quarters = statistics.quantiles(times, n=4)
    return statistics.median(times), quarters[2] - quarters[0]


def benchmark(program, pick):
    """name -> (median, spread) of nanoseconds per item, repetitions of all interleaved."""
    text = subprocess.run(
        [os.path.join(build, program), "--benchmark_repetitions=10", "--benchmark_min_time=0.05",
         "--benchmark_enable_random_interleaving=true", "--benchmark_format=json",
         "--benchmark_filter=" + pick],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    times = {}
    for run in json.loads(text)["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        per = 1e9 / run["items_per_second"] if "items_per_second" in run else run["cpu_time"]
        times.setdefault(run["run_name"], []).append(per)
    return {name: spread(of) for name, of in times.items()}


def python_peers():
    """The same draws and log-probabilities in the libraries that people use from Python."""
    rows = {}
    size = 20000
    try:
        import numpy as np
    except ImportError:
        return rows
    rng = np.random.default_rng(7)
    mean = np.exp(-0.48 + 1.5 * rng.standard_normal(size))
    theta = 1.6 * np.exp(0.8 * rng.standard_normal(size))
    p = theta / (theta + mean)
    x = rng.negative_binomial(theta, p)

    def measure(call):
        times = []
        for _ in range(10):
            begin = time.process_time()
            calls = 0
            while time.process_time() - begin < 0.05:
                call()
                calls += 1
            times.append((time.process_time() - begin) / calls / size * 1e9)
        return spread(times)

    rows["draw, NumPy"] = measure(lambda: rng.negative_binomial(theta, p))
    try:
        from scipy import stats
        rows["log-pmf, SciPy"] = measure(lambda: stats.nbinom.logpmf(x, theta, p))
    except ImportError:
        pass
    try:
        import torch
        torch.set_num_threads(1)
        nb = torch.distributions.NegativeBinomial(
            torch.tensor(theta), probs=torch.tensor(mean / (theta + mean)), validate_args=False)
        t = torch.tensor(x.astype(float))
        rows["draw, PyTorch"] = measure(lambda: nb.sample())
        rows["log-pmf, PyTorch"] = measure(lambda: nb.log_prob(t))
    except ImportError:
        pass
    return rows


def whole_run(*arguments):
    text = subprocess.run([os.path.join(build, "whole_runs"), *map(str, arguments)],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    keys = ["model", "cells", "genes", "hidden", "threads", "generated", "training",
            "training_cpu", "generating", "generating_cpu", "epochs", "memory_before", "memory",
            "counts"]
    values = text.strip().split(",")
    return {k: v if k == "model" else float(v) for k, v in zip(keys, values)}


def exponent(runs, size, what):
    """Slope of log(what) over log(size), least squares."""
    xs, ys = [math.log(r[size]) for r in runs], [math.log(max(r[what], 1e-4)) for r in runs]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((a - mx) * (b - my) for a, b in zip(xs, ys)) / sum((a - mx) ** 2 for a in xs)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows])


def kernel_table(ours, peers, target):
    rows = []
    for name, (median, iqr) in ours + peers:
        ratio = [f"{median / mine[0]:.1f}" for _, mine in ours]
        rows.append([name, f"{median:.2f}", f"{iqr:.2f}", *ratio])
    return table(["", "ns", "spread", *("/ " + name for name, _ in ours)], rows) + \
        f"\n\nTarget: {target}.\n"


def run_rows(runs):
    return table(
        ["model", "cells", "genes", "hidden", "threads", "training, s", "(processor)",
         "cells made", "s", "(processor)", "peak, MiB", "counts, MiB"],
        [[r["model"], f"{r['cells']:.0f}", f"{r['genes']:.0f}",
          f"{r['hidden']:.0f}" if r["hidden"] else "default", f"{r['threads']:.0f}",
          f"{r['training']:.2f}", f"{r['training_cpu']:.2f}", f"{r['generated']:.0f}",
          f"{r['generating']:.2f}", f"{r['generating_cpu']:.2f}", f"{r['memory']:.0f}",
          f"{r['counts']:.1f}"] for r in runs])


def main():
    python = python_peers()
    draws = benchmark("nb_sampling", "sample_rows|philox")
    masses = benchmark("nb_log_pmf", ".")
    sweeps = benchmark("gibbs_sweep", ".")
    parts = benchmark("conditionals", ".")
    find = lambda of, text: next((v for k, v in of.items() if text in k), (math.nan, math.nan))

    draw_table = kernel_table(
        [("tables, 1000 genes", find(draws, "sample_rows<true>/1000")),
         ("rows", find(draws, "sample_rows<false>/1000"))],
        [("one by one", find(draws, "sample<ours, philox>")),
         ("std:: gamma and Poisson", find(draws, "standard_library")),
         ("Boost.Random", find(draws, "boost_random"))] +
        [(k[6:], v) for k, v in python.items() if k.startswith("draw")],
        "at most 10 ns")
    sweep_table = kernel_table(
        [("a sweep, per gene, with tables", find(sweeps, "gibbs_sweep<true>")),
         ("without (training)", find(sweeps, "gibbs_sweep<false>"))],
        [("std:: draws alone", find(sweeps, "visible_draws_std"))],
        "at most 10 ns with the draws")
    mass_table = kernel_table(
        [("tables, eta stays", find(masses, "evaluate_rows<false>")),
         ("tables, eta changes", find(masses, "evaluate_rows<true>"))],
        [("one by one", find(masses, "evaluate<ours>")),
         ("std::lgamma", find(masses, "standard_lgamma")),
         ("Boost.Math", find(masses, "boost_pdf"))] +
        [(k[9:], v) for k, v in python.items() if k.startswith("log-pmf")],
        "at most 3 ns")
    rows = []
    for units in (4, 16, 64, 256):
        eigen = find(parts, f"product_eigen/{units}")[0]
        dense = find(parts, f"ours<dense, with_draws>/{units}")[0]
        sparse = find(parts, f"ours<sparse, with_draws>/{units}")[0]
        rows.append([units, f"{eigen / 1e3:.2f}", f"{dense / 1e3:.2f}", f"{sparse / 1e3:.2f}",
                     f"{100 * eigen / dense:.0f} %", f"{2000 * units / dense:.1f}",
                     f"{8000 * units / dense:.1f}"])
    conditional_table = table(
        ["hidden units", "Eigen's product, us", "whole conditional, us", "from compressed counts, us",
         "rate, Eigen's = 100 %", "Gflop/s", "GB/s"], rows)
    family_table = table(
        ["ns per gene", "median", "spread"],
        [[name, f"{find(parts, f'partition_mean_variance<{i}>')[0]:.2f}",
          f"{find(parts, f'partition_mean_variance<{i}>')[1]:.2f}"]
         for i, name in enumerate(["A(eta)", "mean", "variance"])])

    def series(model, name, values, fixed):
        out = []
        for value in values:
            setting = dict(fixed, **{name: value})
            out.append(whole_run(model, setting["cells"], setting["genes"], setting["hidden"], 1, 1000))
        return out

    start = {"cells": 384, "genes": 1000, "hidden": 4}
    cells = series("scdbm", "cells", [384, 1500, 6000] + ([25000, 100000] if full else []), start)
    genes = series("scdbm", "genes", [500, 2000, 8000] + ([20000] if full else []), start)
    hidden = series("scdbm", "hidden", [4, 8, 12], start)
    wide = series("scdbm", "hidden", [32, 128, 512], start) if full else []
    real = []
    for name in ("pbmc3k", "pbmc3k_full"):
        folder = os.path.join(root, "..", "shared", "data", name)
        if os.path.isdir(folder):
            for model, units in (("harmonium", 0), ("scdbm", 4)):
                if full or name == "pbmc3k":
                    real.append(whole_run(model, 0, 0, units, 2, 2638, folder))
    threads = [whole_run("scdbm", 384, 1000, 4, t, 100000) for t in (1, 2)]
    efficiency = threads[0]["generating"] / threads[1]["generating"] / 2
    grown = [("cells", cells), ("genes", genes), ("hidden units, enumerated", hidden)]
    keys = {"cells": "cells", "genes": "genes", "hidden units, enumerated": "hidden"}
    if wide:
        grown.append(("hidden units, contrastive divergence", wide))
        keys["hidden units, contrastive divergence"] = "hidden"
    growth = table(["over", "training time", "memory"],
                   [[name, f"{exponent(of, keys[name], 'training_cpu'):.2f}",
                     f"{exponent(of, keys[name], 'memory'):.2f}"] for name, of in grown])
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    text = f"""# Performance

Written by `benchmarks/performance.py BUILD{" --full" if full else ""}`; run it again rather than edit this. {os.cpu_count()} cores, {cpu_name()},
build of the preset `{preset()}`; load averages at the end {load}. Processor time, ten repetitions in random order, median
and interquartile range; a ratio is by the line's time over ours in the same run. Times by the clock (training, cells made,
efficiency) suffer from whatever else runs. How to read the comparison of samplers: the guide.

## Negative binomial draws

Means log-normal (median 0.62), median theta 1.6, 57 % zeros.

{draw_table}
{sweep_table}
## Log-probabilities

{mass_table}
## Conditionals

x'W, logistic function and Bernoulli draws of one cell of 1000 genes, 57 % zeros. Rates count 2 flops and 8 bytes per
weight, as a dense product needs, although zeros are left out where that is faster.

{conditional_table}

{family_table}

## Whole runs

Simulated tissue, or data of `../shared` where there.

{run_rows(cells + genes[:1] + genes[1:] + hidden[1:] + wide + real + threads)}

Exponents of growth, fitted:

{growth}

Parallel efficiency of generating 100,000 cells on two cores, by the clock: {efficiency:.2f}.
"""
    with open(os.path.join(root, "docs", "performance.md"), "w") as out:
        out.write(text)


def cpu_name():
    with open("/proc/cpuinfo") as lines:
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))


def preset():
    name = os.path.basename(os.path.abspath(sys.argv[1]))
    return name.removeprefix("build-")


main()
