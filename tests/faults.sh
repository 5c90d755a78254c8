#!/usr/bin/env bash
# usage: bash tests/faults.sh [files|hdf5|work]...     all unless named; some minutes, by hand; c++ or CXX
# Public operations with a failure at every allocation, at every call of the observer and with a disk that is full
# after any byte (tests/faults): a line of the table in docs/errors.md for each, and what broke.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for part in ${*:-files hdf5 work}; do
  library=()
  [ "$part" != hdf5 ] || read -ra library <<<"$(pkg-config --cflags --libs hdf5)"
  "${CXX:-c++}" -std=c++20 -O1 -ffp-contract=off -Itests -Iinclude -isystem /usr/include/eigen3 "tests/faults/$part.cpp" \
    -o "$work/$part" -pthread "${library[@]}" -lz
  "$work/$part" || failed=1
done
exit $failed
