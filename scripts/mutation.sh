#!/usr/bin/env bash
# Mutation tests of the RTL and of the driver (docs/mutation.md).
#
#   scripts/mutation.sh                       both
#   scripts/mutation.sh rtl|cpp [OPTION...]   one of them; options as of tests/mutation/run_mutants.py, for instance
#                                             --group requant, --module auklet_load, --every 10, --number 17
#
# Builds in build/mutation; what happened to each mutant is in build/mutation/rtl.json and cpp.json. Exit code 1 when fewer
# than 90 % of a group's mutants are killed, not counting equivalent ones.
source "$(dirname "$0")/common.sh"

tool=tests/mutation
out=${PWD}/build/mutation

# tests_of CAMPAIGN: its programs, each once.
tests_of() { sed -n 's/^.*{test: \([a-z0-9_]*\).*$/\1/p' "$1" | sort -u; }

# run_mutants KIND BUILD OPTION...: runs the campaign on the programs of a build.
run_mutants() {
  local kind=$1 binaries=$2/bin
  shift 2
  # shellcheck disable=SC2154 # common.sh sets jobs
  python3 "${tool}/run_mutants.py" "${tool}/${kind}_campaign.yaml" "${out}/${kind}/mutants.json" "${binaries}" \
    --equivalent "${tool}/${kind}_equivalent.yaml" --results "${out}/${kind}.json" --jobs "${jobs}" --minimum 90 "$@"
}

mutate_rtl() {
  local tests
  mapfile -t tests < <(tests_of "${tool}/rtl_campaign.yaml")
  step 'RTL: mutants' python3 "${tool}/rtl_mutants.py" "${tool}/rtl_mutants.yaml" rtl "${out}/rtl"
  step 'RTL: configure' quietly build/logs/configure-mutation-rtl.log cmake --preset release -B "${out}/sim" \
    -DAUKLET_RTL_FILE_LIST="${out}/rtl/files.f" -DAUKLET_SIM_CONFIGURATIONS=npu256 -DAUKLET_FIRMWARE=OFF -DAUKLET_TRACE=OFF \
    "-DAUKLET_SIM_EXTRA_FLAGS=-include ${out}/rtl/mutant_number.hpp"
  step 'RTL: build' quietly build/logs/build-mutation-rtl.log cmake --build "${out}/sim" --target "${tests[@]}"
  step 'RTL: tests on mutants' run_mutants rtl "${out}/sim" "$@"
}

mutate_cpp() {
  local tests
  mapfile -t tests < <(tests_of "${tool}/cpp_campaign.yaml")
  step 'Driver: mutants' python3 "${tool}/cpp_mutants.py" "${tool}/cpp_mutants.yaml" . "${out}/cpp"
  # Mutants make conversions and comparisons that compilers warn of.
  step 'Driver: configure' quietly build/logs/configure-mutation-cpp.log cmake -G Ninja -S "${out}/cpp/tree" \
    -B "${out}/cpp/build" -DCMAKE_BUILD_TYPE=Release -DAUKLET_BUILD_TESTS=ON -DAUKLET_WERROR=OFF -DAUKLET_VERILATOR=OFF \
    -DAUKLET_FIRMWARE=OFF
  step 'Driver: build' quietly build/logs/build-mutation-cpp.log cmake --build "${out}/cpp/build" --target "${tests[@]}"
  step 'Driver: tests on mutants' run_mutants cpp "${out}/cpp/build" "$@"
}

kinds=(cpp rtl)
if [[ $# -gt 0 ]]; then
  [[ $1 == rtl || $1 == cpp ]] || die "unknown part '$1'; known are rtl and cpp."
  kinds=("$1")
  shift
fi
for kind in "${kinds[@]}"; do "mutate_${kind}" "$@"; done
