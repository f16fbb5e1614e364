#!/usr/bin/env bash
# From a bare Debian 12 to the shipped keyword network on the simulated RTL: installs what is missing, builds, runs, and says
# whether each output is bit-exact.
#
#   scripts/demo.sh             the command line, on every example input
#   scripts/demo.sh --firmware  firmware on a simulated RISC-V processor that drives the NPU by interrupts
source "$(dirname "$0")/common.sh"

auklet=build/release/bin/auklet
keyword=models/keyword

# configure: tests need more packages than the demonstration; scripts/test.sh turns them on.
configure() {
  if [[ ! -f build/release/build.ninja ]]; then
    step 'Configure' quietly build/logs/demo-configure.log cmake --preset release -DAUKLET_BUILD_TESTS=OFF
  fi
}

demo_command_line() {
  step 'Set up: packages' scripts/setup.sh --minimal
  configure
  step 'Build the command line with the RTL simulation (a few minutes the first time)' \
    cmake --build --preset release --target auklet
  step 'One input, layer by layer' "${auklet}" run "${keyword}/keyword.tflite" --input "${keyword}/inputs/yes_0.bin"
  step 'All inputs' python3 scripts/demo_keyword.py "${auklet}"
}

demo_firmware() {
  local image=build/release/firmware/rv32imac/keyword.elf
  step 'Set up: packages' scripts/setup.sh --firmware
  configure
  # A folder that was configured before the cross compiler came knows nothing of firmware.
  step 'Configure for firmware' quietly build/logs/demo-configure.log cmake --preset release -UAUKLET_rv32imac_COMPILER
  step 'Build firmware and the simulated system (a few minutes the first time)' \
    cmake --build --preset release --target firmware_rv32imac auklet-soc
  step 'Firmware, the NPU simulated from its RTL' run_image rtl "${image}"
  step 'The same image, the NPU a functional model' run_image model "${image}"
  step 'Both say the same, but for the cycles' diff <(results rtl) <(results model)
}

# run_image NPU IMAGE: what the firmware sends over the UART; kept for results().
run_image() {
  mkdir -p build/logs
  build/release/bin/auklet-soc "$2" --npu "$1" --report | tee "build/logs/demo-firmware-$1.txt"
}

results() { sed -e 's/[0-9]* NPU cycles.*//' "build/logs/demo-firmware-$1.txt"; }

case ${1:-} in
  '') demo_command_line ;;
  --firmware) demo_firmware ;;
  *) die "unknown argument '$1'; known is --firmware." ;;
esac
printf 'Done in %d s: bit-exact\n' "${SECONDS}"
