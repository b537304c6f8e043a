#!/usr/bin/env python3
"""As many networks as the published data set has: six_thousand_test.py MAYFLY LIBRARY --networks N

Tiny networks, half an epoch each. A finished network may leave three files, and the program may not grow with the
number of networks it has trained. How long status takes, and how long a worker takes to begin, are printed."""
import argparse
import collections
import pathlib
import subprocess
import tempfile
import time

from campaign import TRAIN, VALIDATION, memory_folder, write_images

SPACE = ["train.epochs=0.5", f"train.max_train_images={TRAIN}", f"train.max_val_images={VALIDATION}",
         "search_space.batch_size=[60, 80]", "search_space.max_macs_per_image=200000",
         "campaign.base_time=2026-01-02T03:04:05Z"]


def timed(command):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def resident_bytes(process):
    with open(f"/proc/{process.pid}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmRSS"].split()[0]) * 1024 if "VmRSS" in lines else 0


def follow(process, folder, networks):
    """Seconds until the first table, and bytes in memory at half of all tables and the most afterwards."""
    begin, first, half, most = time.monotonic(), None, None, 0
    while process.poll() is None:
        tables = sum(1 for _ in (folder / "tables").glob("*/2026_*"))
        if tables and first is None:
            first = time.monotonic() - begin
        now = resident_bytes(process)
        if tables >= networks // 2 and now:
            half = half or now
            most = max(most, now)
        time.sleep(0.02 if first is None else 0.1)
    assert process.returncode == 0, f"run ended with {process.returncode}"
    assert first and half, "too few networks: it ended before it could be looked at"
    return first, half, most


def files_of_networks(folder):
    """How many files have the name of each network."""
    counts = collections.Counter()
    for path in folder.rglob("2026_01_02_*"):
        if path.is_file():
            counts[path.name[:26]] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mayfly")
    parser.add_argument("library")
    parser.add_argument("--networks", type=int, default=6000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mayfly_scale_", dir=memory_folder()) as scratch:
        scratch = pathlib.Path(scratch)
        write_images(scratch / "data")
        folder = scratch / "campaign"
        settings = [word for setting in SPACE for word in ("--set", setting)]
        planned = timed([arguments.mayfly, "init", folder, "--preset", "laptop", "--dataset", "FashionMNIST", "-n",
                         str(arguments.networks), "--seed", "7", *settings])
        run = [arguments.mayfly, "run", folder, "--data-root", scratch / "data", "--threads", "1", "--progress",
               "plain"]
        process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            first, half, most = follow(process, folder, arguments.networks)
        finally:
            process.kill()
        counts = files_of_networks(folder)
        status, again = timed([arguments.mayfly, "status", folder]), timed(run)
        print(f"{arguments.networks} networks: init {planned:.2f} s, first table after {first:.2f} s, status {status:.2f} s, "
              f"run of a finished campaign {again:.2f} s; memory {half / 1e6:.1f} MB at half of them, at most "
              f"{most / 1e6:.1f} MB afterwards; at most {max(counts.values())} files a network")
        assert len(counts) == arguments.networks and max(counts.values()) <= 3, counts.most_common(3)
        assert most <= half + 2e6, "memory grows with the number of networks"


if __name__ == "__main__":
    main()
