#!/usr/bin/env bash
# What a GPU shows in about five minutes, for a report: the machine, the self-test in both kinds of arithmetic, two small
# campaigns beside the same ones on the CPU, and the benchmarks. A line for each, ok or FAILED; what it printed is in
# OUT/NAME.txt. The exit code is 1 where one failed. It needs FashionMNIST (docs/data.md).
#   gpu_report.sh BUILD OUT [DEVICE]     BUILD: a folder with CUDA and the benchmarks (docs/cuda.md); DEVICE: cuda
set -uo pipefail
[ $# -ge 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
build="$1" out="$2" device="${3:-cuda}"
mayfly="$build/cli/mayfly"
for program in cli/mayfly bench/training_step bench/networks_per_hour bench/conv2d_variants; do
  [ -x "$build/$program" ] || { echo "$build/$program is missing: build target ${program##*/} (docs/cuda.md)" >&2; exit 2; }
done
mkdir -p "$out" || exit 4
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
failed=0

step() {
  local name="$1" before=$SECONDS
  shift
  if "$@" >"$out/$name.txt" 2>&1; then echo "ok      $name ($((SECONDS - before)) s)"; return; fi
  echo "FAILED  $name: $(tail -n 1 "$out/$name.txt")"
  failed=1
}

# The same networks on the GPU and on the CPU: equal tables, but for the field that says which it was.
campaign() {
  local folder="$scratch/$1"
  "$mayfly" init "$folder" --preset "$1" --dataset FashionMNIST -n 8 --seed 3 --set train.epochs=1 \
    --set train.max_train_images="$2" --set train.max_val_images=500 || return
  mkdir -p "$folder.cpu" && cp "$folder/campaign.toml" "$folder.cpu/" || return
  "$mayfly" run "$folder" --device "$device" && "$mayfly" run "$folder.cpu" --device cpu || return
  sed -i '2s/ True True / False True /' "$folder"/tables/*/*.txt
  diff -r "$folder.cpu/tables" "$folder/tables" && echo "8 equal tables"
}

step doctor "$mayfly" doctor
step selftest "$mayfly" selftest --device "$device"
step selftest_fast "$mayfly" selftest --device "$device" --arithmetic fast
step campaign_laptop campaign laptop 10000
step campaign_published campaign published 2000
for arithmetic in exact fast; do
  step "training_step_$arithmetic" "$build/bench/training_step" --device "$device" --arithmetic "$arithmetic" --networks 10
done
step networks_per_hour "$build/bench/networks_per_hour" --device "$device" --preset published --networks 32 --share 1
step conv2d_variants "$build/bench/conv2d_variants" --device "$device" --csv "$out/conv2d_variants.csv"
if [ -x "$build/bench/layer_kernels" ]; then
  step layer_kernels "$build/bench/layer_kernels" --device "$device" --layers 0
else
  echo "SKIPPED layer_kernels: it is built with the tests (-DMAYFLY_TESTS=ON)"
fi
exit "$failed"
