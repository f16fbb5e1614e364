#!/usr/bin/env bash
# Proves properties of the RTL by induction, and that each of them finds a seeded bug (docs/formal.md).
#
#   scripts/formal.sh                everything
#   scripts/formal.sh [--no-bugs] [--keep FOLDER] [PROOF...]
#
# One line a proof; exit code 1 when one of them fails.
source "$(dirname "$0")/common.sh"

exec python3 tests/formal/run.py "$@"
