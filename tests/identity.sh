#!/usr/bin/env bash
# The same campaign by several builds of the program, every kind of vector, one and two jobs, one and two threads (those
# by the first program alone), and on the software GPU: the tables must be equal, byte for byte (but for the field that
# says that a GPU was used).
#   identity.sh [--gpu PROGRAM] PROGRAM...     --gpu: a program whose --device cuda works here
set -euo pipefail

gpu_program=
if [ "${1:-}" = --gpu ]; then
  gpu_program="$2"
  shift 2
fi
[ $# -gt 0 ] || { echo "usage: identity.sh [--gpu PROGRAM] PROGRAM..." >&2; exit 2; }
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

"$1" init "$scratch/first" --preset laptop --dataset FashionMNIST -n 6 --seed 11 --set train.epochs=1 \
  --set train.max_train_images=600 --set train.max_val_images=200 2>/dev/null

compared=0
# Trains the campaign anew and compares its tables with those of the first run.
try() {
  local name="$1" folder="$scratch/run-$compared"
  shift
  mkdir "$folder"
  cp "$scratch/first/campaign.toml" "$folder/"
  "$@" "$folder" --progress none || { echo "identity.sh: failed: $name" >&2; exit 1; }
  sed -i '2s/ True True / False True /' "$folder"/tables/*/*.txt  # train_GPU
  diff -r "$scratch/run-0/tables" "$folder/tables" >"$scratch/diff" || {
    echo "identity.sh: other tables: $name" >&2
    head -20 "$scratch/diff" >&2
    exit 1
  }
  [ "$(find "$folder/tables" -name '*.txt' | wc -l)" -eq 6 ] || { echo "identity.sh: tables are missing: $name" >&2; exit 1; }
  compared=$((compared + 1))
}

for program in "$@"; do
  for simd in none avx2 avx512; do
    if ! MAYFLY_SIMD=$simd "$program" version >/dev/null 2>&1; then
      echo "identity.sh: skipped MAYFLY_SIMD=$simd: not on this machine"
      continue
    fi
    export MAYFLY_SIMD=$simd
    try "$program, $simd, 2 jobs on 2 cores" "$program" run --jobs 2 --threads 2
    if [ "$program" = "$1" ]; then
      try "$program, $simd, 1 job on 2 cores" "$program" run --jobs 1 --threads 2
      try "$program, $simd, 1 job on 1 core" "$program" run --jobs 1 --threads 1
    fi
    unset MAYFLY_SIMD
  done
done
if [ -n "$gpu_program" ]; then
  try "$gpu_program, 1 network at a time on 1 GPU" "$gpu_program" run --device cuda:0 --jobs 1
  try "$gpu_program, 3 at once on each of 2 GPUs" "$gpu_program" run --device cuda:0,1 --jobs 3
fi
echo "identity.sh: $compared runs, equal tables"

# The same tables read by a program that shares nothing with this one.
if command -v python3 >/dev/null; then
  python3 "$(dirname "$0")/check_tables.py" "$scratch/run-0/tables/FashionMNIST-trial" 200 2
else
  echo "identity.sh: skipped check_tables.py: no python3"
fi
