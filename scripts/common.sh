# Sourced by the other scripts: where the tree is, how many jobs to run, and what a step says.
# shellcheck shell=bash
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Set AUKLET_JOBS to use fewer or more processors than there are.
jobs=${AUKLET_JOBS:-$(nproc)}
export CTEST_PARALLEL_LEVEL=${jobs} CMAKE_BUILD_PARALLEL_LEVEL=${jobs}

say() { printf '\n== %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# step DESCRIPTION COMMAND...: runs the command and says how long it took; a failure ends the script with the step's name.
# (A trap, not `|| die`: on the left of `||` bash would ignore every failure inside a function but the last.)
running=''
trap '[[ -z ${running} ]] || printf "%s: failed: %s\n" "$(basename "$0")" "${running}" >&2' EXIT
step() {
  local what=$1 from=${SECONDS}
  shift
  say "${what}"
  running=${what}
  "$@"
  running=''
  printf -- '-- %s: %d s\n' "${what}" $((SECONDS - from))
}

# quietly LOG COMMAND...: keeps a command's output in LOG and shows its end only when the command fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "${log}")"
  if ! "$@" >"${log}" 2>&1; then
    tail -n 60 "${log}"
    printf '(all of it: %s)\n' "${log}"
    return 1
  fi
}
