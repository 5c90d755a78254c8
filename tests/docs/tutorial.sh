#!/usr/bin/env bash
# usage: bash tests/docs/tutorial.sh PROGRAM
# Runs the ```sh blocks of docs/tutorial.md one after the other, with PROGRAM as harmonium, and compares what
# each prints on standard output with the ```text block that follows; "..." there stands for any lines.
set -euo pipefail
program=$(realpath "${1:?usage: bash tests/docs/tutorial.sh PROGRAM}")
page=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../docs" && pwd)/tutorial.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/blocks" "$work/here"
ln -s "$program" "$work/bin/harmonium"
awk -v to="$work/blocks" '
  /^```sh$/ { ++n; out = to "/" n ".sh"; next }
  /^```text$/ && n { out = to "/" n ".text"; next }
  /^```/ { out = ""; next }
  out { print > out }' "$page"

# same EXPECTED FOUND: line by line; "..." skips lines until the next one fits
same() {
  awk 'NR == FNR { want[++n] = $0; next } { got[++m] = $0 }
    END {
      i = 1; k = 1
      while (i <= n) {
        if (want[i] == "...") {
          ++i
          if (i > n) exit 0
          while (k <= m && got[k] != want[i]) ++k
        }
        if (k > m || got[k] != want[i]) { printf "expected: %s\nfound:    %s\n", want[i], k > m ? "the end" : got[k]; exit 1 }
        ++i; ++k
      }
      if (k <= m) { printf "not expected: %s\n", got[k]; exit 1 }
    }' "$1" "$2"
}

blocks=0 failed=0
cd "$work/here"
for script in $(find "$work/blocks" -name '*.sh' | sort -V); do
  blocks=$((blocks + 1))
  PATH=$work/bin:$PATH bash -e "$script" >"$work/out" 2>"$work/err" ||
    { cat "$script" "$work/err"; failed=$((failed + 1)); continue; }
  same "${script%.sh}.text" "$work/out" || { cat "$script"; failed=$((failed + 1)); }
done
[ "$blocks" -ge 5 ] || { echo "only $blocks blocks were found"; exit 1; }
echo "tutorial: $blocks blocks of commands, $failed failed"
[ "$failed" -eq 0 ]
