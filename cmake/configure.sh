#!/usr/bin/env bash
# usage: configure.sh PRESET [CMAKE_ARGUMENT...]    from any directory
# Configures a preset; starts afresh where the build folder is left over from something else, such
# as another generator, another compiler or a copied tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "cmake --preset $*"
cmake --preset "$@" >"$log" 2>&1 || cmake --fresh --preset "$@" >"$log" 2>&1 ||
  { cat "$log" >&2; exit 1; }
tail -n 1 "$log"
