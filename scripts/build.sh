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
# build/cuda keeps the toolkit, the GPUs and the cuDNN that it was configured with: refused where others are asked for now.
of_cache() { sed -n "s/^$1:[A-Z]*=//p" "$folder/CMakeCache.txt"; }
require_same() { # WHAT ASKED_FOR CONFIGURED
  if [ "$2" = "$3" ]; then return; fi
  echo "$folder was configured with $1=$3, and now $2 is asked for: rm -rf $folder, or build in a folder of its own (docs/cuda.md)" >&2
  exit 2
}
check_cuda_choice() {
  local nvcc
  nvcc="$(of_cache CMAKE_CUDA_COMPILER)"
  if [ -z "$nvcc" ]; then return; fi
  if [ -n "${CUDAARCHS:-}" ]; then require_same CUDAARCHS "$CUDAARCHS" "$(of_cache CMAKE_CUDA_ARCHITECTURES)"; fi
  if [ -n "${CUDNN_PATH:-}" ]; then require_same CUDNN_PATH "$CUDNN_PATH" "$(of_cache MAYFLY_CUDNN_PATH)"; fi
  local asked_for="${CUDACXX:-$(command -v nvcc || echo "$nvcc")}"
  require_same nvcc "$(readlink -f "$asked_for")" "$(readlink -f "$nvcc")"
  echo "-- CUDA: $nvcc for $(of_cache CMAKE_CUDA_ARCHITECTURES), as configured before"
}
if [ "$preset" = cuda ] && [ -e "$folder/build.ninja" ]; then check_cuda_choice; fi

# A folder that was configured with tests builds the program just as well. One whose first try failed has no build.ninja.
if [ ! -e "$folder/build.ninja" ] || { [ "$extras" = ON ] && grep -q '^MAYFLY_TESTS:BOOL=OFF' "$folder/CMakeCache.txt"; }; then
  cmake --preset "$preset" -DMAYFLY_TESTS="$extras" -DMAYFLY_BENCH="$bench" | sed -n '/^-- CUDA: /p'
fi
cmake --build --preset "$preset" --target "$@"
