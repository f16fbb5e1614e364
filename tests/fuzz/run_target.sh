#!/bin/sh
# run_target.sh TARGET CORPUS WORK [OPTION ...]: a libFuzzer target on its saved corpus, then AUKLET_FUZZ_SECONDS (60)
# of new inputs. These, and what failed, are kept in WORK. 0 seconds: the saved corpus alone.
# With AUKLET_FUZZ_SEED the new inputs are the same each time, as far as the seconds reach.
set -eu
target=$1 corpus=$2 work=$3
shift 3
seconds=${AUKLET_FUZZ_SECONDS:-60}
mkdir -p "$work/new" "$work/failures"
# What hangs, or takes more memory than a small host has, is a failure.
ASAN_OPTIONS="quarantine_size_mb=16:allocator_may_return_null=1:${ASAN_OPTIONS:-}"
UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
export ASAN_OPTIONS UBSAN_OPTIONS
"$target" -runs=0 -rss_limit_mb=512 -timeout=60 -artifact_prefix="$work/failures/" "$@" "$corpus"
[ "$seconds" -gt 0 ] || exit 0
exec "$target" -max_total_time="$seconds" ${AUKLET_FUZZ_SEED:+-seed="$AUKLET_FUZZ_SEED"} -rss_limit_mb=512 -timeout=60 -print_final_stats=1 \
  -artifact_prefix="$work/failures/" "$@" "$work/new" "$corpus"
