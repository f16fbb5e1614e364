#!/usr/bin/env bash
# From a bare Debian 12 to the shipped keyword-spotting network on the simulated RTL: installs what is missing, builds
# the command line, runs every shipped input, and says whether each output is bit-exact with the CPU reference.
source "$(dirname "$0")/common.sh"

model=models/keyword/keyword.tflite
inputs=models/keyword/inputs

step 'Set up: packages' scripts/setup.sh --minimal
if [[ ! -f build/release/build.ninja ]]; then
  # Tests need more packages than the demonstration; scripts/test.sh turns them on.
  step 'Configure' quietly build/logs/demo-configure.log cmake --preset release -DAUKLET_BUILD_TESTS=OFF
fi
step 'Build the command line with the RTL simulation (a few minutes the first time)' \
  cmake --build --preset release --target auklet

shopt -s nullglob
files=("${inputs}"/*.npy "${inputs}"/*.bin)
[[ ${#files[@]} -gt 0 ]] || die "no inputs in ${inputs}."

exact=0
for file in "${files[@]}"; do
  say "${file}"
  output=$(build/release/bin/auklet run "${model}" --input "${file}" --backend rtl) ||
    die "auklet run failed on ${file}: ${output}"
  printf '%s\n' "${output}"
  if grep -q 'bit-exact' <<<"${output}"; then exact=$((exact + 1)); fi
done

say "${exact} of ${#files[@]} inputs bit-exact on the RTL, in ${SECONDS} s"
[[ ${exact} -eq ${#files[@]} ]] || die "verdict: mismatch"
printf 'verdict: bit-exact\n'
