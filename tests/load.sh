#!/usr/bin/env bash
# usage: bash tests/load.sh PROGRAM [KILLS]     KILLS is 30 unless given; some minutes, by hand; with faketime a clock that jumps
# What users do to a program that runs for hours: a study killed at random moments, a full disk, a folder that
# cannot be written, two processes on one output, parts that begin at once, a clock that jumps. Nothing may be
# lost or wrong: results equal those of a run in peace, outputs are whole or absent, and errors are one line.
# As root a small tmpfs is the full disk; else files are limited in size (RLIMIT_FSIZE).
set -uo pipefail
program=$(realpath "${1:?usage: bash tests/load.sh PROGRAM [KILLS]}")
kills=${2:-30}
work=$(mktemp -d)
disk=$work/disk
mounted=""
trap '[ -z "$mounted" ] || umount "$disk"; rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0
check() {
  local what=$1
  shift
  if "$@" >check.log 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
    head -n 5 check.log err 2>/dev/null
  fi
}
run() {
  "$program" "$@" >out 2>err </dev/null
  code=$?
}
same_results() { diff -r --exclude=report.html --exclude='timings*' "$1" "$2"; }
one_line() { [ "$(wc -l <err)" -eq 1 ]; }
last_line_is_error() { tail -n 1 err | grep -q '^harmonium: '; }
# Nothing but whole files: no partial ones, every gzip stream complete, every model readable.
whole_files() {
  local file
  [ -z "$(find "$1" -name '*.partial')" ] || { find "$1" -name '*.partial'; return 1; }
  find "$1" -name '*.gz' | while read -r file; do gzip -t "$file" || return 1; done
}

run simulate --cells 120 --genes 40 --seed 3 --plain --output all
check "a tissue" [ "$code" -eq 0 ]
design=(study --reference all --labels all/labels.tsv --sizes 24,48 --repeats 4 --seed 5
  --models independent-nb,cluster-nb,bootstrap,harmonium)

# -- kill -9
run "${design[@]}" --threads 2 --output whole
check "a study in peace" [ "$code" -eq 0 ]
RANDOM=7
survived=0
for k in $(seq "$kills"); do
  "$program" "${design[@]}" --threads 2 --output killed >/dev/null 2>&1 &
  child=$!
  sleep "0.$(printf %03d $((RANDOM % 400)))"
  kill -9 $child 2>/dev/null || survived=$((survived + 1))
  wait $child 2>/dev/null
  if [ -d killed/fits ]; then # what is there is whole: as in the study in peace
    for file in killed/fits/*.csv; do
      [ -e "$file" ] && ! cmp -s "$file" "whole/fits/$(basename "$file")" && echo "$file" >>torn
    done
  fi
  # The hardest case is the beginning: start anew from time to time.
  if [ $((k % 5)) -eq 0 ] && [ "$k" -lt "$kills" ]; then rm -rf killed; fi
done
check "killed $kills times ($survived had ended): every fit on disk is whole" [ ! -e torn ]
run "${design[@]}" --threads 2 --output killed
check "... and the same command ends with the same results" same_results whole killed
check "... and leaves nothing partial" whole_files killed

for command in generate evaluate plan; do
  case $command in
    generate) line=(generate --pilot all --cells 4000 --seed 1) ;;
    evaluate) line=(evaluate --reference all --labels all/labels.tsv --synthetic all --repeats 1) ;;
    plan) line=(plan --pilot all --labels all/labels.tsv --goal see) ;;
  esac
  for _ in 1 2 3; do
    "$program" "${line[@]}" --overwrite --output "killed_$command" >/dev/null 2>&1 &
    child=$!
    sleep "0.$(printf %03d $((RANDOM % 600)))"
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
  done
  run "${line[@]}" --overwrite --output "killed_$command"
  check "$command, killed three times, then run: done" [ "$code" -eq 0 ]
  check "... and leaves nothing partial" whole_files "killed_$command"
done

# -- a full disk
mkdir -p "$disk"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k tmpfs "$disk" 2>/dev/null; then
  mounted=yes
  full="a tmpfs of 64 kB"
  on_full_disk() { rm -rf "${disk:?}"/*; run "$@"; }
else
  full="files of at most 16 kB"
  on_full_disk() {
    rm -rf "${disk:?}"/*
    (ulimit -f 16; trap '' XFSZ; exec "$program" "$@") >out 2>err </dev/null
    code=$?
  }
fi
run fit --pilot all --seed 1 --output model.harmonium
for command in simulate generate generate_h5ad fit evaluate plan study; do
  case $command in
    simulate) line=(simulate --cells 2000 --genes 300 --plain) ;;
    generate) line=(generate --pilot all --cells 20000 --plain) ;;
    generate_h5ad) line=(generate --pilot all --cells 20000) ;;
    fit) line=(fit --pilot all) ;;
    evaluate) line=(evaluate --reference all --labels all/labels.tsv --synthetic all --repeats 1) ;;
    plan) line=(plan --pilot all --labels all/labels.tsv --goal see) ;;
    study) line=(study --reference all --labels all/labels.tsv --sizes 24,48 --repeats 6 --models bootstrap) ;;
  esac
  target=$disk/out
  [ $command = generate_h5ad ] && target=$disk/out.h5ad
  [ $command = fit ] && target=$disk/out.harmonium && { [ -z "$mounted" ] || head -c 60000 /dev/zero >"$disk/filler"; }
  if [ $command = fit ] && [ -n "$mounted" ]; then
    run "${line[@]}" --output "$target"
  else
    on_full_disk "${line[@]}" --output "$target"
  fi
  if [ "$code" -ne 0 ]; then
    check "$command on a full disk: an error, not a crash" [ "$code" -eq 2 -o "$code" -eq 1 ]
    check "... which the last line tells" last_line_is_error
    check "... by its name" grep -qE "cannot be written|No space|too large|File too large" err
  elif [ $command != fit ] && [ $command != study ]; then
    check "$command needs more than $full" false
  fi
  check "... and leaves nothing partial" whole_files "$disk"
done
rm -rf "${disk:?}"/*

# -- a folder that cannot be written
if [ -n "$mounted" ] && mount -o remount,ro "$disk" 2>/dev/null; then
  for line in "simulate --cells 20 --genes 20" "generate --pilot all --cells 10" "plan --pilot all --goal see" \
    "evaluate --reference all --synthetic all --repeats 1" "study --reference all --sizes 24 --models bootstrap"; do
    # shellcheck disable=SC2086  # words
    run $line --output "$disk/out"
    check "read-only: ${line%% *} is refused before any work" eval '[ "$code" -eq 2 ] && one_line && grep -q "cannot be" err'
  done
  mount -o remount,rw "$disk"
else
  echo "skipped: a read-only file system (needs root)"
fi

# -- two processes, one output
"$program" generate --pilot all --cells 200000 --seed 1 --output twice >/dev/null 2>first_err &
first=$!
for _ in $(seq 100); do [ -d twice ] && break; sleep 0.02; done
run generate --pilot all --cells 10 --seed 2 --output twice --overwrite
check "two processes on one folder: the second says so" eval '[ "$code" -eq 2 ] && one_line && grep -q "another process" err'
wait $first
check "... and the first is done" [ $? -eq 0 ]
check "... with its own cells" eval '[ "$(gzip -dc twice/barcodes.tsv.gz | wc -l)" -eq 200000 ]'
long=(study --reference all --labels all/labels.tsv --sizes 24,48,96 --repeats 20 --models harmonium --threads 1)
"$program" "${long[@]}" --output both >/dev/null 2>&1 &
first=$!
for _ in $(seq 100); do [ -e both/timings.csv ] && break; sleep 0.02; done
run "${long[@]}" --output both
check "two processes on one study: the second says so" eval '[ "$code" -eq 2 ] && grep -q "another process" err'
kill -9 $first
wait $first 2>/dev/null
run "${design[@]}" --threads 2 --output after
check "a lock of a killed process holds nobody" [ "$code" -eq 0 ]

# -- parts that begin at once
for part in 1/3 2/3 3/3; do
  "$program" "${design[@]}" --shard $part --threads 1 --output parts >/dev/null 2>"part_${part%/*}" &
done
bad=0
for job in $(jobs -p); do wait "$job" || bad=1; done
cat part_1 part_2 part_3 >err
check "three parts that begin at once" [ $bad -eq 0 ]
run study --merge --output parts
check "... make the whole" same_results whole parts

# -- a clock that jumps: files of the future and of 1970 are files
find killed -exec touch -d '2099-01-01' {} +
find killed/fits -name '24-*' -exec touch -d '1970-01-02' {} +
rm killed/fits/48-*
run "${design[@]}" --threads 2 --output killed
check "times of files decide nothing" same_results whole killed
# The clock itself: another day for every second fit or so, forth and back, while the study runs.
if command -v faketime >/dev/null; then
  fake=$(find /usr/lib -name 'libfaketimeMT.so.1' | head -n 1)
  echo +0 >clock
  LD_PRELOAD=$fake FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=0 \
    "$program" "${design[@]}" --threads 2 --output jumped >out 2>err </dev/null &
  child=$!
  for day in +3d -30d +400d -9000d +0 -1d +9000d; do
    echo $day >clock
    jumps=$((${jumps:-0} + 1))
    sleep 0.05
    kill -0 $child 2>/dev/null || break
  done
  wait $child
  code=$?
  check "a study in which the clock jumped $jumps times, days and years" [ "$code" -eq 0 ]
  check "... has the same results" same_results whole jumped
  check "... and leaves nothing partial" whole_files jumped
else
  echo "skipped: a clock that jumps while the program runs (needs faketime)"
fi

echo "full disk: $full"
echo "load: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
