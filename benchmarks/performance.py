#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: performance.py BUILD [NATIVE_BUILD] [--full]

Measures what docs/performance.md states and writes it. BUILD is a build folder of the preset
`benchmarks` with the benchmarks built, NATIVE_BUILD one of `native`, whose kernels are then shown
beside. NumPy, SciPy and PyTorch are peers where this Python has them (on Debian /usr/bin/python3
with python3-numpy, python3-scipy, python3-torch); the page says which were missing. Processor time
throughout, ten repetitions, median and interquartile range; the wall clock only where it says so.
Some 5 minutes a build on a quiet machine; --full adds the runs that take long, some 30 minutes.
"""
import json, math, os, statistics, subprocess, sys, time

os.environ["OMP_NUM_THREADS"] = "1"  # before the peers start their threads
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
full = "--full" in sys.argv
folders = [argument for argument in sys.argv[1:] if argument != "--full"]
if not 1 <= len(folders) <= 2:
    sys.exit(__doc__)
NOT_MEASURED = (math.nan, math.nan)


def spread(times):
    quarters = statistics.quantiles(times, n=4)
    return statistics.median(times), quarters[2] - quarters[0]


def runs_of(build, program, pick="."):
    """All repetitions, interleaved, as Google benchmark tells them."""
    text = subprocess.run(
        [os.path.join(build, "benchmarks", program), "--benchmark_repetitions=10",
         "--benchmark_min_time=0.05", "--benchmark_enable_random_interleaving=true",
         "--benchmark_format=json", "--benchmark_filter=" + pick],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    return [run for run in json.loads(text)["benchmarks"] if run["run_type"] == "iteration"]


def benchmark(build, program, pick="."):
    """name -> (median, spread) of nanoseconds per item."""
    times = {}
    for run in runs_of(build, program, pick):
        per = 1e9 / run["items_per_second"] if "items_per_second" in run else run["cpu_time"]
        times.setdefault(run["run_name"], []).append(per)
    return {name: spread(of) for name, of in times.items()}


def find(of, text):
    return next((v for k, v in of.items() if text in k), NOT_MEASURED)


def python_peers():
    """The same draws and log-probabilities in the libraries that people use from Python."""
    rows, missing = {}, []
    size = 20000
    try:
        import numpy as np
    except ImportError:
        return rows, ["NumPy", "SciPy", "PyTorch"]
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
        missing.append("SciPy")
    try:
        import torch
        torch.set_num_threads(1)
        nb = torch.distributions.NegativeBinomial(
            torch.tensor(theta), probs=torch.tensor(mean / (theta + mean)), validate_args=False)
        t = torch.tensor(x.astype(float))
        rows["draw, PyTorch"] = measure(lambda: nb.sample())
        rows["log-pmf, PyTorch"] = measure(lambda: nb.log_prob(t))
    except ImportError:
        missing.append("PyTorch")
    return rows, missing


def start_run(*arguments):
    return subprocess.Popen([os.path.join(folders[0], "benchmarks", "whole_runs"), *map(str, arguments)],
                            stdout=subprocess.PIPE, text=True)


def finish_run(process):
    text = process.communicate()[0]
    if process.returncode:
        raise RuntimeError(f"{process.args} failed")
    keys = ["model", "cells", "genes", "hidden", "threads", "generated", "training",
            "training_cpu", "generating", "generating_cpu", "epochs", "memory_before", "memory",
            "counts", "memory_training"]
    values = text.strip().split(",")
    return {k: v if k == "model" else float(v) for k, v in zip(keys, values)}


def whole_run(*arguments):
    print("whole_runs", *arguments, file=sys.stderr, flush=True)
    return finish_run(start_run(*arguments))


def exponent(runs, size, what):
    """Slope of log(what) over log(size), least squares."""
    xs, ys = [math.log(r[size]) for r in runs], [math.log(max(r[what], 1e-4)) for r in runs]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((a - mx) * (b - my) for a, b in zip(xs, ys)) / sum((a - mx) ** 2 for a in xs)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows])


def kernel_table(measured, ours, peers, python, target):
    """Lines of all builds side by side: a name and what the benchmark calls it."""
    rows = []
    for name, key in ours + peers:
        first = find(measured[0], key)
        ratio = [f"{first[0] / find(measured[0], own)[0]:.1f}" for _, own in ours]
        rows.append([name, *(f"{x:.2f}" for of in measured for x in find(of, key)), *ratio])
    for name, (median, iqr) in python:
        ratio = [f"{median / find(measured[0], own)[0]:.1f}" for _, own in ours]
        rows.append([name, f"{median:.2f}", f"{iqr:.2f}", *[""] * 2 * (len(measured) - 1), *ratio])
    head = ["", *(f"{x}, {preset(folder)}" for folder in folders for x in ("ns", "spread"))]
    return table(head + ["/ " + name for name, _ in ours], rows) + f"\n\nTarget: {target}.\n"


def conditional_table(parts):
    rows = []
    for units in (4, 16, 64, 256):
        eigen = find(parts, f"product_eigen/{units}")[0]
        dense = find(parts, f"ours<dense, with_draws>/{units}")[0]
        sparse = find(parts, f"ours<sparse, with_draws>/{units}")[0]
        above, own = (find(parts, f"product_above<{who}>/{units}")[0] for who in ("eigen", "own"))
        rows.append([units, f"{eigen / 1e3:.2f}", f"{dense / 1e3:.2f}", f"{sparse / 1e3:.2f}",
                     f"{100 * eigen / dense:.0f} %", f"{above / 1e3:.2f}", f"{own / 1e3:.2f}",
                     f"{100 * above / own:.0f} %"])
    return table(
        ["hidden units", "Eigen's x'W, us", "whole conditional, us", "from compressed counts, us",
         "rate, Eigen's = 100 %", "Eigen's W h, us", "ours, us", "rate"], rows)


def roofline(runs):
    """What the machine does at most, and the share of it that every kernel reaches."""
    times, work = {}, {}
    for run in runs:
        name = run["run_name"]
        times.setdefault(name, []).append(run["cpu_time"])
        work[name] = (run["flops"], run["bytes"])
    best = lambda name, what: work[name][what] / min(times[name])
    peak = best("peak_flops", 0)
    reads = {int(name.split("/")[1]): best(name, 1) for name in work if name.startswith("read_array/")}
    text = f"Peak {peak:.1f} Gflop/s; reads " + ", ".join(
        f"{rate:.0f} GB/s of {size / 1e3:,.0f} kB" for size, rate in sorted(reads.items())) + ".\n\n"
    rows = []
    named = [(f"{what}, {units} units", key.format(units))
             for what, key in (("x'W, dense", "ours<dense, product_only>/{}"),
                               ("x'W, compressed", "ours<sparse, product_only>/{}"),
                               ("W h", "product_above<own>/{}")) for units in (4, 16, 64, 256)]
    named += [("sigmoid and draw, 64 units", "sigmoid_draw/64"),
              ("A(eta), 1000 genes", "partition_mean_variance<0>"),
              ("mean", "partition_mean_variance<1>"),
              ("variance", "partition_mean_variance<2>"),
              ("all three in one pass", "one_pass"), ("dispersion step, 1000 cells", "dispersion_step")]
    for what, name in named:
        flops, read = work[name]
        bandwidth = reads[min(size for size in reads if size >= read)]
        attainable = min(peak, flops / read * bandwidth)
        reached = flops / statistics.median(times[name])
        rows.append([what, f"{flops / 1e3:.1f}", f"{read / 1e3:.1f}", f"{flops / read:.2f}",
                     f"{attainable:.1f}", "flops" if attainable == peak else "reads",
                     f"{reached:.2f}", f"{read / statistics.median(times[name]):.1f}",
                     f"{100 * reached / attainable:.0f} %"])
    return text + table(["kernel", "kflop", "kB", "flop/byte", "attainable, Gflop/s", "bound by",
                         "Gflop/s", "GB/s", "share"], rows) + "\n"


def run_rows(runs):
    return table(
        ["model", "cells", "genes", "hidden", "threads", "training, s", "(processor)",
         "cell-epochs/s", "cells made", "s", "(processor)", "peak, MiB", "of training", "counts, MiB"],
        [[r["model"], f"{r['cells']:.0f}", f"{r['genes']:.0f}",
          f"{r['hidden']:.0f}" if r["hidden"] else "default", f"{r['threads']:.0f}",
          f"{r['training']:.2f}", f"{r['training_cpu']:.2f}",
          f"{r['cells'] * r['epochs'] / r['training_cpu']:.0f}" if r["epochs"] else "",
          f"{r['generated']:.0f}",
          f"{r['generating']:.2f}", f"{r['generating_cpu']:.2f}", f"{r['memory']:.0f}",
          f"{r['memory_training']:.0f}", f"{r['counts']:.1f}"] for r in runs])


def main():
    python, missing = python_peers()
    for name in missing:
        print(f"performance.py: {name} is not measured, {sys.executable} does not have it",
              file=sys.stderr)
    draws = [benchmark(build, "nb_sampling", "sample_rows|philox") for build in folders]
    masses = [benchmark(build, "nb_log_pmf") for build in folders]
    sweeps = [benchmark(build, "gibbs_sweep") for build in folders]
    conditionals = [runs_of(build, "conditionals") for build in folders]

    draw_table = kernel_table(
        draws,
        [("tables, 1000 genes", "sample_rows<true>/1000"), ("rows", "sample_rows<false>/1000")],
        [("one by one", "sample<ours, philox>"), ("std:: gamma and Poisson", "standard_library"),
         ("Boost.Random", "boost_random")],
        [(k[6:], v) for k, v in python.items() if k.startswith("draw")], "at most 10 ns")
    sweep_table = kernel_table(
        sweeps,
        [("a sweep, per gene, with tables", "gibbs_sweep<true>"),
         ("without (training)", "gibbs_sweep<false>")],
        [("std:: draws alone", "visible_draws_std")], [], "at most 10 ns with the draws")
    mass_table = kernel_table(
        masses,
        [("tables, eta stays", "evaluate_rows<false>"), ("tables, eta changes", "evaluate_rows<true>")],
        [("one by one", "evaluate<ours>"), ("std::lgamma", "standard_lgamma"),
         ("Boost.Math", "boost_pdf")],
        [(k[9:], v) for k, v in python.items() if k.startswith("log-pmf")], "at most 3 ns")
    per_build = lambda make: "\n".join(
        f"Preset `{preset(folder)}`:\n\n{make(runs)}\n" for folder, runs in zip(folders, conditionals))
    medians = lambda runs: {run["run_name"]: spread([r["cpu_time"] for r in runs
                                                     if r["run_name"] == run["run_name"]])
                            for run in runs}

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
    wide = series("scdbm", "hidden", [32, 128, 512] if full else [16, 32], start)
    real = []
    for name in ("pbmc3k", "pbmc3k_full"):
        folder = os.path.join(root, "..", "shared", "data", name)
        if os.path.isdir(folder):
            for model, units in (("harmonium", 0), ("scdbm", 4)):
                if full or name == "pbmc3k":
                    real.append(whole_run(model, 0, 0, units, 2, 2638, folder))
    # By the clock the quickest of three; two processes of one thread each tell what the machine can.
    many = [["scdbm", 384, 1000, 4, t, 100000] for t in (1, 2)]
    threads = [min((whole_run(*of) for _ in range(3)), key=lambda r: r["generating"]) for of in many]
    pair = [[finish_run(run) for run in [start_run(*many[0]), start_run(*many[0])]] for _ in range(3)]
    alone, both = (threads[t]["generating"] for t in (0, 1))
    apart = min(max(r["generating"] for r in of) for of in pair)
    efficiency = (f"{alone / both / 2:.2f} (target 0.9). The two threads keep "
                  f"{threads[1]['generating_cpu'] / both:.2f} cores busy; two processes of one thread "
                  f"at the same time reach {alone / apart:.2f}, which is what this machine allows.")
    if os.getloadavg()[0] > os.cpu_count() + 0.5:
        efficiency = "not measured, the machine had other work."
    grown = [("cells", "cells", cells), ("genes", "genes", genes),
             ("hidden units, enumerated", "hidden", hidden),
             ("hidden units, collapsed particles", "hidden", wide)]
    rows = [[name, f"{of[0][size]:,.0f} to {of[-1][size]:,.0f}",
             f"{exponent(of, size, 'training_cpu'):.2f}", f"{exponent(of, size, 'generating_cpu'):.2f}",
             f"{exponent(of, size, 'memory_training'):.2f}"] for name, size, of in grown]
    rows.append(["threads, by the clock", "1 to 2",
                 *(f"{exponent(threads, 'threads', what):.2f}" for what in ("training", "generating", "memory_training"))])
    growth = table(["over", "from", "training time", "generating time", "memory"], rows)
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    builds = " and ".join(f"`{preset(folder)}`" for folder in folders)
    peers = f"Not measured, because {sys.executable} does not have them: {', '.join(missing)}.\n" if missing else ""
    arguments = "BUILD" + (" NATIVE_BUILD" if len(folders) > 1 else "") + (" --full" if full else "")
    text = f"""# Performance

Written by `benchmarks/performance.py {arguments}`; run it again rather than edit this. {os.cpu_count()} cores, {cpu_name()},
builds of the presets {builds}; load averages at the end {load}. Processor time, ten repetitions in random order, median
and interquartile range; a ratio is by the line's time over ours in the same run and build. Times by the clock (training,
cells made, efficiency) suffer from whatever else runs. How to read the comparison of samplers: comparing-samplers.md.
{peers}
## Negative binomial draws

Means log-normal (median 0.62), median theta 1.6, 57 % zeros.

{draw_table}
{sweep_table}
A draw by table is one random look-up: cachegrind counts 1.6 misses of the first cache per count drawn and stored, next to
none of the last. Rows are drawn where eta differs from draw to draw: two exponentials and a logarithm each, in single
precision with a bound on the error, and in double precision for the few in a thousand that this leaves open; then four
counts at a time, of all genes, later of those that go on. Both kinds, A(eta), means and variances choose AVX2 or AVX-512 at
run time, so that the two builds differ little in them.

## Log-probabilities

{mass_table}
Where eta changes, A(eta) has to be worked out for every gene: see the roofline.

## Conditionals

x'W, logistic function and Bernoulli draws of one cell of 1000 genes, 57 % zeros, and W h. Target: from 64 hidden units
on at least 80 % of the rate of Eigen's product alone.

{per_build(lambda runs: conditional_table(medians(runs)))}
Below 16 units x'W is a chain of 1000 additions per unit, each waiting for the one before: the order of the sum is part of
the promise of equal bits. Eigen's product waits likewise. W h sums in eight chains per gene, which have to be joined: at
few units that is most of the work.

## Roofline

Flops are the additions, subtractions, multiplications and divisions that the result needs: of x'W those of genes with a
count, of exponentials and logarithms as many as they are written with, of random words none. Bytes are those read and
written once. Attainable is the smaller of the measured peak (independent multiplications and additions in registers, not
fused: `-ffp-contract=off` is part of the promise, and rules out half the peak of the data sheet) and flop/byte times the
measured rate of reading an array as large as what is read (the next larger of those below). Peak and reads are the best
of ten.

{per_build(roofline)}
What keeps the others from their roof: the logistic function shares its time with the random words, which count no flop;
A(eta), mean and variance have one to three divisions each and a polynomial whose steps wait for one another; nothing in the
library needs all three of a gene at once, so that there is no fused function; a step of the dispersion has a logarithm and
divisions for every cell of another mean, one at a time, its sums in their order (digamma and trigamma cost by distinct
count, cells of equal mean count as one). Counters of the processor were not to be had;
misses are from cachegrind.

## Whole runs

Simulated tissue, or data of `../shared` where there. Up to 14 hidden units the states are enumerated (exact EM). More are
trained by collapsed particles, each of whose sweeps costs A(eta) of all genes once per hidden unit: nearly all the time.
Peaks of memory hold the program (4 MiB) and the counts given; target for training: three times the counts, and parameters
and particles.

{run_rows(cells + genes + hidden[1:] + wide + real + threads)}

Exponents of growth, fitted; processor time:

{growth}

Parallel efficiency of generating 100,000 cells on two cores, by the clock: {efficiency}

## Where a target is missed

- Draws whose eta changes (10 ns): a third is two exponentials and a logarithm in single precision, a quarter telling the
  genes that are settled from those that go on, a seventh the steps of the inversion, an eighth Philox (sampled with
  perf). Next: a shorter logarithm, and the settled told 16 at a time (AVX-512's compress, which the vector extension lacks).
- Log-probabilities whose eta changes (3 ns): two thirds are A(eta) in double precision, at three quarters of the machine's
  unfused peak with the default flags. Next: a logarithm by a table of 32 values and a short polynomial.
- W h with AVX-512 at 16 and 64 units: eight chains a gene, a part of the promise of equal bits, are joined for every
  gene; Eigen joins none. Next: eight genes at a time with the weights turned round.
- A fit of 384 cells and 1000 genes (2 s): met where `<Eigen/Core>` compiles in half a second, just missed where it takes
  three times as long. A third is the Newton step, a tenth the score of the dispersions. Next: that score in packs.
- Compiling: a program that draws cells takes six times `<Eigen/Core>` (three were asked), two of them for parsing what it
  includes, half for optimising the kernels of three instruction sets. Next: the kernels of rows apart from those by table.
- Memory of `train_harmonium`: three times the counts while the residual correlation starts, and the factors of the cells
  (cells x rank) about eight times beside. Next: that start from scores kept without their intervals.
"""
    with open(os.path.join(root, "docs", "performance.md"), "w") as out:
        out.write(text)


def cpu_name():
    with open("/proc/cpuinfo") as lines:
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))


def preset(folder):
    name = os.path.basename(os.path.abspath(folder))
    return name.removeprefix("build-")


main()
