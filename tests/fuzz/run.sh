#!/usr/bin/env bash
# Fuzzes one reader for MAYFLY_FUZZ_SECONDS (10): run.sh READER FUZZER MAKE_SEEDS. An input that it fails on stays in
# FUZZER-failures/.
set -euo pipefail
reader="$1" fuzzer="$2" make_seeds="$3"

# In memory where that can be had: on a disk a truncated file is flushed when it is closed, a hundred times slower.
TMPDIR="$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)"
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
"$make_seeds" "$TMPDIR/seeds"
mkdir -p "$TMPDIR/found" "$fuzzer-failures"
# A megabyte would be no better at finding defects than a few thousand bytes. Memory: 1 GiB, of which images may ask for
# a quarter by their header.
"$fuzzer" -max_total_time="${MAYFLY_FUZZ_SECONDS:-10}" -max_len=8192 -timeout=120 -report_slow_units=120 -rss_limit_mb=1024 \
  -print_final_stats=1 -verbosity=1 -artifact_prefix="$fuzzer-failures/" "$TMPDIR/found" "$TMPDIR/seeds/$reader" \
  2>&1 | tee "$TMPDIR/log" | tail -n 40
echo "$reader: edges and features covered, corpus: $(grep -o 'cov: .*' "$TMPDIR/log" | tail -n 1)"
rmdir "$fuzzer-failures"
