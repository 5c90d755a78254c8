#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tables from what plan_truth wrote, as Markdown: python3 plan_truth.py FILE.csv...

The chance to find a type anew (F1 of at least a half) in synthetic experiments of pilots, against the share
of draws of real cells of the same size in which the same workflow finds it.
"""
import csv
import sys
from collections import defaultdict

FOUND, POWER = 0.5, 0.8


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def median(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2 if n else float("nan")


def read(paths):
    sets = {}
    for path in paths:
        rows = list(csv.reader(open(path)))
        whole = {row[2] for row in rows if row[0] == "answer"}  # pilots that are done
        for row in rows:
            if len(row) < 3 or row[2] not in whole:
                continue
            kind, name, pilot = row[0], row[1], int(row[2])
            data = sets.setdefault(name, defaultdict(dict))
            if kind in ("real", "placed"):
                data[kind][int(row[3]), row[4], pilot] = float(row[5])
            elif kind == "made":
                data["made"].setdefault((int(row[3]), row[4], pilot), []).append(
                    (row[6].split()[0], float(row[5])))
            elif kind == "pilot":
                data["pilot"][row[4], pilot] = int(row[3])
            elif kind == "chance":
                data["chance"][int(row[3]), row[4], pilot] = float(row[5])
            elif kind == "answer":
                data["answer"][pilot] = (int(row[3]), [t for t in row[4].split(";") if t])
    return sets


def true_share(data, size, kind="real"):
    """Share of draws in which a type is found, per type."""
    found = defaultdict(list)
    for (s, kind_of, _), f1 in data[kind].items():
        if s == size:
            found[kind_of].append(f1 >= FOUND)
    return {t: mean(v) for t, v in found.items()}


def true_curve(data, type_name):
    return [(s, true_share(data, s)[type_name]) for s in sizes_of(data)]


def sizes_of(data):
    return sorted({s for s, _, _ in data["real"]})


def main(paths):
    sets = read(paths)

    print("| set | size | types x pilots | real: found | plan: chance | bias | rare types: real | plan | bias "
          "| absolute error by type |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, data in sets.items():
        for size in sizes_of(data):
            truth = true_share(data, size)
            pairs = [(t, c) for (s, t, p), c in data["chance"].items() if s == size]
            every = mean(c for _, c in pairs) - mean(truth[t] for t, _ in pairs)
            # Rare in the pilot: below 5 % of it.
            per_pilot = {p: sum(n for (t, q), n in data["pilot"].items() if q == p)
                         for p in {p for _, p in data["pilot"]}}
            rare = [(t, c) for (s, t, p), c in data["chance"].items()
                    if s == size and data["pilot"][t, p] < 0.05 * per_pilot[p]]
            by_type = defaultdict(list)
            for t, c in pairs:
                by_type[t].append(c)
            off = mean(abs(mean(v) - truth[t]) for t, v in by_type.items())
            rare_text = (f"{100 * mean(truth[t] for t, _ in rare):.0f} % | {100 * mean(c for _, c in rare):.0f} % | "
                         f"{100 * (mean(c for _, c in rare) - mean(truth[t] for t, _ in rare)):+.0f}"
                         if rare else "| |")
            print(f"| {name} | {size} | {len(pairs)} | {100 * mean(truth[t] for t, _ in pairs):.0f} % | "
                  f"{100 * mean(c for _, c in pairs):.0f} % | {100 * every:+.0f} | {rare_text} | "
                  f"{100 * off:.0f} |")

    print("\nBy what the plan says, all sizes and types: the share of real draws that find the type\n")
    print("| set | 0 | 0-0.5 | 0.5-0.8 | 0.8-1 | 1 |")
    print("|---|---|---|---|---|---|")
    pooled = defaultdict(list)
    for name, data in list(sets.items()):
        bins = defaultdict(list)
        for (size, t, _), chance in data["chance"].items():
            place = 0 if chance == 0 else 4 if chance == 1 else 1 if chance < 0.5 else 2 if chance < 0.8 else 3
            truth = true_share_cached(data, size)[t]
            bins[place].append(truth)
            pooled[place].append(truth)
        print(f"| {name} | " + " | ".join(
            f"{100 * mean(bins[k]):.0f} % ({len(bins[k])})" if bins[k] else "" for k in range(5)) + " |")
    print("| all | " + " | ".join(f"{100 * mean(pooled[k]):.0f} % ({len(pooled[k])})" for k in range(5)) + " |")

    print("\nThe answer of rediscover, at least 80 % for each type that is not left out\n")
    print("| set | answers | cells: median (range) | truth: cells for the same types | worst type's true share at the "
          "answer: median | reached in | left out rightly / wrongly | kept, though real cells do not show it |")
    print("|---|---|---|---|---|---|---|---|")
    for name, data in sets.items():
        largest = sizes_of(data)[-1]
        at_end = true_share(data, largest)
        answers, worst, reached, right, wrong, kept_wrongly, truths = [], [], 0, 0, 0, 0, []
        for pilot, (cells, left_out) in data["answer"].items():
            types = [t for (t, p) in data["pilot"] if p == pilot]
            kept = [t for t in types if t not in left_out]
            for t in left_out:
                if at_end[t] >= POWER:
                    wrong += 1
                else:
                    right += 1
            kept_wrongly += sum(at_end[t] < POWER for t in kept)
            truths.append(cells_needed(data, [t for t in kept if at_end[t] >= POWER]))
            if not cells:
                continue
            answers.append(cells)
            shares = [at(data, t, cells) for t in kept]
            worst.append(min(shares))
            reached += min(shares) >= POWER - 0.1  # 20 draws: a share of 0.8 has an error of 0.09
        print(f"| {name} | {len(answers)} | {median(answers):.0f} ({min(answers)} to {max(answers)}) | "
              f"{median([x for x in truths if x]):.0f} | {100 * median(worst):.0f} % | {reached} | {right} / {wrong} | "
              f"{kept_wrongly} |")
    corrections(sets)


def corrections(sets):
    """Would chance ** k be nearer to real cells? The best k of every set, and one learned on the others."""
    pairs = {name: [(c, true_share_cached(data, size)[t]) for (size, t, _), c in data["chance"].items()]
             for name, data in sets.items()}

    def error(name, k):
        return mean((c ** k - truth) ** 2 for c, truth in pairs[name])

    def best(names):
        return min((1 + 0.05 * step for step in range(80)), key=lambda k: mean(error(n, k) for n in names))

    print("\nA correction chance ** k: root mean square of chance - truth\n")
    print("| set | as it is | best k | with the k of the other sets |")
    print("|---|---|---|---|")
    for name in sets:
        others = best([n for n in sets if n != name]) if len(sets) > 1 else 1
        print(f"| {name} | {error(name, 1) ** 0.5:.3f} | {best([name]):.2f} | "
              f"{error(name, others) ** 0.5:.3f} (k = {others:.2f}) |")


_shares = {}


def true_share_cached(data, size):
    key = id(data), size
    if key not in _shares:
        _shares[key] = true_share(data, size)
    return _shares[key]


def isotonic(values):
    blocks = []
    for v in values:
        blocks.append([v, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1][0] += last[0]
            blocks[-1][1] += last[1]
    return [s / n for s, n in blocks for _ in range(n)]


def at(data, type_name, cells):
    """The true share at a number of cells: lines over the logarithm of sizes, as the plan draws them."""
    from math import log
    sizes = sizes_of(data)
    shares = isotonic([true_share_cached(data, s)[type_name] for s in sizes])
    if cells <= sizes[0]:
        return shares[0] * cells / sizes[0]
    for k in range(1, len(sizes)):
        if cells <= sizes[k]:
            w = (log(cells) - log(sizes[k - 1])) / (log(sizes[k]) - log(sizes[k - 1]))
            return shares[k - 1] + w * (shares[k] - shares[k - 1])
    return shares[-1]


def cells_needed(data, types):
    for cells in range(10, sizes_of(data)[-1] + 1, 2):
        if all(at(data, t, cells) >= POWER for t in types):
            return cells
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
