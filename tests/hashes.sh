#!/usr/bin/env bash
# usage: bash tests/hashes.sh [WORK]    from any directory; some minutes, so not in CI
# Hashes of small fits (tests/hashes/hashes.cpp) for compilers, levels of optimisation, kernels, threads and, where
# aarch64-linux-gnu-g++ and qemu-aarch64-static are installed, another processor, held against those of g++ -O2.
# Ends with an error where those of this processor differ.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
read -ra eigen <<<"$(pkg-config --cflags eigen3 2>/dev/null | sed 's/-I/-isystem /g' || true)"
[ ${#eigen[@]} -gt 0 ] || eigen=(-isystem /usr/include/eigen3)

failed=0
# compare NAME MUST COMMAND...: what the command prints, against the first
compare() {
  local name=$1 must=$2 other
  shift 2
  "$@" >"$work/now" || { printf '%-24s does not run\n' "$name"; failed=1; return; }
  [ -e "$work/first" ] || cp "$work/now" "$work/first"
  other=$( (diff <(sort "$work/first") <(sort "$work/now") || true) | sed -nE 's/^> (.*[^ ]) +[0-9a-f]{16}$/\1/p' | paste -sd ';')
  printf '%-24s %s\n' "$name" "${other:-equal}${other:+ differ}"
  if [ -n "$other" ] && [ "$must" = must ]; then failed=1; fi
}
# build NAME COMPILER FLAGS...
build() {
  local name=$1 compiler=$2
  shift 2
  "$compiler" -std=c++20 -ffp-contract=off "$@" -I"$top/include" "${eigen[@]}" "$top/tests/hashes/hashes.cpp" \
    -pthread -o "$work/$name"
}

rm -f "$work/first"
build gcc2 g++ -O2
compare "g++ -O2" must "$work/gcc2"
cat "$work/first"
echo
compare "g++ -O2, two threads" must "$work/gcc2" 2
for kernel in sse2 avx2 avx512; do
  flag=${kernel/avx512/avx512f}
  if grep -qw "$flag" /proc/cpuinfo; then
    compare "g++ -O2, $kernel" must env HARMONIUM_KERNELS=$kernel "$work/gcc2"
  else
    printf '%-24s this machine has none\n' "g++ -O2, $kernel"
  fi
done
for level in -O0 -O3; do
  build gcc g++ $level
  compare "g++ $level" must "$work/gcc"
done
if command -v clang++ >/dev/null; then
  for level in -O0 -O2; do
    build clang clang++ $level
    compare "clang++ $level" must "$work/clang"
  done
fi
if command -v aarch64-linux-gnu-g++ >/dev/null && command -v qemu-aarch64-static >/dev/null; then
  build aarch64 aarch64-linux-gnu-g++ -O2 -static -Wno-psabi
  compare "aarch64, g++ -O2" may qemu-aarch64-static "$work/aarch64"
fi
exit $failed
