#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the tests notice a fault? Changes one place of include/ at a time and says which test catches it.

usage: tests/mutants.py --tree COPY --table mutants.tsv [--seed 1] [--changes 60] [--list] [--again]

COPY is a copy of the source tree that may be spoilt. The changes are drawn from all places that an operator
below fits, the operators in turn, by --seed. A change is judged by the tests of its room that include its
header: the header's own first, then those that include it themselves, then the others, until one fails. Each
is compiled alone, straight from COPY, without what CMake would build again of a changed header (the
precompiled header, harmonium::compiled), with the assertions of Eigen and of the standard library, which see
some of what the sanitizers of CI see. A change that does not compile is drawn again. What a table has
already is not run again, so an interrupted run continues; with --again the survivors of the table are judged
once more, after tests were added to COPY.
"""
import argparse
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
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


def tests_of(header, tree, known):
    """The sources of the tests of the header's room that include it, its own first."""
    include = tree / "include"
    inside = header.relative_to(include / "harmonium")
    own = tree / "tests" / str(inside).replace(".hpp", "_test.cpp")
    sources = []
    for source in sorted((tree / "tests" / inside.parts[0]).rglob("*_test.cpp")):
        if header in included(source, include, known) and "mpi" not in source.name:
            itself = f'"harmonium/{inside}"' in source.read_text()
            sources.append((source != own, not itself, source))
    return [source for _, _, source in sorted(sources)]


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
    os.nice(5)


def run(command, seconds, folder=None):
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds,
                              preexec_fn=limits, cwd=folder)
        return done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        return "time", "TIME"


class Compiler:
    def __init__(self, tree, work):
        self.tree, self.work = tree, work
        self.flags = [os.environ.get("CXX", "g++"), "-std=c++20", "-O1", "-w", "-ffp-contract=off",
                      "-D_GLIBCXX_ASSERTIONS", f"-I{tree}/tests",
                      f"-I{tree}/include", "-isystem", "/usr/include/eigen3", "-DDOCTEST_CONFIG_VOID_CAST_EXPRESSIONS",
                      "-DDOCTEST_CONFIG_SUPER_FAST_ASSERTS", f'-DHARMONIUM_SHARED_DIR="{tree}/../shared"']
        self.support = []
        for name in ("main", "statistics"):
            self.support.append(str(work / f"{name}.o"))
            subprocess.run([*self.flags, "-c", str(tree / "tests/support" / f"{name}.cpp"), "-o", self.support[-1]],
                           check=True)

    def __call__(self, source):
        """Whether the test's program could be made."""
        more = []
        for library in ("hdf5", "igraph"):
            if library in source.name or (library == "hdf5" and re.match("h5|tenx_h5", source.name)) or (
                    library == "igraph" and source.name == "communities_test.cpp"):
                more = subprocess.run(["pkg-config", "--cflags", "--libs", library], capture_output=True, text=True,
                                      check=True).stdout.split()
        code, _ = run([*self.flags, str(source), *self.support, "-o", str(self.work / "test"), "-pthread", *more, "-lz"],
                      900)
        return code == 0


def judge(sources, compiler, seconds):
    """(what came of it, the test that says so, how)."""
    for source in sources:
        name = str(source.relative_to(compiler.tree / "tests"))[: -len("_test.cpp")].replace("/", ".")
        if not compiler(source):
            return ("does not compile", name, "")
        code, said = run([str(compiler.work / "test")], seconds, compiler.work)
        if code != 0:
            how = re.search(r"(?:ERROR|FATAL ERROR|TIME)[^\n]*", said)
            return ("caught", name, re.sub(r"\s+", " ", how[0])[:160] if how else f"exit code {code}")
    return ("survived", f"{len(sources)} tests" if sources else "no test of its room includes it", "")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tree", type=pathlib.Path, required=True)
    arguments.add_argument("--table", type=pathlib.Path)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--changes", type=int, default=60)
    arguments.add_argument("--seconds", type=int, default=150, help="of a test, after which a change is caught")
    arguments.add_argument("--list", action="store_true", help="tell the changes, make none")
    arguments.add_argument("--again", action="store_true", help="judge the survivors of the table once more")
    asked = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and put back what was changed
    signal.signal(signal.SIGINT, signal.default_int_handler)       # in the background too
    tree = asked.tree.resolve()
    order = drawn(places(tree / "include"), asked.seed)
    if asked.list:
        for _, (name, path, number, line, changed) in zip(range(asked.changes), order):
            print(f"{path.relative_to(tree)}:{number + 1}\t{name}\t{line.strip()}\t{changed.strip()}")
        return

    work = pathlib.Path(tempfile.mkdtemp())
    compiler = Compiler(tree, work)
    known, before = {}, {}
    if asked.table.exists():
        for line in asked.table.read_text().splitlines()[1:]:
            fields = line.split("\t")
            before[(fields[0], fields[3])] = fields
    else:
        asked.table.write_text("place\toperator\tbefore\tafter\toutcome\ttest\thow\tseconds\n")
    counts = {"caught": 0, "survived": 0}
    for name, path, number, line, changed in order:
        if sum(counts.values()) == asked.changes:
            break
        if "[0 > 0" in changed:
            continue  # the same element
        place = f"{path.relative_to(tree)}:{number + 1}"
        key = (place, changed.strip())
        if key in before and not (asked.again and before[key][4] == "survived"):
            outcome = before[key][4]
        else:
            whole, start = path.read_text(), time.time()
            lines = whole.split("\n")
            lines[number] = changed
            sources = tests_of(path, tree, known)
            try:
                path.write_text("\n".join(lines))
                outcome, test, how = judge(sources, compiler, asked.seconds)
            finally:
                path.write_text(whole)
            if outcome == "does not compile" and not compiler(tree / "tests" / (test.replace(".", "/") + "_test.cpp")):
                sys.exit(f"{place}: {test} does not compile without the change either")
            fields = (place, name, line.strip(), changed.strip(), outcome, test, how, f"{time.time() - start:.0f}")
            with asked.table.open("a") as table:  # the last line of a place counts
                table.write("\t".join(fields) + "\n")
        if outcome in counts:
            counts[outcome] += 1
    shutil.rmtree(work)
    print(f"{counts['caught']} of {sum(counts.values())} changes were caught; {asked.table} tells of each")


if __name__ == "__main__":
    main()
