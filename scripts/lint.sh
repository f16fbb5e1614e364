#!/usr/bin/env bash
# Static checks of RTL, scripts and C++.
#
#   scripts/lint.sh          everything
#   scripts/lint.sh PART...  the named parts: rtl, scripts, cpp
#
# clang-tidy remembers which files were clean (build/asan/tidy) and looks again only at what changed. TIDY_SECONDS bounds
# it (default 2400): when the time is up, the files that are left are named and the check fails. TIDY_FOLDERS are those it
# looks at (default: all but the tests); clang's own warnings, clang-format and the sanitizers cover everything.
# TIDY_SINCE=REVISION lets it look only at files that differ from that commit, TIDY_MOST=N at no more than N files: each commit
# has its own choice.
source "$(dirname "$0")/common.sh"

tidy_seconds=${TIDY_SECONDS:-2400}
tidy_folders=${TIDY_FOLDERS:-bench compiler driver kernels sim}
tidy_since=${TIDY_SINCE:-}
tidy_most=${TIDY_MOST:-}

# The parameters of every named configuration, a line each: name and -G arguments of Verilator.
configurations() {
  python3 - <<'PYTHON'
import yaml
spec = yaml.safe_load(open("spec/auklet.yaml", encoding="utf-8"))
for name, c in spec["configurations"].items():
    print(name, *(f"-G{key.upper()}={c[key]}" for key in ("macs", "sram_kib", "axi_data_bits")))
PYTHON
}

rtl_files() { sed -e 's://.*::' -e '/^\s*$/d' rtl/files.f; }

lint_verilator() {
  local name parameters
  while read -r name parameters; do
    printf '%s ' "${name}"
    # shellcheck disable=SC2086 # parameters are several words
    verilator --lint-only -Wall --top-module auklet_npu ${parameters} rtl/lint/waivers.vlt -f rtl/files.f
  done < <(configurations)
  printf 'without LAYER_CAUSES '
  verilator --lint-only -Wall --top-module auklet_npu -GLAYER_CAUSES=0 rtl/lint/waivers.vlt -f rtl/files.f
  printf 'with SRAM_ECC '
  verilator --lint-only -Wall --top-module auklet_npu "-GSRAM_ECC=1'b1" rtl/lint/waivers.vlt -f rtl/files.f
  printf 'clean\n'
}

lint_yosys() {
  local ecc
  for ecc in 0 1; do
    quietly build/logs/yosys.log \
      yosys -q -p "read_verilog -sv $(rtl_files | tr '\n' ' '); hierarchy -check -top auklet_npu -chparam SRAM_ECC ${ecc}"
  done
}

# Own C and C++ files that match the patterns, generated ones left out.
cpp_files() { git ls-files --cached --others --exclude-standard -- "$@" | grep -v '/gen/' || true; }

lint_format() {
  local files
  mapfile -t files < <(cpp_files '*.cpp' '*.hpp' '*.c' '*.h')
  clang-format-19 --dry-run --Werror "${files[@]}"
}

# tidy_one FILE STAMP: checks a file and leaves the stamp when it is clean.
tidy_one() {
  local log
  if log=$(clang-tidy-19 -p build/asan --quiet "$1" 2>/dev/null); then
    touch "$2"
  else
    printf '%s\n' "${log}"
    return 1
  fi
}
export -f tidy_one

# The files that clang-tidy looks at.
tidy_files() {
  cpp_files '*.cpp' | grep -E "^(${tidy_folders// /|})/" | if git rev-parse --quiet --verify "${tidy_since}" >/dev/null; then
    grep -xF "$(git diff --name-only "${tidy_since}")" || true
  else
    cat
  fi
}

# choose_by_commit COUNT: COUNT of the lines that it reads, for another commit others.
choose_by_commit() {
  local line salt
  salt=$(git rev-parse HEAD)
  while read -r line; do
    printf '%s %s\n' "$(printf '%s %s' "${salt}" "${line}" | sha256sum | cut -c1-16)" "${line}"
  done | sort | head -n "$1" | cut -d ' ' -f 2-
}

lint_tidy() {
  quietly build/logs/configure-asan.log cmake --preset asan
  # Building finds what clang warns of and writes the generated headers that clang-tidy needs.
  quietly build/logs/build-asan.log cmake --build --preset asan
  mkdir -p build/asan/tidy

  local file stamp headers left
  headers=$( (cpp_files '*.hpp' '*.h' '*.def' && git ls-files '*.clang-tidy') | xargs sha256sum)
  local todo=()
  while read -r file; do
    grep -qF "/${file}\"" build/asan/compile_commands.json || continue # Not part of this build (verilated).
    stamp=build/asan/tidy/$( (printf '%s' "${headers}" && sha256sum "${file}") | sha256sum | cut -c1-32)
    [[ -f ${stamp} ]] || todo+=("${file}" "${stamp}")
  done < <(tidy_files)

  printf 'clang-tidy: %d files to check\n' $((${#todo[@]} / 2))
  if [[ -n ${tidy_most} && ${#todo[@]} -gt $((2 * tidy_most)) ]]; then
    printf 'of which %d are looked at (TIDY_MOST)\n' "${tidy_most}"
    mapfile -t todo < <(printf '%s %s\n' "${todo[@]}" | choose_by_commit "${tidy_most}" | tr ' ' '\n')
  fi
  [[ ${#todo[@]} -gt 0 ]] || return 0
  # shellcheck disable=SC2016,SC2154 # the inner shell expands them; common.sh sets jobs
  printf '%s\n' "${todo[@]}" |
    timeout "${tidy_seconds}" xargs -n 2 -P "${jobs}" bash -c 'tidy_one "$0" "$1"' && return 0
  left=0
  for ((i = 0; i < ${#todo[@]}; i += 2)); do
    [[ -f ${todo[i + 1]} ]] || { printf 'not clean or not reached: %s\n' "${todo[i]}" && left=$((left + 1)); }
  done
  printf 'clang-tidy: %d files left\n' "${left}"
  return 1
}

lint_rtl() {
  step 'RTL: verilator --lint-only -Wall' lint_verilator
  step 'RTL: yosys reads it' lint_yosys
}
lint_scripts() {
  step 'Scripts: shellcheck' shellcheck --exclude=SC1091 scripts/*.sh .ci/run
  step 'Generated files are current' python3 scripts/gen_spec.py --check
  step 'Error tables are current' python3 scripts/gen_errors.py --check
  step 'Folders include only what they may' python3 scripts/check_includes.py
}
lint_cpp() {
  step 'C++: clang-format' lint_format
  step 'C++: clang warnings and clang-tidy' lint_tidy
}

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(rtl scripts cpp)
for part in "${parts[@]}"; do
  case "${part}" in
    rtl | scripts | cpp) "lint_${part}" ;;
    *) die "unknown part '${part}'; known are rtl, scripts and cpp." ;;
  esac
done
