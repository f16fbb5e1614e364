#!/usr/bin/env bash
# Coverage of the tests.
#
#   scripts/coverage.sh          both parts
#   scripts/coverage.sh PART...  cpp: lines and branches of the C++; rtl: lines, toggles and cover properties of the RTL
#
# HTML in build/coverage/cpp and build/coverage/rtl, a table on the terminal. Exit code 1: a test failed, or less is
# reached than docs/coverage.md asks for.
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(rtl cpp)
for part in "${parts[@]}"; do
  [[ ${part} == cpp || ${part} == rtl ]] || die "unknown part '${part}'; known are cpp and rtl."
done

build=build/coverage
profiles=${PWD}/${build}/cpp/profiles
failed=0

# The tests on the RTL, for both parts: the C++ of the simulation runs in no others. One that fails is named, and fails the
# script in the end; what all of them reached is reported nevertheless. Two dozen random cases reach what hundreds do.
# shellcheck disable=SC2154,SC2317 # common.sh sets jobs; step calls it
run_cosim() {
  AUKLET_CASES=${AUKLET_CASES:-24} LLVM_PROFILE_FILE=${profiles}/%m.profraw \
    python3 scripts/rtl_coverage.py run "${build}" "${build}/rtl/counters" --jobs "${jobs}" || failed=1
}

# Counting toggles is far slower than counting lines: the tests of single commands, fewer random ones.
# shellcheck disable=SC2317 # step calls it
run_toggles() {
  AUKLET_CASES=12 python3 scripts/rtl_coverage.py run build/coverage-toggles "${build}/rtl/toggles" --jobs "${jobs}" || failed=1
}

# shellcheck disable=SC2317 # step calls it
run_cpp() {
  LLVM_PROFILE_FILE=${profiles}/%m.profraw quietly "${build}/cpp/ctest.log" ctest --preset coverage || failed=1
}

# Nothing that runs during the build is to be counted.
export LLVM_PROFILE_FILE=/dev/null
step 'Configure' quietly build/logs/configure-coverage.log cmake --preset coverage
step 'Build' quietly build/logs/build-coverage.log cmake --build --preset coverage
rm -rf "${profiles}" && mkdir -p "${profiles}"
step 'Tests on the RTL' run_cosim
if [[ ${parts[*]} == *rtl* ]]; then
  step 'Configure for toggles' quietly build/logs/configure-coverage-toggles.log cmake --preset coverage-toggles
  step 'Build for toggles' quietly build/logs/build-coverage-toggles.log cmake --build --preset coverage-toggles
  step 'Tests on the RTL, toggles counted' run_toggles
fi
for part in "${parts[@]}"; do
  if [[ ${part} == rtl ]]; then
    say 'RTL'
    python3 scripts/rtl_coverage.py report "${build}/rtl/counters" "${build}/rtl/toggles" --html "${build}/rtl" ||
      failed=1
  else
    step 'Other tests' run_cpp
    say 'C++'
    python3 scripts/cpp_coverage.py "${build}" "${profiles}" --html "${build}/cpp" || failed=1
  fi
done
exit "${failed}"
