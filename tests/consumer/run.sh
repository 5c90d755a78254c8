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

quietly() { "$@" >log 2>&1 || { cat log >&2; return 1; }; }

quietly cmake --install "$build" --prefix "$work/first"
mv first prefix # what was installed must not depend on where it was installed to

quietly cmake -S "$here" -B package -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
quietly cmake --build package
package/consumer
echo "consumer: find_package passed"

quietly cmake -S "$here" -B subdirectory -G Ninja -DHARMONIUM_SOURCE_DIR="$here/../.."
quietly cmake --build subdirectory
subdirectory/consumer
echo "consumer: add_subdirectory passed"

export PKG_CONFIG_PATH=$work/prefix/share/pkgconfig
# shellcheck disable=SC2046  # flags are several words
quietly "${CXX:-c++}" -std=c++20 package/readme_program.cpp \
  $(pkg-config --cflags --libs harmonium-io) -o plain
./plain
echo "consumer: pkg-config passed"
