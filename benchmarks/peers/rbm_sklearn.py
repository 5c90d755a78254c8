#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The peer of benchmarks/rbm_training.cpp: the same Bernoulli machine by scikit-learn's BernoulliRBM.

usage: rbm_sklearn.py ROWS.npy [--hidden N] [--epochs N] [--rate R] [--seed N] [--type float|double] [--save OUT.npy]
                      (Debian: python3-sklearn; threads by OPENBLAS_NUM_THREADS)
Batches of 100, as many particles, one sweep a step (its own rule). Rows are shuffled once an epoch, which scikit-learn does
not do. Prints the seconds of every epoch by the clock and of the processor; OUT.npy gets weights, visible and hidden biases.
"""
import argparse, time
import numpy as np
from sklearn.neural_network import BernoulliRBM


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("rows")
    arguments.add_argument("--hidden", type=int, default=64), arguments.add_argument("--epochs", type=int, default=4)
    arguments.add_argument("--rate", type=float, default=0.05), arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--save"), arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--type", default="float", choices=["float", "double"])
    asked = arguments.parse_args()
    x = np.load(asked.rows).astype(np.float32 if asked.type == "float" else np.float64)
    rng = np.random.default_rng(asked.seed)
    machine = BernoulliRBM(n_components=asked.hidden, learning_rate=asked.rate, batch_size=100, n_iter=1, random_state=asked.seed)
    for epoch in range(asked.epochs):
        begin = time.perf_counter(), time.process_time()
        order = rng.permutation(len(x))
        for first in range(0, len(x), 100):
            machine.partial_fit(x[order[first:first + 100]])
        print(time.perf_counter() - begin[0], time.process_time() - begin[1], flush=True)
    if asked.save:
        parts = machine.components_.T, machine.intercept_visible_, machine.intercept_hidden_
        np.save(asked.save, np.concatenate([np.ravel(p) for p in parts]).astype(np.float64))


if __name__ == "__main__":
    main()
