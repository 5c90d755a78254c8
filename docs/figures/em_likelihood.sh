#!/usr/bin/env bash
# Draws em_likelihood.svg (gnuplot): likelihood curves of EM on the cells of a 10x folder, or on
# the simulated tissue. usage: bash docs/figures/em_likelihood.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CXX:-c++}" -std=c++20 -O2 -ffp-contract=off -I "$here/../../include" -I /usr/include/eigen3 \
  "$here/em_likelihood.cpp" -o "$work/em_likelihood" -pthread -lz
"$work/em_likelihood" "$@" >"$work/all.csv"
for model in 4-2 8 12 compensated; do grep "^$model," "$work/all.csv" >"$work/$model.csv"; done
gnuplot <<PLOT
set terminal svg size 640,400 font "sans-serif,12" background "white"
set output "$here/em_likelihood.svg"
set datafile separator ","
set xlabel "iteration of EM"
set ylabel "log-likelihood, nats per cell"
set key bottom right
stats "$work/4-2.csv" using 3 nooutput  # the first update of theta falls deeper than is of interest
set yrange [STATS_max-90:STATS_max+90]
set grid ytics lc rgb "#dddddd"
names = "4-2 8 12 compensated"
title(i) = i < 4 ? "exact, hidden units ".word(names, i) : "compensated, groups 6,1,1,1,1,1,1"
array colour[4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
plot for [i=1:4] "$work/".word(names, i).".csv" using 2:3 with lines lw 2 lc rgb colour[i] title title(i), \
     for [i=1:4] "$work/".word(names, i).".csv" using 2:4 with lines lw 2 dt 2 lc rgb colour[i] notitle
PLOT
