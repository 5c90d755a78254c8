#!/usr/bin/env bash
# usage: install-packages.sh SET...     with SET one of: build test clang ci
# On Debian and Ubuntu, installs what is missing of the given sets of packages and nothing else.
# Elsewhere, or without the right to install, says exactly what is missing and exits with 2.
set -euo pipefail

# The sanitizers' runtime bears the version of the compiler that it belongs to.
clang_version=$(clang++ -dumpversion 2>/dev/null | cut -d. -f1) || true

# set | Debian/Ubuntu package | what it is, least version | how to see that it is there
packages="
build|g++|a C++20 compiler: GCC >= 12 (or Clang >= 14)|command c++
build|cmake|CMake >= 3.24|command cmake
build|ninja-build|Ninja >= 1.10|command ninja
build|libeigen3-dev|Eigen >= 3.4|header Eigen/Core
build|libspectra-dev|Spectra >= 1.0|header Spectra/SymEigsSolver.h
build|zlib1g-dev|zlib >= 1.2|header zlib.h
build|libhdf5-dev|HDF5 >= 1.10 (optional: .h5 and .h5ad files)|header hdf5.h hdf5/serial/hdf5.h
build|libcli11-dev|CLI11 >= 2.1|header CLI/CLI.hpp
build|nlohmann-json3-dev|nlohmann/json >= 3.10|header nlohmann/json.hpp
build|libboost-dev|Boost >= 1.70 (headers of Boost.Math, for plans)|header boost/math/distributions.hpp
test|doctest-dev|doctest >= 2.4.9|header doctest/doctest.h
test|librandom123-dev|Random123 >= 1.14|header Random123/philox.h
test|libxtensor-dev|xtensor >= 0.24|header xtensor.hpp xtensor/xtensor.hpp xtensor/containers/xtensor.hpp
test|libigraph-dev|igraph >= 0.10|header igraph/igraph.h
test|libhnswlib-dev|hnswlib >= 0.6|header hnswlib/hnswlib.h
clang|clang|Clang >= 14|command clang++
ci|libclang-rt-${clang_version:-14}-dev|the sanitizer runtime of Clang|command clang++
ci|clang-format|clang-format 14|command clang-format
ci|clang-tidy|clang-tidy 14|command clang-tidy
ci|libopenmpi-dev|Open MPI >= 4.1|header mpi.h mpi/mpi.h openmpi/mpi.h
ci|openmpi-bin|mpirun of Open MPI|command mpirun
ci|python3-anndata|AnnData >= 0.8, which opens what we write|command python3
ci|python3-dev|Python's headers|command python3-config
ci|python3-pip|pip|command pip3
ci|python3-setuptools|setuptools|command python3
ci|python3-pybind11|pybind11 >= 2.10|command pybind11-config
ci|python3-pytest|pytest|command pytest-3
ci|mypy|mypy, which checks the types of the Python package|command mypy
ci|r-base-dev|R >= 4.0, which builds packages|command R
ci|r-cran-matrix|R's package Matrix|command R
ci|r-cran-jsonlite|R's package jsonlite|command R
ci|r-bioc-rhdf5|Bioconductor's rhdf5, which opens what we write|command R
ci|pkg-config|pkg-config|command pkg-config
ci|debhelper|debhelper >= 13 (with dpkg-dev): Debian packages|command dh
ci|lintian|lintian|command lintian
ci|doxygen|Doxygen >= 1.9|command doxygen
ci|git|git, which tells what belongs to a release|command git
ci|pandoc|pandoc >= 2.17, for the pages of the documentation|command pandoc
ci|libbenchmark-dev|Google Benchmark >= 1.7|header benchmark/benchmark.h
"

[ $# -gt 0 ] || { echo "usage: install-packages.sh SET...   (sets: build test clang ci)" >&2; exit 2; }
for wanted in "$@"; do
  grep -q "^$wanted|" <<<"$packages" ||
    { echo "install-packages.sh: unknown set '$wanted' (sets: build test clang ci)" >&2; exit 2; }
done

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# For machines without dpkg: is the command there, can the compiler see one of the headers?
is_visible() {
  local kind=$1 name
  shift
  for name in "$@"; do
    if [ "$kind" = command ]; then
      command -v "$name" >/dev/null && return 0
    else
      echo "#include <$name>" | c++ -std=c++20 -E -I/usr/include/eigen3 -I/usr/local/include \
        -I/usr/local/include/eigen3 -x c++ - >/dev/null 2>&1 && return 0
    fi
  done
  return 1
}

missing=() descriptions=()
has_dpkg=$(command -v dpkg-query || true)
while IFS='|' read -r set package description probe; do
  [[ -n $set && " $* " == *" $set "* ]] || continue
  if [ -n "$has_dpkg" ]; then
    is_installed "$package" && continue
  else
    # shellcheck disable=SC2086  # the probe is several words
    is_visible $probe && continue
  fi
  missing+=("$package")
  descriptions+=("  $description (Debian/Ubuntu: $package)")
done <<<"$packages"

if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: nothing is missing ($*)"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
if [ -z "$has_dpkg" ] || ! command -v apt-get >/dev/null ||
  { [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; }; then
  echo "These are missing; install them and run this again:" >&2
  printf '%s\n' "${descriptions[@]}" >&2
  [ -z "$has_dpkg" ] || echo "As root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 2
fi

echo "packages: installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
  >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "packages: apt-get failed; the last lines of what it said are above" >&2
  exit 2
fi
echo "packages: installed"
