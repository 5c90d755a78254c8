#!/usr/bin/env bash
# usage: bash tests/lint.sh     needs clang-tidy 14 and Python 3; about a minute
# The checks of .clang-tidy over every header that everything.hpp includes and the suites of harmonium::testing,
# and whether every file includes what it uses of the standard library.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python3 tests/includes.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/all.cpp" <<END
#include "harmonium/everything.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/known_models.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/table.hpp"
#include "harmonium/testing/check_generator.hpp"
#include "harmonium/testing/check_metric.hpp"
#include "harmonium/testing/check_model.hpp"
#include "harmonium/testing/check_trainer.hpp"
#include "harmonium/testing/check_unit.hpp"
END
clang-tidy --quiet --config-file=.clang-tidy "$work/all.cpp" -- -std=c++20 -Iinclude -isystem /usr/include/eigen3 \
  2>"$work/log" || { cat "$work/log" >&2; exit 1; }
echo "clang-tidy: nothing to say"
