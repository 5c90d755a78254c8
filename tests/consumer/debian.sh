#!/usr/bin/env bash
# usage: bash tests/consumer/debian.sh BUILD [--install]    with BUILD a build folder that has the program
# Builds the Debian packages without compiling the program again, has lintian look at them, unpacks them to
# an empty folder, runs the program there and builds a consumer against the headers there. Then the same for
# what cpack makes of BUILD. With --install, for machines that may be changed, apt-get then installs the
# packages with what they depend on, their own test (debian/tests) runs, and apt-get removes them again.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:?usage: bash tests/consumer/debian.sh BUILD [--install]}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quietly() { "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; return 1; }; }

# Without the debugging symbols, which take long to compress.
DEB_BUILD_OPTIONS=noautodbgsym quietly bash "$top/cmake/packaging/build-debian.sh" "$work/packages" "$build"
(cd "$work/packages" && ls -- *.deb)
# As the program was compiled by other flags than the package's own build gives, no more than warnings.
lintian --allow-root --fail-on error,warning "$work"/packages/*.changes
echo "lintian: no error, no warning"

root=$work/root
for package in "$work"/packages/harmonium{,-dev}_*.deb; do dpkg -x "$package" "$root"; done
"$root/usr/bin/harmonium" --version
# The manual page is the one that the program itself prints.
diff <(gzip -cd "$root/usr/share/man/man1/harmonium.1.gz") <("$root/usr/bin/harmonium" manual)
quietly cmake -S "$top/tests/consumer/sampling" -B "$work/consumer" -G Ninja \
  -DCMAKE_PREFIX_PATH="$root/usr"
quietly cmake --build "$work/consumer"
grep -q "harmonium_DIR:PATH=$root/usr" "$work/consumer/CMakeCache.txt"
"$work/consumer/sampling"

quietly cpack --config "$build/CPackConfig.cmake" -B "$work/cpack"
tar -C "$work" -xzf "$work"/cpack/*.tar.gz
mv "$work"/harmonium-*/ "$work/unpacked"
"$work/unpacked/bin/harmonium" --version
dpkg -x "$work"/cpack/*.deb "$work/by-cpack"
"$work/by-cpack/usr/bin/harmonium" --version

[ "${2:-}" = --install ] || exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
apt() { quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y "$@"; }
chmod -R a+rX "$work" # apt-get reads as a user of its own
apt install --no-install-recommends "$work"/packages/harmonium{,-dev}_*.deb pkg-config
trap 'apt remove harmonium harmonium-dev; rm -rf "$work"' EXIT
(cd "$top" && quietly sh cmake/packaging/debian/tests/consumer)
cd "$work"
/usr/bin/harmonium simulate --cells 60 --genes 40 --seed 1 --output installed >"$work/log"
echo "installed by apt-get: $(dpkg-query -W -f '${Package} ${Version}, ' harmonium harmonium-dev)their consumer and simulate run"
