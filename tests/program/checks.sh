# What the tests of the program share; sourced with PROGRAM as $1. Leaves the shell in an empty folder,
# which goes with it.
program=$(realpath "${1:?usage: bash $0 PROGRAM}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

passed=0 failed=0
# check NAME COMMAND...: the command must succeed
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok      $name"
    passed=$((passed + 1))
  else
    echo "FAILED  $name"
    [ ! -s err ] || sed 's/^/        stderr: /' err | tail -n 3
    failed=$((failed + 1))
  fi
}

# run ARGUMENT...: exit code in $code, output in files out and err
run() {
  timeout 60 "$program" "$@" >out 2>err </dev/null
  code=$?
}

# text FILE: its text, gzip or not
text() { gzip -cdf "$1"; }

# made ARGUMENT...: the program succeeds
made() { run "$@" && [ "$code" -eq 0 ]; }

# refuses PATTERN ARGUMENT...: one line on stderr that holds PATTERN, exit code 2, no output `no`
refused_whole() {
  local pattern=$1
  shift
  run "$@"
  [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE -- "$pattern" err && [ ! -e no ]
}
refuses_whole() { check "refused: $*" refused_whole "$@"; }
