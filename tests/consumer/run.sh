#!/usr/bin/env bash
# usage: bash tests/consumer/run.sh BUILD    with BUILD a configured build folder of harmonium
# Installs BUILD to a temporary prefix, and builds and runs the first program of README.md against
# it in the three ways a user has: find_package, add_subdirectory, pkg-config.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:?usage: bash tests/consumer/run.sh BUILD}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

quietly() {
  local log
  log=$(mktemp -p "$work")
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

find_package() {
  quietly cmake -S "$here" -B package -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
  quietly cmake --build package
  package/consumer
}

add_subdirectory() {
  quietly cmake -S "$here" -B subdirectory -G Ninja -DHARMONIUM_SOURCE_DIR="$here/../.."
  quietly cmake --build subdirectory
  subdirectory/consumer
}

with_pkg_config() {
  export PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
  quietly cmake -DREADME="$here/../../README.md" -DOUTPUT="$work/readme_program.cpp" \
    -P "$here/readme_program.cmake"
  # shellcheck disable=SC2046  # flags are several words
  quietly "${CXX:-c++}" -std=c++20 readme_program.cpp \
    $(pkg-config --cflags --libs harmonium-io) -o plain
  ./plain
}

quietly cmake --install "$build" --prefix "$work/first"
mv first prefix # what was installed must not depend on where it was installed to

# Each is one compilation, so all at once. A shell of its own for each, where the first error ends it.
ways=(find_package add_subdirectory with_pkg_config) jobs=()
for way in "${ways[@]}"; do
  (set -e; "$way") >"$way.out" 2>&1 &
  jobs+=($!)
done
failed=0
for i in "${!ways[@]}"; do
  verdict=passed
  wait "${jobs[i]}" || { verdict=FAILED; failed=1; }
  cat "${ways[i]}.out"
  echo "consumer: ${ways[i]} $verdict"
done
exit $failed
