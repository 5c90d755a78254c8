#!/usr/bin/env bash
# usage: bash tests/coverage.sh [BUILD]     BUILD is build-coverage unless given; some forty minutes of one core, by hand
# Lines of include/harmonium that the tests of the rooms run, by room, as the table of docs/trust.md; in
# BUILD/not_run.txt the lines that no test runs. Built with gcc --coverage and -O1: -O0 compiles no faster and runs
# twelve times slower. Lines of headers are counted once, however many sources instantiate them; a template that
# nothing instantiates has none. Without the tests in docs/ and matrix/, and without the program's.
# COVERAGE_ONLY=1: of what BUILD holds already nothing is built or run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build-coverage}
if [ -z "${COVERAGE_ONLY:-}" ]; then
  bash cmake/configure.sh default -B "$build" -DCMAKE_CXX_COMPILER=g++ "-DHARMONIUM_TESTS_LEFT_OUT=docs;matrix" \
    -DHARMONIUM_BUILD_EXAMPLES=OFF -DHARMONIUM_INSTALL=OFF -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= \
    -DCMAKE_CXX_FLAGS="--coverage -g0 -O1"
  cmake --build "$build" --target tests_of_rooms -- -j "${COVERAGE_JOBS:-2}"
  find "$build" -name '*.gcda' -delete
  ctest --test-dir "$build" --parallel "${COVERAGE_JOBS:-2}" --timeout 1200 \
    -E '^(compile_fail|umbrella|rooms|packaging|consumer|core.xtensor_new_layout|kernels.(linked|unknown|chosen))' \
    >"$build/ctest.log" || tail -n 20 "$build/ctest.log"
fi
python3 - "$build" "$PWD/include/harmonium/" <<'END'
import collections, gzip, json, os, subprocess, sys, tempfile

build, top = sys.argv[1], os.path.realpath(sys.argv[2]) + "/"
lines = collections.defaultdict(dict)  # header -> line -> runs
for folder, _, names in os.walk(build):
    for name in names:
        if not name.endswith(".gcda"):
            continue
        with tempfile.TemporaryDirectory() as work:
            subprocess.run(["gcov", "--json-format", os.path.realpath(os.path.join(folder, name))], cwd=work,
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for made in os.listdir(work):
                with gzip.open(os.path.join(work, made)) as file:
                    for source in json.load(file)["files"]:
                        path = os.path.realpath(os.path.join(build, source["file"]))
                        if not path.startswith(top):
                            continue
                        known = lines[path[len(top):]]
                        for line in source["lines"]:
                            known[line["line_number"]] = known.get(line["line_number"], 0) + line["count"]
with open(os.path.join(build, "not_run.txt"), "w") as listing:
    for header, known in sorted(lines.items()):
        text = open(top + header).read().splitlines()
        for number, count in sorted(known.items()):
            if not count:
                listing.write(f"{header}:{number}: {text[number - 1].strip()}\n")
rooms = collections.defaultdict(lambda: [0, 0, []])
for header, known in sorted(lines.items()):
    if not known:
        continue
    room = rooms[header.split("/")[0] + "/" if "/" in header else header]
    ran = sum(1 for count in known.values() if count)
    room[0] += len(known)
    room[1] += ran
    if ran < 0.9 * len(known):
        room[2].append(f"{header.split('/', 1)[-1]} {100 * ran / len(known):.0f} %")
print("| room | lines | run | share | headers below 90 % |\n|---|---|---|---|---|")
for name, (total, ran, low) in sorted(rooms.items()):
    print(f"| `{name}` | {total} | {ran} | {100 * ran / total:.1f} % | {', '.join(low)} |")
total, ran = sum(r[0] for r in rooms.values()), sum(r[1] for r in rooms.values())
print(f"| all | {total} | {ran} | {100 * ran / total:.1f} % | |")
END
