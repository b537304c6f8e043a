#!/usr/bin/env python3
"""Every file operation of a run fails once, or is the last one: every_operation_test.py MAYFLY LIBRARY [--all]

Each fault at each operation, and a SIGKILL before each: nothing may be half written, the program ends as documented
and says why, and the same command finishes the campaign. --all: more kinds of faults, kills also after each."""
import argparse
import collections
import concurrent.futures
import os
import re
import sys

from campaign import KILLED, Bench, files_below
from record import read_record, text_of

# What fails, and the exit code then (docs/interruptions.md): the first that fits.
EXPECTED = [
    (r"journal/.*jsonl", "write|sync|close", 0),  # caught up on with the next event
    (r"work/[^.]*\.ckpt", "open", 3),             # it may well be read later
    (r"work/.*\.ckpt.*", ".*", 0),                # costs the checkpoint
    (r"work/.*\.claim", "create|write", 4),
    (r"tables/.*\.txt.*", ".*", 3),
    (r".*", "unlink", 0),                         # the next run removes it
    (r".*", ".*", 4),
]
SAYS = {"ENOSPC": "No space left on device", "EDQUOT": "Disk quota exceeded", "EIO": "Input/output error"}


def expected_code(operations, operation, fault):
    if fault in ("EINTR", "short"):
        return 0
    if operation.kind in ("open", "sync", "close"):
        what_for = use_of(operations, operation)
        if what_for is not None:
            return what_for
    return next(code for path, kinds, code in EXPECTED
                if re.fullmatch(path, operation.path) and re.fullmatch(kinds, operation.kind))


def use_of(operations, operation):
    """The exit code where it is about a folder, or a claim that is read; None: about something else."""
    if operation.path.endswith(".claim"):
        made = any(o.kind == "create" and o.handle == operation.handle for o in operations)
        return 4 if made and operation.kind == "close" else 0
    if "." in operation.path.rpartition("/")[2].strip("."):
        return None
    synced = any(o.kind == "sync" and o.handle == operation.handle for o in operations)
    if not synced or operation.kind == "close":
        return 0  # only looked at, or done with
    before = [o for o in operations if o.number < operation.number and o.kind in ("rename", "link", "mkdir", "create")][-1]
    table_or_checkpoint = before.kind == "rename" and before.other.endswith((".txt", ".ckpt"))
    return 0 if table_or_checkpoint else 4


def told(outcome):
    """What it says, without the course of things."""
    return " | ".join(line for line in outcome.text.splitlines() if "half_epoch" not in line)[-600:]


def can_fail(operation, fault):
    if operation.outcome != 0:
        return False  # it did already
    if fault == "EINTR":
        return operation.kind in ("create", "open", "write", "sync", "close")
    if fault == "short":
        return operation.kind == "write" and len(operation.data) > 1
    return True


def leftovers(bench, folder, operation):
    """What an ended process may not leave: temporaries, claims. But what it could not remove, it could not."""
    if operation.kind == "unlink" or operation.path.endswith(".claim"):
        return []
    return [name for name in files_below(folder) if name.endswith(".part") or name.endswith(".claim")]


def fault_trouble(bench, folder, operation, code, fault, outcome):
    wrong = [] if outcome.code == code else [f"exit code {outcome.code}, not {code}: {told(outcome)}"]
    if outcome.code in (3, 4) and SAYS.get(fault, "") not in outcome.text:
        wrong.append(f"no reason given: {told(outcome)}")
    if outcome.code == 0:
        wrong += [f"exit code 0, and {name} is missing" for name in bench.reference if not (folder / name).exists()]
    return wrong + [f"{name} was left" for name in leftovers(bench, folder, operation)]


def one_fault(bench, operations, operation, fault):
    folder = bench.fresh(f"{fault}_{operation.number}")
    outcome = bench.run(folder, {"AT": f"{operation.number}:{fault}"})
    if fault.startswith("kill"):
        wrong = [] if outcome.code == KILLED else [f"not killed: exit code {outcome.code}"]
    else:
        code = expected_code(operations, operation, fault)
        wrong = fault_trouble(bench, folder, operation, code, fault, outcome)
    wrong += [f"{name} is half written" for name in bench.half_written(folder)]
    wrong += bench.finish(folder)
    return [f"{fault} at {text_of(operation)}: {text}" for text in wrong]


def full_from(bench, operation):
    """The disk is full from here on, until there is room again."""
    folder = bench.fresh(f"full_{operation.number}")
    outcome = bench.run(folder, {"AT": f"{operation.number}+:ENOSPC"})
    wrong = [] if outcome.code in (0, 3, 4) else [f"exit code {outcome.code}: {told(outcome)}"]
    if outcome.code != 0 and SAYS["ENOSPC"] not in outcome.text:
        wrong.append(f"no reason given: {told(outcome)}")
    wrong += [f"{name} is half written" for name in bench.half_written(folder)]
    wrong += bench.finish(folder)
    return [f"full from {text_of(operation)} on: {text}" for text in wrong]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mayfly")
    parser.add_argument("library")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    faults = ["ENOSPC", "EIO", "EINTR", "short", "kill-before"]
    faults += ["EDQUOT", "kill-after"] if arguments.all else []
    with Bench(arguments.mayfly, arguments.library) as bench:
        record = bench.scratch / "record"
        assert bench.run(bench.fresh("recorded"), {"RECORD": record}).code == 0
        operations = read_record(record)
        work = [(one_fault, operations, operation, fault) for operation in operations for fault in faults
                if fault.startswith("kill") or can_fail(operation, fault)]
        work += [(full_from, operation) for operation in operations[::1 if arguments.all else 3]]
        with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + 2) as pool:
            runs = [pool.submit(function, bench, *of) for function, *of in work]
            wrong = [text for run in runs for text in run.result()]
        counts = collections.Counter(of[-1] if len(of) > 1 else "full from" for _, *of in work)
    print(f"{len(operations)} operations;", ", ".join(f"{fault}: {count}" for fault, count in counts.items()),
          f"; {len(wrong)} wrong")
    print("\n".join(wrong[:40]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
