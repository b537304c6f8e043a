#!/usr/bin/env python3
"""Power cuts: power_cut_test.py MAYFLY LIBRARY

A run is recorded, operation by operation. After each of them the power may fail: what the disk may then hold is made
up (disk.py) - nothing that was not synchronised, all names without the bytes, everything, and a mix - and looked at:
nothing that was promised may be missing (promises.py), and the same command must finish the campaign. Then each
fsync in the program is left out in turn (fsync_sites.py): every time some promise must break."""
import concurrent.futures
import random
import re
import shutil
import sys

import disk
from campaign import Bench
from fsync_sites import check_sites
from promises import Promises
from record import read_record, text_of

LEAVINGS = {"the least": disk.least, "names only": disk.names_only, "everything": disk.everything}
SEED = 1


def record_run(bench, name, at=None):
    """What a run does, below its folder; `at`: with this fault."""
    folder, record = bench.fresh(name), bench.scratch / f"{name}.record"
    outcome = bench.run(folder, {"RECORD": record, **({"AT": at} if at else {})})
    assert outcome.code == (3 if at else 0), outcome.text
    return read_record(record)


def power_cuts(bench, record):
    """(operation after which the power fails, what is left, what is on the disk, what is promised)"""
    promises, there, chance = Promises(bench), disk.Disk(bench.blank), random.Random(SEED)
    for operation in record:
        there.apply(operation)
        promises.follow(operation)
        for kind, leave in LEAVINGS.items():
            yield operation, kind, leave(there), promises
        yield operation, "a mix", disk.mixed(there, chance), promises


def broken_promises(bench, record):
    return [f"power cut after {text_of(operation)}, {kind} left: {broken}"
            for operation, kind, tree, promises in power_cuts(bench, record)
            if (broken := promises.broken_by(tree))]


def different_trees(bench, records):
    """Names carry process numbers, which make no difference."""
    trees = {}
    for record in records:
        for operation, kind, tree, _ in power_cuts(bench, record):
            key = tuple(sorted((re.sub(r"-\d+-\d+\.part$", ".part", path), content) for path, content in tree.items()
                               if content is not None))
            trees.setdefault(key, (f"power cut after {text_of(operation)}, {kind} left", tree))
    return list(trees.values())


def restart(bench, number, what, tree):
    folder = bench.scratch / f"restart{number}"
    disk.write_tree(tree, folder)
    return [f"{what}, then run again: {wrong}" for wrong in bench.finish(folder)]


def restarts(bench, trees):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:  # most of them wait for the lease of a claim
        runs = [pool.submit(restart, bench, number, *tree) for number, tree in enumerate(trees)]
        return [wrong for run in runs for wrong in run.result()]


def check_init(bench):
    """What `mayfly init` said that it wrote is on the disk; none of its syncs can be left out."""
    parent, record = bench.scratch / "parent", bench.scratch / "init.record"
    parent.mkdir()
    assert bench.init(parent / "trial", {"FOLDER": parent, "RECORD": record}).code == 0
    operations = read_record(record)
    wanted = {"trial": None, "trial/campaign.toml": (parent / "trial/campaign.toml").read_bytes()}
    return check_end("init", operations, bench.scratch / "nothing", lambda tree: tree == wanted)


def check_retry(bench):
    """Failures that `mayfly retry` said are forgotten do not come back."""
    folder, record = bench.scratch / "failing", bench.scratch / "retry.record"
    before = bench.scratch / "failed_before"
    shutil.copytree(folder, before)
    assert bench.call(["retry", folder], {"FOLDER": folder, "RECORD": record}).code == 0
    return check_end("retry", read_record(record), before,
                     lambda tree: not any(path.endswith(".json") and path.startswith("failed/") for path in tree))


def check_end(what, operations, beginning, is_right):
    """At the end of a command, and without each sync."""
    beginning.mkdir(exist_ok=True)
    syncs = [o for o in operations if o.kind == "sync" and o.outcome == 0]
    wrong = [] if is_right(left_at_end(operations, beginning, None)) else [f"power cut after {what}: not as it said"]
    assert syncs
    for sync in syncs:
        if is_right(left_at_end(operations, beginning, sync)):
            wrong.append(f"{what}: nothing needs {text_of(sync)}")
    print(f"  {what}: {len(syncs)} calls of fsync")
    return wrong


def left_at_end(operations, beginning, left_out):
    there = disk.Disk(beginning)
    for operation in operations:
        there.apply(operation, sync=operation is not left_out)
    return disk.least(there)


def main(mayfly, library):
    with Bench(mayfly, library) as bench:
        record = record_run(bench, "recorded")
        rename = next(o.number for o in record if o.kind == "rename" and o.other.endswith(".txt"))
        failing = record_run(bench, "failing", f"{rename}:EIO")
        wrong = broken_promises(bench, record) + broken_promises(bench, failing)
        print(f"{len(record)} and {len(failing)} operations, {4 * (len(record) + len(failing))} power cuts")
        wrong += check_sites(bench, [record, failing]) + check_init(bench) + check_retry(bench)
        trees = different_trees(bench, [record, failing])
        wrong += restarts(bench, trees)
        print(f"{len(trees)} different disks restarted; {len(wrong)} faults found")
        print("\n".join(wrong[:40]))
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
