#!/usr/bin/env bash
# usage: bash cmake/packaging/build-debian.sh OUTPUT [BUILD]    from any directory; needs dpkg-dev, debhelper and
# what debian/control asks for
# Builds the packages harmonium and harmonium-dev from the files that git knows, as they are now, and
# leaves them in OUTPUT. With BUILD, a build folder that has compiled the program, nothing is compiled; without,
# the source package is made as well.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ $# -eq 1 ] || [ $# -eq 2 ] || { sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
mkdir -p "$1"
output=$(cd "$1" && pwd)
kind=()
if [ $# -eq 2 ]; then
  HARMONIUM_PROGRAM_BUILD=$(cd "$2" && pwd)
  export HARMONIUM_PROGRAM_BUILD
  [ -x "$HARMONIUM_PROGRAM_BUILD/bin/harmonium" ] ||
    { echo "build-debian.sh: $2 has no bin/harmonium" >&2; exit 2; }
  kind=(-b)
fi

version=$(sed -n 's/.*version = "\([0-9.]*\)".*/\1/p' "$top/include/harmonium/version.hpp")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/harmonium-$version
mkdir "$source"
if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
  git -C "$top" ls-files -z | tar -C "$top" --null -T - -cf - | tar -C "$source" -xf -
else # an unpacked archive
  tar -C "$top" --exclude='./build*' --exclude='./out*' -cf - . | tar -C "$source" -xf -
fi
[ $# -eq 2 ] ||
  tar -C "$work" --sort=name --owner=0 --group=0 -czf "$work/harmonium_$version.orig.tar.gz" "harmonium-$version"
cp -R "$source/cmake/packaging/debian" "$source/debian"
(cd "$source" && dpkg-buildpackage --unsigned-source --unsigned-changes "${kind[@]}")
find "$work" -maxdepth 1 -type f -exec mv -t "$output" {} +
