#!/usr/bin/env bash
# Configures a preset where that is needed and builds targets: build.sh PRESET TARGET...
# The target `mayfly` alone needs neither tests nor benchmarks, nor their packages.
set -euo pipefail
cd "$(dirname "$0")/.."
preset="$1"
shift

extras=ON
if [ "$*" = mayfly ]; then extras=OFF; fi
bench=$extras
case "$preset" in *san) bench=OFF ;; esac # under sanitizers no speed says anything
folder="build/$preset"
# A folder that was configured with tests builds the program just as well. One whose first try failed has no build.ninja.
if [ ! -e "$folder/build.ninja" ] || { [ "$extras" = ON ] && grep -q '^MAYFLY_TESTS:BOOL=OFF' "$folder/CMakeCache.txt"; }; then
  cmake --preset "$preset" -DMAYFLY_TESTS="$extras" -DMAYFLY_BENCH="$bench" | sed -n '/^-- CUDA: /p'
fi
cmake --build --preset "$preset" --target "$@"
