#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The peer of benchmarks/vae_training.cpp: the same negative binomial variational autoencoder in PyTorch.

usage: vae_torch.py COUNTS_10X [--preset scvi_default|paper_notebook] [--rows FILE] [--epochs N] [--seed N] [--threads N]
                    (Debian: python3-torch python3-scipy)
FILE holds the 0-based rows to use, one a line. The first 70 % of the rows train, as in the reference figures.
Prints cell-epochs per second of the training loop alone, and the evidence lower bound (20 draws, evaluation mode) in nats
per cell of the training cells and of those held out.
"""
import argparse, gzip, os, time
import numpy as np, scipy.io, torch
from torch import nn

PRESETS = {
    "scvi_default": dict(hidden=128, latent=10, layers=1, epochs=400, batch=128, lr=1e-3, warmup=400),
    "paper_notebook": dict(hidden=64, latent=14, layers=2, epochs=200, batch=36, lr=1e-2, warmup=75),
}


def stack(inputs, hidden, layers, dropout):
    parts = []
    for layer in range(layers):
        parts += [nn.Linear(inputs if layer == 0 else hidden, hidden), nn.BatchNorm1d(hidden, momentum=0.01, eps=1e-3), nn.ReLU()]
        if dropout: parts.append(nn.Dropout(dropout))
    return nn.Sequential(*parts)


class Vae(nn.Module):
    def __init__(self, genes, hidden, latent, layers):
        super().__init__()
        self.encoder, self.size_encoder = stack(genes, hidden, layers, 0.1), stack(genes, hidden, 1, 0.1)
        self.mean, self.log_variance = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.size_mean, self.size_log_variance = nn.Linear(hidden, 1), nn.Linear(hidden, 1)
        self.decoder, self.scale = stack(latent, hidden, layers, 0), nn.Linear(hidden, genes)
        self.log_theta = nn.Parameter(torch.randn(genes))

    def forward(self, x, prior_mean, prior_variance):
        y = torch.log1p(x)
        h, g = self.encoder(y), self.size_encoder(y)
        mean, variance = self.mean(h), torch.exp(self.log_variance(h)) + 1e-4
        l_mean, l_variance = self.size_mean(g), torch.exp(self.size_log_variance(g)) + 1e-4
        z = mean + variance.sqrt() * torch.randn_like(mean)
        l = l_mean + l_variance.sqrt() * torch.randn_like(l_mean)
        mu, theta = torch.softmax(self.scale(self.decoder(z)), -1) * torch.exp(l), torch.exp(self.log_theta)
        total = torch.log(theta + mu + 1e-8)
        log_p = (theta * (self.log_theta - total) + x * (torch.log(mu + 1e-8) - total)
                 + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)).sum(-1)
        kl_z = 0.5 * (mean ** 2 + variance - 1 - torch.log(variance)).sum(-1)
        kl_l = 0.5 * ((l_mean - prior_mean) ** 2 / prior_variance + l_variance / prior_variance - 1
                      - torch.log(l_variance / prior_variance)).sum(-1)
        return log_p, kl_z, kl_l


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("counts")
    arguments.add_argument("--preset", default="scvi_default", choices=PRESETS)
    arguments.add_argument("--rows"), arguments.add_argument("--epochs", type=int)
    arguments.add_argument("--seed", type=int, default=0), arguments.add_argument("--threads", type=int, default=1)
    asked = arguments.parse_args()
    torch.set_num_threads(asked.threads), torch.manual_seed(asked.seed)
    path = os.path.join(asked.counts, "matrix.mtx")
    with (open(path) if os.path.exists(path) else gzip.open(path + ".gz", "rt")) as file:
        counts = scipy.io.mmread(file).T.tocsr()
    if asked.rows: counts = counts[np.loadtxt(asked.rows, dtype=int)]
    every = torch.tensor(counts.toarray().astype(np.float32))
    kept = int(np.ceil(0.7 * len(every)))
    x, held_out = every[:kept], every[kept:]
    preset = PRESETS[asked.preset]
    epochs = asked.epochs or preset["epochs"]
    log_library = torch.log(x.sum(1))
    prior_mean, prior_variance = log_library.mean(), log_library.var(unbiased=False)
    model = Vae(x.shape[1], preset["hidden"], preset["latent"], preset["layers"])
    optimiser = torch.optim.Adam(model.parameters(), lr=preset["lr"], eps=0.01, weight_decay=1e-6)
    model.train()
    start = time.perf_counter()
    for epoch in range(epochs):
        weight = min(1.0, epoch / preset["warmup"])
        order = torch.randperm(len(x))
        for first in range(0, len(x), preset["batch"]):
            rows = order[first:first + preset["batch"]]
            if len(rows) < 3: continue
            log_p, kl_z, kl_l = model(x[rows], prior_mean, prior_variance)
            loss = (kl_l + weight * kl_z - log_p).mean()
            optimiser.zero_grad(set_to_none=True), loss.backward(), optimiser.step()
    seconds = time.perf_counter() - start
    print(f"{asked.preset}: {len(x)} cells x {epochs} epochs in {seconds:.2f} s, {len(x) * epochs / seconds:.0f} cell-epochs/s, "
          f"last loss {loss.item():.2f}, {asked.threads} thread(s)")
    model.eval()
    with torch.no_grad():
        for name, cells in (("training", x), ("held-out", held_out)):
            if len(cells) == 0: continue
            parts = [[part.mean().item() for part in model(cells, prior_mean, prior_variance)] for _ in range(20)]
            log_p, kl_z, kl_l = np.mean(parts, 0)
            print(f"  {name} bound {log_p - kl_z - kl_l:.2f} (reconstruction {log_p:.2f}, divergence {kl_z + kl_l:.2f})")


if __name__ == "__main__":
    main()
