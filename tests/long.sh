#!/usr/bin/env bash
# What takes too long for .ci/run: the tests labelled long, clang-tidy over everything, threads under the thread
# sanitizer, and twenty networks of the published space.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh build data test check
./test.sh release long
scripts/check_tidy.sh
./test.sh tsan

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mayfly=build/release/cli/mayfly
"$mayfly" init "$scratch/published" --preset published --dataset FashionMNIST -n 20 --seed 1 --set train.epochs=1
"$mayfly" run "$scratch/published" --progress plain
"$mayfly" status "$scratch/published"
