#!/usr/bin/env bash
# usage: bash tests/run.sh [--compiler gcc|clang] [-- CMAKE_ARGUMENT...]    from any directory
# Installs missing packages, configures, builds everything and runs all tests with one compiler.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

compiler=gcc
while [ $# -gt 0 ]; do
  case $1 in
    --compiler) compiler=${2:-}; shift 2 || shift ;;
    --compiler=*) compiler=${1#*=}; shift ;;
    --) shift; break ;;
    *) echo "usage: bash tests/run.sh [--compiler gcc|clang] [-- CMAKE_ARGUMENT...]" >&2; exit 2 ;;
  esac
done
case $compiler in
  gcc) preset=default; build=$top/build; sets=(build test) ;;
  clang) preset=clang; build=$top/build-clang; sets=(build test clang) ;;
  *) echo "tests/run.sh: --compiler is gcc or clang, not '$compiler'" >&2; exit 2 ;;
esac

step() { printf '\n== %s (%d s so far)\n' "$1" "$SECONDS"; }

step "Packages"
bash "$top/cmake/install-packages.sh" "${sets[@]}"

step "Build with $compiler in ${build#"$top"/}"
bash "$top/cmake/configure.sh" "$preset" -DHARMONIUM_BUILD_TESTS=ON -DHARMONIUM_BUILD_EXAMPLES=ON "$@"
NINJA_STATUS='[%f/%t %es] ' cmake --build "$build" -- -k 0

step "Test"
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(nproc)"
