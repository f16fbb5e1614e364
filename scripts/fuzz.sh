#!/usr/bin/env bash
# scripts/fuzz.sh [SECONDS] [TARGET ...]: fuzzes each target (stream, model, runtime) for SECONDS (3600), going on from
# what earlier runs found, and reports executions, inputs and line coverage. New inputs and failures stay in
# build/asan/tests/fuzz/TARGET. SECONDS 0: the report alone. Exit code 1: there was a failure.
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

seconds=${1:-3600}
targets=("${@:2}")
[[ ${#targets[@]} -gt 0 ]] || targets=(stream model runtime)
# What each target is meant to reach.
declare -A covered=([stream]=driver/src [model]='compiler/frontend compiler/passes' [runtime]='driver/src driver/include')
for target in "${targets[@]}"; do [[ -v covered[${target}] ]] || die "there is no target '${target}'"; done
[[ ${seconds} =~ ^[0-9]+$ ]] || die "'${seconds}' is no number of seconds"

configure_coverage() {
  # The same targets without sanitizers, which only run what was found.
  # shellcheck disable=SC2317 # step calls it
  cmake -S . -B build/fuzz-coverage -G Ninja -DCMAKE_BUILD_TYPE=Debug -DAUKLET_FUZZ=ON -DAUKLET_VERILATOR=OFF \
    -DAUKLET_FIRMWARE=OFF -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_CXX_FLAGS='-fprofile-instr-generate -fcoverage-mapping -O1'
}

# coverage TARGET WORK: lines that the inputs reach, by folder.
coverage() {
  local target=$1 work=$2 program=build/fuzz-coverage/bin/fuzz_$1
  LLVM_PROFILE_FILE=${work}/profile quietly "${work}/coverage.log" \
    "${program}" -runs=0 "${work}/new" "tests/fuzz/corpus/${target}"
  llvm-profdata-19 merge -o "${work}/profile.data" "${work}/profile"
  local folder
  for folder in ${covered[${target}]}; do
    llvm-cov-19 report "${program}" -instr-profile "${work}/profile.data" "${folder}" 2>/dev/null |
      awk -v folder="${folder}" '/^TOTAL/ { print "  " folder ": " $10 " of " $8 " lines" }'
  done
}

# fuzz TARGET: false when it failed.
fuzz() {
  local target=$1 work=build/asan/tests/fuzz/$1 good=true
  mkdir -p "${work}/new"
  if [[ ${seconds} -gt 0 ]]; then
    AUKLET_FUZZ_SECONDS=${seconds} ctest --preset fuzz -R "^fuzz\\.${target}\$" -V >"${work}/run.log" 2>&1 || good=false
  fi
  printf '%s: %s executions in the last run, %s inputs\n' "${target}" \
    "$(sed -n 's/.*number_of_executed_units: *//p' "${work}/run.log" 2>/dev/null | tail -n 1)" \
    "$(find "${work}/new" -type f | wc -l)"
  coverage "${target}" "${work}"
  ${good} || printf '%s failed: see %s/run.log and %s/failures\n' "${target}" "${work}" "${work}" >&2
  ${good}
}

step 'configure' quietly build/logs/configure-asan.log cmake --preset asan
step 'build' quietly build/logs/build-fuzz.log cmake --build --preset fuzz
step 'configure for coverage' quietly build/logs/configure-coverage.log configure_coverage
step 'build for coverage' quietly build/logs/build-coverage.log \
  cmake --build build/fuzz-coverage --target fuzz_targets
failed=0
for target in "${targets[@]}"; do
  say "${target}, ${seconds} s"
  fuzz "${target}" || failed=1
done
exit "${failed}"
