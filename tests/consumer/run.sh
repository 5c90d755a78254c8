#!/usr/bin/env bash
# usage: bash tests/consumer/run.sh BUILD [WAY...]    with BUILD a configured build folder of harmonium
# Installs BUILD to a temporary prefix, and builds and runs somebody else's programs against it. A small one
# (consumer/sampling) comes in each way that docs/install.md tells: find_package, add_subdirectory,
# FetchContent, pkg-config. Another holds its types against the installed suites. The first program of README.md comes by find_package, without and with
# harmonium::compiled.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:?usage: bash tests/consumer/run.sh BUILD}" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

quietly() {
  local log
  log=$(mktemp -p "$work")
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# consumer PROJECT NAME PROGRAM CMAKE_ARGUMENT...
consumer() {
  local project=$1 name=$2 program=$3
  shift 3
  quietly cmake -S "$here/$project" -B "$name" -G Ninja "$@"
  quietly cmake --build "$name"
  "$name/$program"
}

# Without what components need: the installed core does not ask for it.
find_package() {
  consumer sampling package sampling -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_DISABLE_FIND_PACKAGE_{ZLIB,Spectra,Hdf5C,Boost,xtensor,Hnswlib,MPI}=ON
}

conformance() { consumer testing conformance conformance -DCMAKE_PREFIX_PATH="$work/prefix"; }

add_subdirectory() { consumer sampling subdirectory sampling -DHARMONIUM_SOURCE_DIR="$top"; }

fetch_content() {
  # What a release's archive would hold: what git knows, and the changes to it.
  git -C "$top" ls-files -z |
    tar -C "$top" --null -T - --transform 's,^,harmonium/,' -czf harmonium.tar.gz
  consumer sampling fetched sampling -DHARMONIUM_ARCHIVE="$work/harmonium.tar.gz"
}

with_pkg_config() {
  export PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
  # shellcheck disable=SC2046  # flags are several words
  quietly "${CXX:-c++}" -std=c++20 "$here/sampling/main.cpp" \
    $(pkg-config --cflags --libs harmonium) -o plain
  ./plain
  # shellcheck disable=SC2046
  quietly "${CXX:-c++}" -std=c++20 "$here/files/main.cpp" \
    $(pkg-config --cflags --libs harmonium-io) -o files
  ./files folder
}

readme() { consumer . readme consumer -DCMAKE_PREFIX_PATH="$work/prefix"; }

readme_compiled() {
  local prefix=$work/prefix
  if ! grep -q '^HARMONIUM_WITH_COMPILED:BOOL=ON' "$build/CMakeCache.txt"; then
    prefix=$work/compiled
    quietly cmake -S "$top" -B library -G Ninja -DHARMONIUM_WITH_COMPILED=ON \
      -DHARMONIUM_BUILD_TESTS=OFF -DHARMONIUM_BUILD_EXAMPLES=OFF
    quietly cmake --build library
    quietly cmake --install library --prefix "$prefix"
  fi
  consumer . readme_compiled consumer -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_COMPILED=ON
}

quietly cmake --install "$build" --prefix "$work/first"
mv first prefix # what was installed must not depend on where it was installed to

# The long ones first, two at a time. A shell of its own for each, where the first error ends it.
ways=(readme_compiled readme find_package conformance add_subdirectory fetch_content with_pkg_config)
if [ $# -gt 1 ]; then ways=("${@:2}"); fi
failed=0
try() {
  local verdict=passed begin=$SECONDS
  (set -e; "$1") >"$1.out" 2>&1 || verdict=FAILED
  cat "$1.out"
  echo "consumer: $1 $verdict after $((SECONDS - begin)) s"
  [ $verdict = passed ]
}
running=0
for way in "${ways[@]}"; do
  if [ $running -eq 2 ]; then
    wait -n || failed=1
    running=1
  fi
  try "$way" &
  running=$((running + 1))
done
while [ $running -gt 0 ]; do
  wait -n || failed=1
  running=$((running - 1))
done
exit $failed
