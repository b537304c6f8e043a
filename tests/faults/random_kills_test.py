#!/usr/bin/env python3
"""Kills at random times: random_kills_test.py MAYFLY LIBRARY --kills N [--least-after-checkpoint M] [--seed S]

A campaign is killed again and again until it is finished, then the next one, until so many kills have come. Every one
must end with the tables of an undisturbed run and a clean folder. Counts in which phase of a network each kill came; a
fifth of them is aimed at the writing of a table."""
import argparse
import collections
import random
import sys
import time

from campaign import KILLED, Bench, events_of, texts_of_journals

PHASES = ["before the first claim", "before the first half epoch", "training, no checkpoint yet",
          "training after a checkpoint", "about the table", "between networks"]


def phase_of(bench, folder):
    """Where the killed process stood, from what it left."""
    claims = sorted((folder / "work").glob("*.claim"))
    if not claims:
        return PHASES[5] if any((folder / "journal").glob("*")) else PHASES[0]
    id = claims[0].stem
    if any(folder.glob(f"tables/*/*{id}.txt*")):  # whole, or a temporary
        return PHASES[4]
    if (folder / "work" / f"{id}.ckpt").exists():
        return PHASES[3]
    points = [event for event in events_of(texts_of_journals(folder))
              if event["event"] == "point" and event["id"] == id]
    return PHASES[2] if points else PHASES[1]


def wait_for_a_table(process, folder):
    """Until one is written."""
    count = len(list(folder.glob("tables/*/*")))
    while process.poll() is None and len(list(folder.glob("tables/*/*"))) <= count:
        pass


def kill_once(bench, folder, chance):
    """Whether the kill came before the end; None where the program ended otherwise than well."""
    process = bench.start(bench.arguments(folder, ["--lease", "1"]))
    if chance.random() < 0.2:  # by chance alone hardly any would fall into the moment of a table
        wait_for_a_table(process, folder)
    else:
        time.sleep(chance.uniform(0, bench.seconds))
    process.kill()
    code = process.wait()
    return None if code not in (0, KILLED) else code == KILLED


def campaign_with_kills(bench, number, most, chance, phases):
    """Kills it until it is finished, at most so often; what is wrong then."""
    folder = bench.fresh(f"killed{number}")
    kills = 0
    while kills < most:
        killed = kill_once(bench, folder, chance)
        if killed is None:
            return kills, ["it ended otherwise"]
        if not killed:
            break
        kills += 1
        phases[phase_of(bench, folder)] += 1
        wrong = bench.half_written(folder)
        if wrong:
            return kills, [f"{name} is half written" for name in wrong]
    return kills, bench.finish(folder)


def measure(bench):
    """Seconds of a run, start and all."""
    begun = time.monotonic()
    assert bench.run(bench.fresh("measured")).code == 0
    bench.seconds = time.monotonic() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mayfly")
    parser.add_argument("library")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--least-after-checkpoint", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance, phases, kills, number, wrong = random.Random(arguments.seed), collections.Counter(), 0, 0, []
    with Bench(arguments.mayfly, arguments.library, networks=3, epochs=30, batch_size="[20, 30]",
               checkpoint_every="0.02") as bench:
        measure(bench)
        while kills < arguments.kills and not wrong:
            more, wrong = campaign_with_kills(bench, number, arguments.kills - kills, chance, phases)
            kills, number = kills + more, number + 1
    print(f"{kills} kills of {number} campaigns:", ", ".join(f"{phase}: {phases[phase]}" for phase in PHASES))
    if phases[PHASES[3]] < arguments.least_after_checkpoint:
        wrong.append(f"too few kills {PHASES[3]}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
