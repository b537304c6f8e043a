#!/usr/bin/env bash
# From a fresh Debian 12 machine to learning curves: installs what is missing, builds, runs a small real campaign on
# FashionMNIST and shows its curves. A second run finds everything done and shows the curves at once.
set -euo pipefail
cd "$(dirname "$0")"

scripts/install.sh build data
cmake --preset release -DMAYFLY_TESTS=OFF -DMAYFLY_BENCH=OFF >/dev/null
cmake --build --preset release --target mayfly

mayfly=build/release/cli/mayfly
campaign=quickstart
if [ ! -e "$campaign/campaign.toml" ]; then
  "$mayfly" init "$campaign" --preset laptop --dataset FashionMNIST -n 8 --seed 2022 \
    --set train.epochs=5 --set train.max_train_images=12000 --set train.max_val_images=2000
fi
"$mayfly" run "$campaign"
"$mayfly" status "$campaign"
"$mayfly" plot "$campaign" --svg "$campaign/curves.svg"
echo
echo "Tables:  $campaign/tables/"
echo "Picture: $campaign/curves.svg"
echo "Next:    $mayfly --help"
