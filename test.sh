#!/usr/bin/env bash
# Installs what is missing, builds and runs all tests. Last line: N passed, N failed, N skipped.
#   test.sh [PRESET]     release (default), debug, clang, asan-ubsan, tsan
set -euo pipefail
cd "$(dirname "$0")"
preset="${1:-release}"

scripts/install.sh build data test
# Data that collaborators keep beside the checkout; tests that need them say so where they are missing.
for pair in MAYFLY_TEST_CIFAR100=data/cifar-100-binary MAYFLY_TEST_PUBLISHED=published; do
  folder="$PWD/../shared/${pair#*=}"
  if [ -d "$folder" ]; then export "${pair%%=*}=$folder"; fi
done

cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
log="build/$preset/test.log"
status=0
ctest --preset "$preset" -LE long -j "$(nproc)" --no-tests=error >"$log" 2>&1 || status=$?
scripts/test_summary.sh "$log"
exit "$status"
