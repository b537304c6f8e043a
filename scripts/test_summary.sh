#!/usr/bin/env bash
# Says aloud what failed and what was skipped in a ctest log, then: N passed, N failed, N skipped.
set -euo pipefail
log="$1"
count() { grep -cE "$1" "$log" || true; }
passed=$(count '^ *[0-9]+/[0-9]+ Test .* Passed ')
skipped=$(count '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped')
failed=$(count '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Exception|Timeout|Not Run)')
if [ "$failed" -ne 0 ]; then cat "$log"; fi
grep -E '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$log" | sed -E 's/^ *[0-9]+\/[0-9]+ Test *#[0-9]+: */skipped: /; s/ \.*\*\*\*.*//' || true
echo "$passed passed, $failed failed, $skipped skipped"
