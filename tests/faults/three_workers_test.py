#!/usr/bin/env python3
"""Three workers on one folder: three_workers_test.py MAYFLY LIBRARY --networks N --kills K [--seed S]

The second and the third are killed and started again at random times. Every table must come once and with the bytes of
an undisturbed run, and less than a twentieth of all half epochs may be trained twice."""
import argparse
import random
import subprocess
import sys
import time

from campaign import Bench, points_of, texts_of_journals


def start(bench, folder, worker):
    return bench.start(bench.arguments(folder, ["--share", f"{worker + 1}/3", "--lease", "20"]))


def points_so_far(folder):
    return sum(points_of(texts_of_journals(folder)).values())


def kill_at_random(bench, folder, workers, chance, kills, all_points):
    """So many kills, spread over the course of the campaign; returns how many came before the end of a worker."""
    came = 0
    for at in sorted(chance.uniform(0.02, 0.9) * all_points for _ in range(kills)):
        while points_so_far(folder) < at and any(worker.poll() is None for worker in workers):
            time.sleep(0.01)
        victim = chance.choice([1, 2])
        time.sleep(chance.uniform(0, 0.02))
        came += workers[victim].poll() is None
        workers[victim].kill()
        workers[victim].wait()
        workers[victim] = start(bench, folder, victim)
    return came


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mayfly")
    parser.add_argument("library")
    parser.add_argument("--networks", type=int, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with Bench(arguments.mayfly, arguments.library, networks=arguments.networks, epochs=5,
               checkpoint_every="300") as bench:
        folder = bench.fresh("shared")
        workers = [start(bench, folder, worker) for worker in range(3)]
        all_points = arguments.networks * bench.rows
        came = kill_at_random(bench, folder, workers, chance, arguments.kills, all_points)
        try:
            codes = [worker.wait(timeout=600) for worker in workers]
        except subprocess.TimeoutExpired:
            codes = ["a worker never ended"]
            for worker in workers:
                worker.kill()
        wrong = [] if codes == [0, 0, 0] else [f"exit codes {codes}"]
        wrong += bench.trouble(folder)
        twice = points_so_far(folder) - len(points_of(texts_of_journals(folder)))
    print(f"{arguments.networks} networks, {came} kills; {twice} of {all_points} points written twice")
    if came < arguments.kills / 2:
        wrong.append("most kills came too late")
    if twice >= 0.05 * all_points:
        wrong.append("too much was trained twice")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
