#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice a fault? Changes one place of include/ at a time and says which test catches it.

usage: tests/mutants.py --tree COPY --build COPY/build --table mutants.tsv [--seed 1] [--changes 60] [--list]

COPY is a copy of the source tree that may be spoilt; its build folder is configured with
-DHARMONIUM_BUILD_TESTS=ON -DHARMONIUM_SOURCES_TOGETHER=1, so that every test is a target of its own.
The changes are drawn from all places that an operator below fits, the operators in turn, by --seed. A
change is judged by the tests of its room that include its header: the header's own first, then the
others, until one fails. A change that does not compile is drawn again. What a table has already is not
run again, so an interrupted run continues.
"""
import argparse
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

WORD = r"[A-Za-z_][\w.]*(?:\[[\w ]+\]|\([\w, ]*\))?"

# Name, what it looks for, what it puts there. Each match of each line is a place of its own.
OPERATORS = [
    ("sign", re.compile(r"(?<=[\w)\]]) \+ (?=[\w(])"), " - "),
    ("sign", re.compile(r"(?<=[\w)\]]) - (?=[\w(])"), " + "),
    ("sign", re.compile(r" \+= "), " -= "),
    ("bound", re.compile(r"(?<=[\w)\]]) < (?=[\w(])"), " <= "),
    ("bound", re.compile(r"(?<=[\w)\]]) <= (?=[\w(])"), " < "),
    ("bound", re.compile(r"(?<=[\w)\]]) > (?=[\w(])"), " >= "),
    ("bound", re.compile(r"(?<=[\w)\]]) >= (?=[\w(])"), " > "),
    ("bound", re.compile(r"(?<=index \w) = 0(?=;)"), " = 1"),
    ("index", re.compile(r"(?<=\w) - 1(?=[\])])"), ""),
    ("index", re.compile(r"(?<=\w) \+ 1(?=[\])])"), ""),
    ("index", re.compile(r"(?<=\w)\((\w), (\w)\)"), r"(\2, \1)"),
    ("index", re.compile(r"\.rows\(\)"), ".cols()"),
    ("index", re.compile(r"\.cols\(\)"), ".rows()"),
    ("index", re.compile(r"(?<=\w)\[(\w)\]"), r"[\1 > 0 ? \1 - 1 : 0]"),
    ("term", re.compile(r" [+-] " + WORD + r"(?=[;),])"), ""),
    ("term", re.compile(r" [*/] " + WORD + r"(?=[;), ])"), ""),
    ("condition", re.compile(r" && "), " || "),
    ("condition", re.compile(r" == (?=\w)"), " != "),
    ("condition", re.compile(r"(?<=\()!(?=\w)"), ""),
    ("condition", re.compile(r"std::(max|min)\b"), lambda m: "std::" + {"max": "min", "min": "max"}[m[1]]),
    ("call", re.compile(r"^( +)[a-z_][\w.:>-]*\(.*\);$"), r"\1;"),
    ("call", re.compile(r"^( +)if \(.*\) (?:return|continue|break)\b.*;$"), r"\1;"),
]
NOT_CODE = re.compile(r"^\s*(//|#|template|concept|requires|static_assert|using|namespace|\{ |throw|return \"|[\"'])"
                      r"|operator|requires|\bassert\(|reserve\(|\"|&&\s*\w+\)")


def places(include):
    """Every (operator, file, line, column, before, after), by operator."""
    found = {}
    for path in sorted(include.rglob("*.hpp")):
        for number, line in enumerate(path.read_text().splitlines()):
            code = line.split("//")[0].rstrip()
            if NOT_CODE.search(code):
                continue
            for name, pattern, replacement in OPERATORS:
                for match in pattern.finditer(code):
                    new = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
                    changed = code[:match.start()] + new + code[match.end():]
                    whole = name != "call" or code.count("(") == code.count(")")
                    if changed != code and whole:
                        found.setdefault(name, []).append((name, path, number, line, changed))
    return found


def drawn(found, seed):
    """The places in the order in which they are tried: operators in turn, each place once."""
    generator = random.Random(seed)
    for changes in found.values():
        generator.shuffle(changes)
    while any(found.values()):
        for name in found:
            if found[name]:
                yield found[name].pop()


def included(path, include, known):
    """All headers of ours that `path` includes, directly or not."""
    if path not in known:
        known[path] = set()
        for name in re.findall(r'#include "(harmonium/[^"]+)"', path.read_text()):
            header = include / name
            if header.exists():
                known[path] |= {header} | included(header, include, known)
        for name in re.findall(r'#include "(support/[^"]+)"', path.read_text()):
            header = include.parent / "tests" / name
            if header.exists():
                known[path] |= included(header, include, known)
    return known[path]


def tests_of(header, tree, targets, known):
    """The tests of the header's room that include it, its own first."""
    include = tree / "include"
    inside = header.relative_to(include / "harmonium")
    own = str(inside.with_suffix("")).replace("/", ".")
    names = []
    for source in sorted((tree / "tests" / inside.parts[0]).rglob("*_test.cpp")):
        name = str(source.relative_to(tree / "tests"))[: -len("_test.cpp")].replace("/", ".")
        if name in targets and header in included(source, include, known):
            names.append((name != own, name))
    return [name for _, name in sorted(names)]


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
    os.nice(10)


def run(command, seconds):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, preexec_fn=limits)
        return done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        return "time", ""


def judge(tests, build, seconds):
    """(what came of it, the test that says so)."""
    for test in tests:
        code, said = run(["ninja", "-C", str(build), "-j1", test], 1800)
        if code != 0:
            return ("does not compile" if "error" in said else "was not built", test)
        code, _ = run(["ctest", "--test-dir", str(build), "-R", f"^{re.escape(test)}$", "--timeout", str(seconds)],
                      seconds + 60)
        if code != 0:
            return ("caught", test)
    return ("survived", f"{len(tests)} tests" if tests else "no test of its room includes it")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tree", type=pathlib.Path, required=True)
    arguments.add_argument("--build", type=pathlib.Path)
    arguments.add_argument("--table", type=pathlib.Path)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--changes", type=int, default=60)
    arguments.add_argument("--list", action="store_true", help="tell the changes, make none")
    asked = arguments.parse_args()
    tree = asked.tree.resolve()
    order = drawn(places(tree / "include"), asked.seed)
    if asked.list:
        for _, (name, path, number, line, changed) in zip(range(asked.changes), order):
            print(f"{path.relative_to(tree)}:{number + 1}\t{name}\t{line.strip()}\t{changed.strip()}")
        return

    said = subprocess.run(["ninja", "-C", str(asked.build), "-t", "targets", "all"], capture_output=True, text=True,
                          check=True).stdout
    targets = {line.split(":")[0] for line in said.splitlines()}
    known, before = {}, {}
    if asked.table.exists():
        for line in asked.table.read_text().splitlines()[1:]:
            fields = line.split("\t")
            before[(fields[0], fields[3])] = fields
    else:
        asked.table.write_text("place\toperator\tbefore\tafter\toutcome\ttest\tseconds\n")
    counts = {"caught": 0, "survived": 0}
    for name, path, number, line, changed in order:
        if sum(counts.values()) == asked.changes:
            break
        if "[0 > 0" in changed:
            continue  # the same element
        place = f"{path.relative_to(tree)}:{number + 1}"
        if (place, changed.strip()) in before:
            outcome = before[(place, changed.strip())][4]
        else:
            whole, start = path.read_text(), time.time()
            lines = whole.split("\n")
            lines[number] = changed
            try:
                path.write_text("\n".join(lines))
                outcome, test = judge(tests_of(path, tree, targets, known), asked.build, 300)
            finally:
                path.write_text(whole)  # a new time of change, so what was built of it is built again
            if outcome == "was not built":
                sys.exit(f"{place}: {test} was not built")
            with asked.table.open("a") as table:
                table.write(f"{place}\t{name}\t{line.strip()}\t{changed.strip()}\t{outcome}\t{test}\t"
                            f"{time.time() - start:.0f}\n")
        if outcome in counts:
            counts[outcome] += 1
    print(f"{counts['caught']} of {sum(counts.values())} changes were caught; {asked.table} tells of each")


if __name__ == "__main__":
    main()
