#!/usr/bin/env bash
# Installs what Auklet needs from Debian's own packages.
#
#   scripts/setup.sh            everything: build, tests, lint
#   scripts/setup.sh --minimal  what scripts/demo.sh needs
#   scripts/setup.sh --firmware what scripts/demo.sh --firmware needs
#   scripts/setup.sh --check    installs nothing; prints what is missing and exits 1 if anything is
#
# Does nothing, quickly, when all of it is there.
set -euo pipefail

# Build and run: RTL simulation, compiler, command line. clang makes the simulation several times faster than g++.
minimal=(
  ca-certificates ccache clang-19 cmake flatbuffers-compiler g++ git libcli11-dev libexpected-dev libflatbuffers-dev
  libfmt-dev make ninja-build nlohmann-json3-dev python3 python3-jinja2 python3-yaml verilator zlib1g-dev
)
# Firmware for RISC-V.
firmware=(gcc-riscv64-unknown-elf libstdc++-arm-none-eabi-dev picolibc-riscv64-unknown-elf)
# Tests (Chromium looks at the page of `auklet report`), sanitizers, lint, benchmarks, the SystemC component, firmware for
# Arm.
full=(
  chromium clang-format-19 clang-tidy-19 cvc5 gcc-arm-none-eabi libbenchmark-dev libclang-rt-19-dev libgmock-dev libgtest-dev
  libhwy-dev libnewlib-arm-none-eabi libsystemc-dev libunicorn-dev pkgconf python3-numpy shellcheck yosys z3
)

say() { printf 'setup: %s\n' "$*"; }
die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

check=false
packages=("${minimal[@]}" "${firmware[@]}" "${full[@]}")
for argument in "$@"; do
  case "${argument}" in
    --check) check=true ;;
    --minimal) packages=("${minimal[@]}") ;;
    --firmware) packages=("${minimal[@]}" "${firmware[@]}") ;;
    *) die "unknown argument '${argument}'; known are --check, --minimal and --firmware." ;;
  esac
done

command -v dpkg-query >/dev/null || die "this is no Debian; install the equivalents of: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "${package}" 2>/dev/null || true)
  [[ ${status} == installed ]] || missing+=("${package}")
done

if [[ ${#missing[@]} -eq 0 ]]; then
  say "all ${#packages[@]} packages are installed."
  exit 0
fi
if ${check}; then
  say "missing: ${missing[*]}"
  exit 1
fi

as_root=()
if [[ ${EUID} -ne 0 ]]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    die "packages are missing and this user may not install any; run as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
fi

say "installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "${log}"' EXIT
# apt_get ARGUMENT...: says nothing unless it fails.
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet "$@" >"${log}" 2>&1 ||
    { tail -n 20 "${log}" >&2 && return 1; }
}
apt_get update || die "apt-get update failed; is the network there?"
apt_get install --yes --no-install-recommends "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
say "done."
