#!/usr/bin/env bash
# Everything that must hold before a change is merged: release build and tests, the README's output, the RTL's assertions, the
# sanitizers' builds and tests, lint. clang-tidy sees at most twenty files of the last ten commits (all of them:
# scripts/lint.sh cpp): fifty-six took eight minutes.
# Ends with what ctest said about the release build.
source "$(dirname "$0")/common.sh"

# run_tests PRESET: runs the preset's tests and keeps what ctest said for the summary.
run_tests() {
  local preset=$1
  mkdir -p build/logs
  ctest --preset "${preset}" 2>&1 | tee "build/logs/ctest-${preset}.log"
}

step 'Set up: packages' scripts/setup.sh
step 'Configure release' quietly build/logs/configure-release.log cmake --preset release
step 'Build release' cmake --build --preset release
step 'Test release' run_tests release
step 'README shows what is printed' python3 scripts/update_readme.py --check
step 'Configure assertions' quietly build/logs/configure-assertions.log cmake --preset assertions
step 'Build assertions' cmake --build --preset assertions
step 'Test assertions' run_tests assertions
step 'Configure asan' quietly build/logs/configure-asan.log cmake --preset asan
step 'Build asan' cmake --build --preset asan
step 'Test asan' run_tests asan
step 'Configure tsan' quietly build/logs/configure-tsan.log cmake --preset tsan
step 'Build tsan' cmake --build --preset tsan
step 'Test tsan' run_tests tsan
TIDY_SINCE=${TIDY_SINCE:-HEAD~10} TIDY_MOST=${TIDY_MOST:-20} step 'Lint' scripts/lint.sh

say "All passed in ${SECONDS} s"
for preset in tsan assertions asan release; do
  printf '\npreset %s:\n' "${preset}"
  # Without what GoogleTest adds to the name of a test with a parameter.
  sed -n -e 's/  # GetParam() = .* (\([A-Za-z ]*\))$/ (\1)/' -e '/ tests passed, /,$p' "build/logs/ctest-${preset}.log"
done
