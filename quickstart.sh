#!/usr/bin/env bash
# From a fresh Debian 12 machine to learning curves: installs what is missing, builds, trains twelve random networks on
# FashionMNIST (about a minute on two cores) and shows their curves. A second run finds everything done and shows the
# curves at once.
set -euo pipefail
cd "$(dirname "$0")"

scripts/install.sh build data
scripts/build.sh release mayfly

mayfly=build/release/cli/mayfly
campaign=quickstart
if [ ! -e "$campaign/campaign.toml" ]; then
  "$mayfly" init "$campaign" --preset laptop --dataset FashionMNIST -n 12 --seed 7 \
    --set train.epochs=5 --set campaign.base_time=2022-01-01T00:00:00Z
fi
"$mayfly" run "$campaign"
"$mayfly" plot "$campaign" --svg "$campaign/curves.svg"
echo
echo "Tables:  $campaign/tables/"
echo "Next:    $mayfly --help"
