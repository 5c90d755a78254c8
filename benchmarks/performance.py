#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: performance.py BUILD [NATIVE_BUILD] [--only SECTION ...]

Measures what docs/performance.md and the table of docs/comparing-samplers.md state and puts it between the pages' marks; the
words around them stay. BUILD is a
build folder of the preset `benchmarks`, NATIVE_BUILD one of `native`, whose kernels are then shown beside; the program is
build/bin/harmonium, as README's first command makes it. NumPy, SciPy, PyTorch and scikit-learn are peers where this Python has them (on Debian /usr/bin/python3
with python3-numpy, python3-scipy, python3-torch, python3-sklearn); the page says which were missing. Under every figure
stand the commit, the machine and its load. Processor time, median and interquartile range; the clock only where it says so.
Sections, with minutes on a quiet machine: SECTIONS.
"""
import csv, json, math, os, shutil, statistics, subprocess, sys, tempfile, time

os.environ["OMP_NUM_THREADS"] = "1"  # before the peers start their threads
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
data = os.path.join(root, "..", "shared", "data")
harmonium = os.path.join(root, "build", "bin", "harmonium")
folders = []
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



def draws():
    python, missing = python_peers()
    rows = kernel_table(
        [benchmark(build, "nb_sampling", "sample_rows|philox") for build in folders],
        [("tables, 1000 genes", "sample_rows<true>/1000"), ("rows", "sample_rows<false>/1000")],
        [("one by one", "sample<ours, philox>"), ("std:: gamma and Poisson", "standard_library"),
         ("Boost.Random", "boost_random")],
        [(k[6:], v) for k, v in python.items() if k.startswith("draw")], "at most 10 ns")
    return rows + (f"\nNot measured, because {sys.executable} does not have them: {', '.join(missing)}.\n" if missing else "")


def sweeps():
    return kernel_table(
        [benchmark(build, "gibbs_sweep") for build in folders],
        [("a sweep, per gene, with tables", "gibbs_sweep<true>"), ("without (training)", "gibbs_sweep<false>")],
        [("std:: draws alone", "visible_draws_std")], [], "at most 10 ns with the draws")


def masses():
    python, _ = python_peers()
    return kernel_table(
        [benchmark(build, "nb_log_pmf") for build in folders],
        [("tables, eta stays", "evaluate_rows<false>"), ("tables, eta changes", "evaluate_rows<true>")],
        [("one by one", "evaluate<ours>"), ("std::lgamma", "standard_lgamma"), ("Boost.Math", "boost_pdf")],
        [(k[9:], v) for k, v in python.items() if k.startswith("log-pmf")], "at most 3 ns")


def per_build(make, runs):
    return "\n".join(f"Preset `{preset(folder)}`:\n\n{make(of)}\n" for folder, of in zip(folders, runs))


def conditionals():
    def medians(runs):
        times = {}
        for run in runs:
            times.setdefault(run["run_name"], []).append(run["cpu_time"])
        return {name: spread(of) for name, of in times.items()}
    return per_build(lambda runs: conditional_table(medians(runs)), [runs_of(build, "conditionals") for build in folders])


def roofs():
    return per_build(roofline, [runs_of(build, "conditionals") for build in folders])


def series(model, name, values, fixed):
    out = []
    for value in values:
        setting = dict(fixed, **{name: value})
        out.append(whole_run(model, setting["cells"], setting["genes"], setting["hidden"], 1, 1000))
    return out


def whole():
    start = {"cells": 384, "genes": 1000, "hidden": 4}
    many_cells, many_genes = [384, 1500, 6000, 25000, 100000], [500, 2000, 8000, 20000]
    cells = series("scdbm", "cells", many_cells, start)
    genes = series("scdbm", "genes", many_genes, start)
    hidden = series("scdbm", "hidden", [4, 8, 12], start)
    wide = series("scdbm", "hidden", [32, 128, 512], start)
    default_cells = series("harmonium", "cells", many_cells, dict(start, hidden=0))
    default_genes = series("harmonium", "genes", many_genes, dict(start, hidden=0))
    real = []
    for name in ("pbmc3k", "pbmc3k_full"):
        folder = os.path.join(data, name)
        if os.path.isdir(folder):
            real += [whole_run(model, 0, 0, units, 2, 2638, folder) for model, units in (("harmonium", 0), ("scdbm", 4))]
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
    grown = [("cells, `scdbm`", "cells", cells), ("genes, `scdbm`", "genes", genes),
             ("cells, `harmonium`", "cells", default_cells), ("genes, `harmonium`", "genes", default_genes),
             ("hidden units, enumerated", "hidden", hidden),
             ("hidden units, collapsed particles", "hidden", wide)]
    rows = [[name, f"{of[0][size]:,.0f} to {of[-1][size]:,.0f}",
             f"{exponent(of, size, 'training_cpu'):.2f}", f"{exponent(of, size, 'generating_cpu'):.2f}",
             f"{exponent(of, size, 'memory_training'):.2f}"] for name, size, of in grown]
    rows.append(["threads, by the clock", "1 to 2",
                 *(f"{exponent(threads, 'threads', what):.2f}" for what in ("training", "generating", "memory_training"))])
    growth = table(["over", "from", "training time", "generating time", "memory"], rows)
    return (run_rows(cells + genes + hidden[1:] + wide + default_cells + default_genes + real + threads)
            + f"\n\nExponents of growth, fitted; processor time:\n\n{growth}\n\nParallel efficiency of generating "
            + f"100,000 cells on two cores, by the clock: {efficiency}\n")


def correlated():
    """Nanoseconds a gene and cell of what generates counts from correlated or independent genes."""
    rows = []
    for name in ("pbmc3k", "celseq2_5cl", "pbmc3k_full"):
        folder = os.path.join(data, name)
        if not os.path.isdir(folder): continue
        cells, made = (384, 20000) if name != "pbmc3k_full" else (0, 2638)
        for model in ("harmonium", "independent-nb", "cluster-nb"):
            runs = [whole_run(model, cells, 0, 0, 1, made, folder) for _ in range(5 if cells else 3)]
            times = sorted(1e9 * r["generating_cpu"] / r["generated"] / r["genes"] for r in runs)
            rows.append([f"`{model}`", name, f"{runs[0]['cells']:.0f}", f"{runs[0]['genes']:.0f}",
                         f"{statistics.median(times):.1f}", f"{times[0]:.1f} to {times[-1]:.1f}"])
    return table(["model", "pilot", "cells", "genes", "ns a gene and cell", "least to most"], rows) + "\n"


def program(*arguments):
    """Seconds by the clock and of the processor, and the largest memory in MiB, of one run of the program."""
    print("harmonium", *arguments, file=sys.stderr, flush=True)
    begin = time.monotonic()
    run = subprocess.Popen([harmonium, *map(str, arguments)], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    if status: raise RuntimeError(f"{run.args} failed")
    return time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def large_pilot(folder):
    """100,000 cells made from pbmc3k_full, in `folder`."""
    return program("generate", "--pilot", os.path.join(data, "pbmc3k_full"), "--cells", 100000, "--output", folder, "--threads", 2)


def large():
    with tempfile.TemporaryDirectory() as folder:
        pilot, model = os.path.join(folder, "cells"), os.path.join(folder, "fit.harmonium")
        rows = [("learn from 2638 cells x 13,713 genes, make 100,000 and write a 10x folder", large_pilot(pilot)),
                ("read those 100,000 and learn `harmonium` from them", program("fit", "--pilot", pilot, "--model", "harmonium", "--output", model, "--threads", 2)),
                ("make 100,000 cells of that model, write an `.h5ad`", program("generate", "--model-file", model, "--cells", 100000, "--output", os.path.join(folder, "cells.h5ad"), "--threads", 2))]
    return table(["two threads", "by the clock, s", "processor, s", "largest memory, MiB"],
                 [[what, f"{clock:.1f}", f"{processor:.1f}", f"{memory:.0f}"] for what, (clock, processor, memory) in rows]) + "\n"


def interrupts():
    with tempfile.TemporaryDirectory() as folder:
        pilot = os.path.join(folder, "cells")
        large_pilot(pilot)
        return script("interrupts.py", harmonium, pilot)


def script(name, *arguments):
    print(name, *arguments, file=sys.stderr, flush=True)
    return subprocess.run([sys.executable, os.path.join(root, "benchmarks", name), *arguments], stdout=subprocess.PIPE,
                          check=True, text=True).stdout


def run_program(name, *arguments):
    print(name, *arguments, file=sys.stderr, flush=True)
    return subprocess.run([os.path.join(folders[0], "benchmarks", name), *arguments], stdout=subprocess.PIPE, check=True,
                          text=True).stdout


def machines():
    return script("rbm_training.py", folders[0], "speed", "--two-threads")


def counts():
    return script("rbm_training.py", folders[0], "counts", "--repeats", "3")


def digits():
    return script("rbm_training.py", folders[0], "digits", "--seeds", "8")


def chains():
    return run_program("block_chains", "3")


def samplers():
    with tempfile.TemporaryDirectory() as folder:
        run_program("samplers", folder)
        with open(os.path.join(folder, "samplers.csv")) as file:
            found = list(csv.DictReader(file))
        shutil.copy(os.path.join(folder, "samplers.svg"), os.path.join(root, "docs", "figures", "samplers.svg"))

    def number(text):
        return f"{float(text):,.0f}" if text and float(text) >= 100 else f"{float(text):.2g}" if text else ""

    def r_hat(text):
        return "" if not text else "∞" if "inf" in text else f"{float(text):.3f}"

    rows = []
    for of in found:
        accepted = of["verdict"] == "accepted"
        low, high = number(of["effective_per_second_low"]), number(of["effective_per_second_high"])
        rows.append([of["target"], of["sampler"], of["verdict"], r_hat(of["nested_r_hat"]) if of["verdict"] != "not applicable" else "",
                     of["sweeps"] if of["verdict"] != "not applicable" else "", number(of["total_variation"]),
                     *([number(of["effective_per_sweep"]), f"{number(of['effective_per_second'])} ({low} to {high})",
                        number(of["set_up_seconds"]), number(of["seconds_to_thousand"])] if accepted else [""] * 4)])
    return table(["target", "sampler", "verdict", "nested R-hat", "kept sweeps", "total variation", "effective per sweep",
                  "effective per second (95 %)", "set-up, s", "seconds to 1000"], rows) + "\n"


sections = {"draws": (draws, 3), "sweeps": (sweeps, 2), "log-probabilities": (masses, 3), "conditionals": (conditionals, 3),
            "roofline": (roofs, 3), "whole runs": (whole, 18), "correlated cells": (correlated, 5), "large pilots": (large, 4),
            "interrupts": (interrupts, 15), "chains side by side": (chains, 3), "machines": (machines, 6), "machines of counts": (counts, 8), "digits": (digits, 5), "samplers": (samplers, 16)}
pages = {"samplers": "comparing-samplers.md"}  # all others: performance.md


def where_measured():
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], stdout=subprocess.PIPE, text=True).stdout.strip()

    commit = git("rev-parse", "--short=10", "HEAD")
    if git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"):  # pages change as they are measured
        commit += ", changed"
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    return (f"*Commit {commit or 'unknown'}, {time.strftime('%-d %B %Y')}; {os.cpu_count()} cores, {cpu_name()}; load averages "
            f"at the end {load}; presets {' and '.join(preset(folder) for folder in folders)}.*")


def cpu_name():
    with open("/proc/cpuinfo") as lines:
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))


def preset(folder):
    return os.path.basename(os.path.abspath(folder)).removeprefix("build-")


def main():
    usage = __doc__.replace("SECTIONS", ", ".join(f"{name} {minutes}" for name, (_, minutes) in sections.items()))
    arguments, only = sys.argv[1:], list(sections)
    if "--only" in arguments:
        arguments, only = arguments[:arguments.index("--only")], arguments[arguments.index("--only") + 1:]
    if not 1 <= len(arguments) <= 2 or any(name not in sections for name in only):
        sys.exit(usage)
    folders.extend(arguments)
    for name in only:
        page = os.path.join(root, "docs", pages.get(name, "performance.md"))
        measured = sections[name][0]().strip("\n")
        with open(page) as file:
            text = file.read()
        begin, end = f"<!-- measured: {name} -->\n", "<!-- end -->\n"
        if begin not in text:
            sys.exit(f"{page}: no mark {begin}")
        before, after = text.split(begin, 1)
        text = f"{before}{begin}\n{measured}\n\n{where_measured()}\n{end}{after.split(end, 1)[1]}"
        with open(page + ".new", "w") as file:
            file.write(text)
        os.replace(page + ".new", page)


main()
