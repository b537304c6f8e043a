#!/usr/bin/env bash
# Configures a preset where that is needed and builds targets: build.sh PRESET TARGET...
# The target `mayfly` alone needs neither tests nor benchmarks, nor their packages.
set -euo pipefail
cd "$(dirname "$0")/.."
preset="$1"
shift

extras=ON
if [ "$*" = mayfly ]; then extras=OFF; fi
cache="build/$preset/CMakeCache.txt"
# A folder that was configured with tests builds the program just as well.
if [ ! -e "$cache" ] || { [ "$extras" = ON ] && grep -q '^MAYFLY_TESTS:BOOL=OFF' "$cache"; }; then
  cmake --preset "$preset" -DMAYFLY_TESTS="$extras" -DMAYFLY_BENCH="$extras" >/dev/null
fi
cmake --build --preset "$preset" --target "$@"
