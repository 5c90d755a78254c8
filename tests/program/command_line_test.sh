#!/usr/bin/env bash
# usage: bash tests/program/command_line_test.sh PROGRAM MANUAL
# What the program's command line says of itself: help that fits a screen, the manual page, completion
# in a shell, the option that was meant, and JSON for who scripts it.
set -uo pipefail
manual=$(realpath "$2")
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

run --help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' out)
check "--help names nine commands" [ "$(wc -w <<<"$commands")" -eq 9 ]

# --- Help

fits_a_screen() { [ "$code" -eq 0 ] && [ "$(wc -l <out)" -le 40 ] && [ "$(wc -L <out)" -le 100 ]; }
options() { sed -nE 's/^  (--[a-z0-9-]+).*/\1/p' out; }
# The text of an option begins two spaces or more after its name, or on the next line, and goes on below.
awk_text='function text_beside() { return match(substr($0, 3), /  +[^ ]/) > 0 }
          function text_below() { return substr($0, 1, 27) ~ /^ +$/ && substr($0, 28, 1) ~ /[^ ]/ }'
two_lines_each() {
  awk "$awk_text"' /^  --/ { lines = text_beside() } text_below() && ++lines > 2 { bad = 1 } END { exit bad }' out
}
every_option_told() {
  awk "$awk_text"' /^  --/ { if (names > told) exit 1; ++names; told += text_beside() }
                   text_below() && told < names { ++told } END { exit told < names || names == 0 }' out
}
for command in "" $commands; do
  run $command --help
  check "harmonium $command --help fits 40 lines of 100 columns" fits_a_screen
  check "harmonium $command --help: an option in one or two lines" two_lines_each
  options >usual
  more=$(sed -nE 's/^--help-all tells ([0-9]+) more options?\.$/\1/p' out)
  run $command --help-all
  check "harmonium $command --help-all: no line of more than 100 columns" [ "$(wc -L <out)" -le 100 ]
  options >all
  check "harmonium $command --help-all has the usual options" [ -z "$(grep -vxFf all usual)" ]
  check "harmonium $command --help counts what it leaves out" \
    [ "$(wc -l <usual)" -eq "$(($(wc -l <all) - ${more:-0}))" ]
  case $command in
    "" | info | completion | manual) ;;
    *) check "harmonium $command --help-all tells every option" every_option_told ;;
  esac
done
run generate --help
check "generate --help keeps --burn-in for --help-all" eval '! grep -q -- --burn-in out'
run generate --help-all
check "generate --help-all explains the presets" grep -q "learning rate 1e-11" out

# --- The manual page

run manual
check "harmonium.1 is what the program makes (harmonium manual > examples/harmonium/harmonium.1)" cmp out "$manual"
if command -v groff >/dev/null; then
  check "the manual page has no error" [ -z "$(groff -man -Tutf8 -ww -z out 2>&1)" ]
fi

# --- Completion, as bash asks for it

run completion bash
check "completion bash" [ "$code" -eq 0 ]
cp out completion.bash
# completes WORD... : what is offered for the last word, in one line
completes() {
  bash -c 'source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _harmonium; echo "${COMPREPLY[*]}"' \
    bash harmonium "$@"
}
offers() {
  local wanted=$1
  shift
  [ "$(completes "$@")" = "$wanted" ]
}
check "bash completes commands" offers "evaluate" ev
check "bash offers every command" offers "$(echo $commands) --help --version" ""
check "bash completes options" offers "--model-file --model" generate --model
check "bash completes choices" offers "vae-posterior vae-prior" generate --model vae
check "bash completes choices after =" offers "scdbm" generate --model = sc
check "bash offers choices after =" offers "auto 0 1" generate --prior-weight =
touch "my cells.h5ad"
check "bash completes files" offers "my cells.h5ad" evaluate --reference my
check "bash completes the file of info" offers "my cells.h5ad" info m
check "bash offers nothing for a number" offers "" generate --cells ""
check "bash completes shells" offers "bash" completion b
check "bash knows the command after options" offers "--separate" plan --pilot p --output q --sep
for command in $commands; do
  run $command --help-all
  for option in $(options); do
    check "bash completes $command $option" eval '[[ " $(completes $command $option) " == *" $option "* ]]'
  done
done
for shell in zsh fish; do
  run completion $shell
  check "completion $shell" [ "$code" -eq 0 ]
  cp out completion.$shell
  for word in generate save-model vae-posterior; do
    check "completion $shell knows $word" grep -q -- "$word" completion.$shell
  done
  if command -v $shell >/dev/null; then check "$shell reads it" $shell -n completion.$shell; fi
done
run completion tcsh
check "completion tcsh" eval '[ "$code" -eq 2 ] && grep -q tcsh err'

# --- The option meant

# says PATTERN ARGUMENT...: one line on standard error, exit code 2
says() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err
}
meant() { check "did you mean: ${*:2}" says "did you mean $1\?" "${@:2}"; }
meant --cells generate --pilot p --output q --cels 30
meant --cells-of generate --pilot p --output q --cells-off=3
meant --output generate --pilot p --ouptut q
meant --overwrite generate --pilot p --output q --over
meant --model generate --pilot p --output q --modle=harmonium
meant generate genrate
meant harmonium generate --pilot p --output q --model harmonum
meant --label-transfer evaluate --label-transfr pca
check "no guess where nothing is near" says "unknown option '--zzzz' \(--help" generate --pilot p --output q --zzzz
check "no guess for a command" says "got 'grow' \(--help" grow

# --- JSON

# json EXPRESSION: true of the object `o` that standard output is; the files it names are there
json() {
  [ "$code" -eq 0 ] && python3 -c '
import json, os, sys
o = json.load(open("out"))
assert all(os.path.exists(f) for f in o.get("files", []))
sys.exit(not eval(sys.argv[1]))' "$1"
}
if command -v python3 >/dev/null; then
  run simulate --cells 120 --genes 60 --seed 3 --output pilot --json
  check "simulate --json" json 'o["cells"] == 120 and o["genes"] == 60 and sum(o["cells_of_type"].values()) == 120 and len(o["files"]) == 6'
  run generate --pilot pilot --output made --cells 50 --save-model made.harmonium --json
  check "generate --json" json 'o["command"] == "generate" and o["synthetic"]["cells"] == 50 and o["pilot"]["cells"] == 120 and "made.harmonium" in o["files"] and o["model"] == "harmonium" and o["means_off"]["genes"] > 0'
  check "generate --json names all files it wrote" json \
    'sorted(f for f in o["files"] if f.startswith("made/")) == sorted("made/" + f for f in os.listdir("made"))'
  run generate --model-file made.harmonium --output again --json
  check "generate --model-file --json" json 'o["model_file"] == "made.harmonium" and o["synthetic"]["cells"] == 120'
  run fit --pilot pilot --output fitted.harmonium --json
  check "fit --json" json 'o["cells"] == 120 and o["files"] == ["fitted.harmonium"] and o["seconds"] > 0'
  run info fitted.harmonium --json
  check "info --json" json 'o["kind"].startswith("harmonium") and len(o["genes"]) + len(o["genes_without_counts"]) == 60 and o["options"]["seed"] == 1'
  run evaluate --reference pilot --labels pilot/labels.tsv --synthetic made --output judged --repeats 1 --json
  check "evaluate --json" json 'len(o["verdicts"]) > 5 and len(o["files"]) == 4 and o["figures"]["synthetic"]'
  run plan --pilot pilot --labels pilot/labels.tsv --sizes 60,120 --repeats 1 --models cluster-nb --output plan --json
  check "plan --json" json 'o["answer"] and len(o["files"]) == 8 and o["designs"]'
  run study --reference pilot --labels pilot/labels.tsv --sizes 40 --repeats 1 --models bootstrap --output study --json
  check "study --json" json 'o["fits"] == 1 and o["answer"] and not o["failures"] and len(o["files"]) == 7'
  run evaluate --reference pilot --synthetic nowhere --output no --json
  check "an error is a line on standard error with --json, too" eval '[ "$code" -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ]'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
