#!/usr/bin/env python3
"""A life of 500 half epochs: long_life_test.py MAYFLY LIBRARY

Nothing may grow with the length of a life: the program's memory after 100 half epochs and after 500."""
import sys
import time

from campaign import Bench, events_of, texts_of_journals

EPOCHS, EARLY = 250, 100  # half epochs when it is first looked at
MOST_GROWTH = 1 << 20  # bytes; a leak of 3 KB a half epoch is more


def resident_bytes(process):
    with open(f"/proc/{process.pid}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmRSS"].split()[0]) * 1024 if "VmRSS" in lines else 0


def points(folder):
    return sum(event["event"] == "point" for event in events_of(texts_of_journals(folder)))


def main():
    with Bench(*sys.argv[1:3], networks=1, epochs=EPOCHS, checkpoint_every=0.05) as bench:
        folder = bench.fresh("long")
        process = bench.start(bench.arguments(folder))
        early = last = 0
        while process.poll() is None:
            now = resident_bytes(process)
            if points(folder) >= EARLY:
                early = early or now
            last = now or last
            time.sleep(0.02)
        assert process.returncode == 0, f"run ended with {process.returncode}"
        assert early, "it ended before it could be looked at"
        assert not bench.trouble(folder)
        print(f"{2 * EPOCHS} half epochs: {early / 1e6:.2f} MB after {EARLY}, {last / 1e6:.2f} MB at the end")
        assert last <= early + MOST_GROWTH, "memory grows with the length of a life"


if __name__ == "__main__":
    main()
