#!/usr/bin/env bash
# Installs what is missing, builds and runs all tests but the long ones (tests/long.sh). Last line: N passed, N failed,
# N skipped.
#   test.sh [PRESET [LABEL]]     release (default), debug, clang, asan-ubsan, gcc-asan-ubsan, tsan; LABEL: only its tests
set -euo pipefail
cd "$(dirname "$0")"
preset="${1:-release}"
which=(-LE long)
if [ $# -gt 1 ]; then which=(-L "$2"); fi

groups=(build data test)
case "$preset" in clang | asan-ubsan | tsan) groups+=(check) ;; esac
scripts/install.sh "${groups[@]}"
# Data that collaborators keep beside the checkout; tests that need them say so where they are missing.
for pair in MAYFLY_TEST_CIFAR100=data/cifar-100-binary MAYFLY_TEST_PUBLISHED=published; do
  folder="$PWD/../shared/${pair#*=}"
  if [ -d "$folder" ]; then export "${pair%%=*}=$folder"; fi
done

scripts/build.sh "$preset" all
results="$PWD/build/$preset/test_results.xml"
rm -f "$results"
status=0
# One more than there are cores: some tests only wait for other processes.
ctest --preset "$preset" "${which[@]}" -j "$(($(nproc) + 1))" --no-tests=error --output-junit "$results" --quiet || status=$?
scripts/test_summary.sh "$results"
exit "$status"
