#!/usr/bin/env bash
# What takes too long for .ci/run: the tests labelled long, clang-tidy over everything, threads under the thread
# sanitizer, g++'s sanitizers, ten minutes of fuzzing for each reader, programs of g++ and clang++ compared, 300 planted
# faults, plans of the last cuDNN for V100, CUDA for all architectures by both toolkits, and twenty networks of the
# published space. Four to five hours on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build data test check
./test.sh release long
scripts/check_tidy.sh
./test.sh tsan
./test.sh gcc-asan-ubsan
./test.sh asan-ubsan long
# Ten minutes for each reader.
MAYFLY_FUZZ_SECONDS=600 ctest --preset asan-ubsan -L fuzz -j "$(nproc)" --no-tests=error
scripts/build.sh clang mayfly
tests/identity.sh build/release/cli/mayfly build/clang/cli/mayfly
# Planted faults in the CUDA engine, others with every commit.
tests/mutations/mutate.py build/mutations --count 300 --seed "$(git rev-list --count HEAD)"

# Fetches the last cuDNN for V100, too.
tests/cudnn_plans/with_cudnn_9_10.sh build/release
# CUDA 13, all architectures; then CUDA 12 with that cuDNN, for V100. Both programs must also start where there is no
# GPU.
if command -v nvcc >/dev/null; then
  scripts/build.sh cuda mayfly
  build/cuda/cli/mayfly version
else
  echo "SKIPPED: CUDA for all architectures: no nvcc on the PATH"
fi
toolkit=0
scripts/cuda12_toolkit.sh build/cuda12 || toolkit=$?
if [ "$toolkit" -eq 0 ]; then
  cudnn="$PWD/build/release/cudnn-9.10.2/nvidia/cudnn"
  # A build folder remembers the cuDNN that it found once.
  cmake --preset cuda -B build/cuda-by-12 -UCUDNN_INCLUDE_DIR -UCUDNN_LIBRARY \
    -DCMAKE_CUDA_COMPILER="$PWD/build/cuda12/bin/nvcc" -DCUDNN_PATH="$cudnn" >/dev/null
  cmake --build build/cuda-by-12 --target mayfly
  build/cuda-by-12/cli/mayfly version
  if [ ! -d "$cudnn" ]; then
    echo "SKIPPED: CUDA 12 with cuDNN 9.10: it was not fetched"
  elif ! build/cuda-by-12/cli/mayfly version | grep -q "headers of cuDNN 9.10"; then
    echo "build/cuda-by-12 was not compiled with cuDNN 9.10" >&2
    exit 1
  fi
elif [ "$toolkit" -ne 77 ]; then
  exit "$toolkit"
fi
scripts/check_cuda.sh 70 80 || [ $? -eq 77 ]

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mayfly=build/release/cli/mayfly
"$mayfly" init "$scratch/published" --preset published --dataset FashionMNIST -n 20 --seed 1 --set train.epochs=1
"$mayfly" run "$scratch/published" --progress plain
"$mayfly" status "$scratch/published"
