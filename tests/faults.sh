#!/usr/bin/env bash
# usage: bash tests/faults.sh [files|work]...     both unless named; some minutes, by hand; c++ or CXX
# Public operations with a failure at every allocation and at every call of the observer (tests/faults): a line
# of the table in docs/errors.md for each, and what broke.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for part in ${*:-files work}; do
  "${CXX:-c++}" -std=c++20 -O1 -ffp-contract=off -Itests -Iinclude -isystem /usr/include/eigen3 "tests/faults/$part.cpp" \
    -o "$work/$part" -pthread -lz
  "$work/$part" || failed=1
done
exit $failed
