#!/usr/bin/env bash
# From a bare Debian 12 to the shipped keyword network on the simulated RTL: installs what is missing, builds the command
# line, runs every example input, and says whether each output is bit-exact.
source "$(dirname "$0")/common.sh"

auklet=build/release/bin/auklet
keyword=models/keyword

step 'Set up: packages' scripts/setup.sh --minimal
if [[ ! -f build/release/build.ninja ]]; then
  # Tests need more packages than the demonstration; scripts/test.sh turns them on.
  step 'Configure' quietly build/logs/demo-configure.log cmake --preset release -DAUKLET_BUILD_TESTS=OFF
fi
step 'Build the command line with the RTL simulation (a few minutes the first time)' \
  cmake --build --preset release --target auklet
step 'One input, layer by layer' "${auklet}" run "${keyword}/keyword.tflite" --input "${keyword}/inputs/yes_0.bin"
step 'All inputs' python3 scripts/demo_keyword.py "${auklet}"
printf 'Done in %d s: bit-exact\n' "${SECONDS}"
