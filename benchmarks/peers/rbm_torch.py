#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The peer of benchmarks/rbm_training.cpp: the same Bernoulli machine by persistent contrastive divergence in PyTorch.

usage: rbm_torch.py ROWS.npy [--hidden N] [--epochs N] [--threads N] [--rate R] [--seed N] [--type float|double] [--save OUT.npy]
                    (Debian: python3-torch)
Batches of 100, 100 particles, one sweep a step, 32-bit floats. Written for speed: no autograd, products into memory that is
kept, coins as `rand < p` (torch.bernoulli takes 3 times as long). Prints the seconds of every epoch by the clock and of the processor; OUT.npy gets weights,
visible and hidden biases.
"""
import argparse, time
import numpy as np, torch


@torch.no_grad()
def train(x, hidden, epochs, rate, batch=100):
    rows, visible = x.shape
    mean = x.mean(0).clamp(1e-3, 1 - 1e-3)
    w = (torch.rand(visible, hidden, dtype=x.dtype) - 0.5) * 0.02
    a, b = torch.log(mean / (1 - mean)), torch.zeros(hidden, dtype=x.dtype)
    h = (torch.rand(batch, hidden, dtype=x.dtype) < 0.5).to(x.dtype)
    for _ in range(epochs):
        begin = time.perf_counter(), time.process_time()
        order = torch.randperm(rows)
        for first in range(0, rows, batch):
            data = x[order[first:first + batch]]
            h_data = torch.addmm(b, data, w).sigmoid_()
            p = torch.addmm(a, h, w.t()).sigmoid_()
            v = (torch.rand_like(p) < p).to(x.dtype)
            h_mean = torch.addmm(b, v, w).sigmoid_()
            h = (torch.rand_like(h_mean) < h_mean).to(x.dtype)
            pace, pace_own = rate / len(data), rate / batch
            w.addmm_(data.t(), h_data, alpha=pace).addmm_(v.t(), h_mean, alpha=-pace_own)
            a.add_(data.sum(0), alpha=pace).sub_(v.sum(0), alpha=pace_own)
            b.add_(h_data.sum(0), alpha=pace).sub_(h_mean.sum(0), alpha=pace_own)
        print(time.perf_counter() - begin[0], time.process_time() - begin[1], flush=True)
    return w, a, b


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("rows")
    arguments.add_argument("--hidden", type=int, default=64), arguments.add_argument("--epochs", type=int, default=4)
    arguments.add_argument("--threads", type=int, default=1), arguments.add_argument("--rate", type=float, default=0.05)
    arguments.add_argument("--seed", type=int, default=1), arguments.add_argument("--save")
    arguments.add_argument("--type", default="float", choices=["float", "double"])
    asked = arguments.parse_args()
    torch.set_num_threads(asked.threads), torch.manual_seed(asked.seed)
    x = torch.tensor(np.load(asked.rows), dtype=getattr(torch, asked.type))
    parameters = train(x, asked.hidden, asked.epochs, asked.rate)
    if asked.save: np.save(asked.save, np.concatenate([p.numpy().ravel() for p in parameters]).astype(np.float64))


if __name__ == "__main__":
    main()
