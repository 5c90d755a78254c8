#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Trains Bernoulli machines with harmonium, PyTorch and scikit-learn in turn, on the same rows, and prints tables.

usage: rbm_training.py BUILD speed [--hidden 64 500] [--repeats 7] [--epochs 6] [--two-threads]     seconds per epoch, peers side by side
       rbm_training.py BUILD counts [--hidden 64 256 512] [--cells 384 10000]      negative binomial visible units, one and two threads
       rbm_training.py BUILD digits [--seeds 3] [--epochs 100]                     likelihood of scikit-learn's digits
       (Debian: python3-torch python3-sklearn libopenblas0-pthread; BUILD holds the programs rbm_training, rbm_likelihood)

Every repeat runs all contenders in random order, each as a process of its own whose first epoch does not count. With one
thread seconds are the processor's, with two they are the clock's. Medians and quartiles over repeats.
"""
import argparse, os, random, statistics, subprocess, tempfile
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def binary_rows(path, rows=5000, columns=784):
    """Ten kinds of rows, 22 % ones; seed 1."""
    rng = np.random.default_rng(1)
    p = rng.beta(0.25, 0.25 * 0.78 / 0.22, (10, columns))
    np.save(path, (rng.random((rows, columns)) < p[rng.integers(0, 10, rows)]).astype(np.float64))


def count_rows(path, cells, genes=1000):
    """Ten kinds of cells, log-normal means (median 0.62), theta 2; seed 1."""
    rng = np.random.default_rng(1)
    mean = np.exp(-0.48 + 1.5 * rng.standard_normal(genes)) * np.exp(0.5 * rng.standard_normal((10, genes)))
    mean = np.minimum(mean[rng.integers(0, 10, cells)], 200)
    np.save(path, rng.negative_binomial(2, 2 / (2 + mean)).astype(np.float64))


def program(build, name):
    for folder in (build, os.path.join(build, "benchmarks")):
        if os.path.exists(os.path.join(folder, name)): return os.path.join(folder, name)
    raise SystemExit(f"{build}: no program {name}")


def epochs_of(command, threads, processor):
    """The median of an epoch's seconds, the first left out."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    environment.update(OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    text = subprocess.run(command + ["--threads", str(threads)], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [line.split() for line in text.splitlines()][1:]
    return statistics.median(float(line[1 if processor else 0]) for line in lines)


def quartiles(times):
    return np.quantile(times, [0.25, 0.5, 0.75])


def speed(build, asked, folder):
    rows = os.path.join(folder, "rows.npy")
    binary_rows(rows)
    ours, torch, sklearn = [program(build, "rbm_training")], [os.path.join(HERE, "peers", "rbm_torch.py")], [os.path.join(HERE, "peers", "rbm_sklearn.py")]
    contenders = [("PyTorch, float", torch, "float", 1), ("scikit-learn, float", sklearn, "float", 1), ("harmonium, float", ours, "float", 1),
                  ("harmonium, double", ours, "double", 1)]
    if asked.two_threads:
        contenders += [("harmonium, float, by the clock", ours, "float", -1), ("harmonium, float, two threads", ours, "float", 2),
                       ("PyTorch, float, by the clock", torch, "float", -1), ("PyTorch, float, two threads", torch, "float", 2)]
    print("| hidden | contender | seconds per epoch | quartiles | PyTorch's float over it |\n|---|---|---|---|---|")
    for hidden in asked.hidden or [64, 500]:
        times = {name: [] for name, *_ in contenders}
        for _ in range(asked.repeats):
            for name, command, number, threads in random.sample(contenders, len(contenders)):
                run = command + [rows, "--hidden", str(hidden), "--type", number, "--epochs", str(asked.epochs or 6)]
                times[name].append(epochs_of(run, abs(threads), threads == 1))
        for name, *_ in contenders:
            low, middle, high = quartiles(times[name])
            ratio = quartiles(np.array(times["PyTorch, float"]) / np.array(times[name]))
            print(f"| {hidden} | {name} | {middle:.4f} | {low:.4f} to {high:.4f} | {ratio[1]:.2f} ({ratio[0]:.2f} to {ratio[2]:.2f}) |", flush=True)


def counts(build, asked, folder):
    print("| cells | hidden | particles | seconds per epoch | quartiles | two threads, by the clock | times as fast |\n|---|---|---|---|---|---|---|")
    for cells in asked.cells:
        rows = os.path.join(folder, f"counts_{cells}.npy")
        count_rows(rows, cells)
        for hidden in asked.hidden or [64, 256, 512]:
            for particles in ("block", "collapsed"):
                if particles == "collapsed" and cells * hidden > 10000 * 64: continue  # minutes an epoch
                run = [program(build, "rbm_training"), rows, "--visible", "nb", "--step", "centred", "--hidden", str(hidden), "--type", "double",
                       "--particles", particles, "--epochs", str(asked.epochs or 3)]
                pairs = [(epochs_of(run, 1, True), epochs_of(run, 2, False)) for _ in range(asked.repeats)]
                low, middle, high = quartiles([one for one, _ in pairs])
                ratio = quartiles([one / two for one, two in pairs])
                print(f"| {cells} | {hidden} | {particles} | {middle:.3f} | {low:.3f} to {high:.3f} | {statistics.median(two for _, two in pairs):.3f} | "
                      f"{ratio[1]:.2f} ({ratio[0]:.2f} to {ratio[2]:.2f}) |", flush=True)


def digits(build, asked, folder):
    from sklearn.datasets import load_digits
    rows = os.path.join(folder, "digits.npy")
    np.save(rows, (load_digits().data > 7).astype(np.float64))
    contenders = [("harmonium", [program(build, "rbm_training")]), ("PyTorch", [os.path.join(HERE, "peers", "rbm_torch.py")]),
                  ("scikit-learn", [os.path.join(HERE, "peers", "rbm_sklearn.py")])]
    print("| hidden | contender | nats per row, by seed: lower to upper side | mean | standard deviation |\n|---|---|---|---|---|")
    for hidden in asked.hidden or [12, 64]:
        for name, command in contenders:
            found = []
            for seed in range(1, asked.seeds + 1):
                saved = os.path.join(folder, "parameters.npy")
                subprocess.run(command + [rows, "--hidden", str(hidden), "--epochs", str(asked.epochs or 100), "--rate", "0.1", "--seed", str(seed),
                                          "--save", saved], check=True, stdout=subprocess.DEVNULL)
                text = subprocess.run([program(build, "rbm_likelihood"), rows, saved, str(hidden)], check=True, stdout=subprocess.PIPE, text=True).stdout
                found.append([float(side) for side in text.split()])
            middle = [statistics.mean(sides) for sides in found]
            print(f"| {hidden} | {name} | " + ", ".join(f"{low:.2f} to {high:.2f}" for low, high in found)
                  + f" | {statistics.mean(middle):.2f} | {statistics.stdev(middle):.2f} |", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build"), arguments.add_argument("what", choices=["speed", "counts", "digits"])
    arguments.add_argument("--hidden", type=int, nargs="+"), arguments.add_argument("--cells", type=int, nargs="+", default=[384, 10000])
    arguments.add_argument("--repeats", type=int, default=7), arguments.add_argument("--epochs", type=int)
    arguments.add_argument("--two-threads", action="store_true", help="also one and two threads by the clock, for a machine that is idle")
    arguments.add_argument("--seeds", type=int, default=3)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        {"speed": speed, "counts": counts, "digits": digits}[asked.what](asked.build, asked, folder)


if __name__ == "__main__":
    main()
