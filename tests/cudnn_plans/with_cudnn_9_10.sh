#!/usr/bin/env bash
# The same questions to cuDNN 9.10.2, the last with kernels for V100: with_cudnn_9_10.sh BUILD_FOLDER [GTEST_FILTER]
# Fetches its wheel and that of the cuBLAS it opens (1.3 GB, once) into BUILD_FOLDER/cudnn-9.10.2. Where they cannot be
# fetched it says so and ends with 0: SKIPPED.
set -euo pipefail
build="$(cd "${1:?the build folder}" && pwd)"
filter="${2:-*}"
program="$build/tests/cudnn_plans/cudnn_plans_test"
if "$program" --gtest_list_tests | grep -q NeedCudnn; then
  echo "SKIPPED: plans of cuDNN 9.10.2 for V100 were not asked for: this build has no cuDNN" >&2
  exit 0
fi
folder="$build/cudnn-9.10.2"
wheels=(nvidia-cudnn-cu12==9.10.2.21 nvidia-cublas-cu12==12.9.1.4)

if [ ! -e "$folder/complete" ]; then
  rm -rf "$folder"
  mkdir -p "$folder"
  if ! python3 -m pip download --quiet --no-deps --dest "$folder" "${wheels[@]}"; then
    echo "SKIPPED: plans of cuDNN 9.10.2 for V100 were not asked for: ${wheels[*]} cannot be fetched" >&2
    exit 0
  fi
  for wheel in "$folder"/*.whl; do
    python3 -m zipfile -e "$wheel" "$folder"
    rm "$wheel"
  done
  touch "$folder/complete"
fi

export LD_LIBRARY_PATH="$folder/nvidia/cudnn/lib:$folder/nvidia/cublas/lib"
output="$("$program" --gtest_filter="$filter")" || { echo "$output"; exit 1; }
echo "$output"
# The right library, and asked: neither all skipped nor another one found first.
grep -q "v100, cuDNN 9.10.2" <<<"$output" || { echo "cuDNN 9.10.2 was not what answered" >&2; exit 1; }
