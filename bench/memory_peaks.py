#!/usr/bin/env python3
"""Compares what `mayfly plan` says of memory with what training takes: memory_peaks.py MAYFLY [--networks N]

Each network of preset `published` trains alone on one core for a few seconds and is then stopped, so that it writes its
checkpoint. Its peak is what the kernel says of the process, less the peak of a network of next to nothing: the program
and the data set. The last line has the extremes of peak / estimate."""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

NEXT_TO_NOTHING = ["search_space.out_channels=1", "search_space.linear_width=1", "search_space.batch_size=25",
                   "search_space.conv_layers=1", "search_space.padding=0", "search_space.linear_layers=1"]


def call(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def measured(arguments, folder, seed, settings):
    """Bytes: the plan's estimate and the peak of the process."""
    words = [word for setting in settings for word in ("--set", setting)]
    call([arguments.mayfly, "init", folder, "--preset", "published", "--dataset", arguments.dataset, "-n", "1", "--seed",
          str(seed), *words])
    estimate = json.loads(call([arguments.mayfly, "plan", "--json", folder]))["networks"][0]["memory_bytes"]
    process = subprocess.Popen([arguments.mayfly, "run", folder, "--threads", "1", "--progress", "none"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(arguments.seconds)
    os.kill(process.pid, signal.SIGTERM)  # it may have ended by itself; wait4() alone reaps it
    return estimate, os.wait4(process.pid, 0)[2].ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mayfly")
    parser.add_argument("--networks", type=int, default=20)
    parser.add_argument("--dataset", default="FashionMNIST")
    parser.add_argument("--seconds", type=float, default=6)
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory(prefix="mayfly_memory_") as scratch:
        scratch = pathlib.Path(scratch)
        least, base = measured(arguments, scratch / "least", 1, NEXT_TO_NOTHING)
        base -= least
        print(f"program and data set: {base / 2**20:.1f} MiB")
        for seed in range(1, arguments.networks + 1):
            estimate, peak = measured(arguments, scratch / str(seed), seed, [])
            ratios.append((peak - base) / estimate)
            print(f"seed {seed:3}: estimate {estimate / 2**20:7.1f} MiB, peak {(peak - base) / 2**20:7.1f} MiB, "
                  f"ratio {ratios[-1]:.3f}", flush=True)
    print(f"peak / estimate: {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
