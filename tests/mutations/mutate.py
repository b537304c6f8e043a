#!/usr/bin/env python3
"""Plants faults in a copy of the CUDA engine and runs the tests on the software device: each must be caught.

    mutate.py FOLDER [--count N] [--seed S] [--only PATTERN] [--tests A,B] [--jobs N] [--list] [--explained]

FOLDER holds the copy and its build and is used again; the checkout stays as it is. Most faults are compiled in
together and woken one by one (switches.py); the others cost a build each. One line a fault; the last line
counts. Exit code 1 where one survives that survivors.txt does not explain, where one by hand does not compile,
and where there is none to plant. Explained ones are left out unless asked for."""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import sys

import faults
import named_faults
import workplace

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FILES = ["*.cu", "*.cpp", "*.h", "vendor/*.cu", "vendor/*.cpp", "vendor/*.h"]
# Not part of the build for the software device, or only said by `mayfly version`.
LEFT_OUT = ["kernels/cuda/absent.cpp", "kernels/cuda/build.cpp", "kernels/cuda/device_code.h",
            "kernels/cuda/vendor/absent.cpp", "kernels/cuda/vendor/libraries.cpp"]


def all_faults():
    yield from named_faults.named_faults(ROOT)
    for pattern in FILES:
        for path in sorted((ROOT / "kernels/cuda").glob(pattern)):
            file = str(path.relative_to(ROOT))
            if file not in LEFT_OUT:
                yield from faults.faults_of(file, path.read_text())


def explanations():
    """Lines 'PATTERN => reason'; ' ... ' in a pattern stands for anything."""
    found = []
    for line in (HERE / "survivors.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern, reason = line.split(" => ")
            found.append((re.compile(".*".join(map(re.escape, pattern.split(" ... ")))), reason))
    return found


def check_patterns(found, reasons):
    for pattern, reason in reasons:
        if not any(pattern.search(str(fault)) for fault in found):
            raise SystemExit(f"survivors.txt: no fault is like '{pattern.pattern}' ({reason}); remove it")


def reason_for(fault, reasons):
    return next((reason for pattern, reason in reasons if pattern.search(str(fault))), "")


def chosen(arguments, reasons):
    everything = list(all_faults())
    check_patterns(everything, reasons)
    found = [fault for fault in everything if not arguments.only or re.search(arguments.only, str(fault))]
    if not arguments.explained:
        found = [fault for fault in found if not reason_for(fault, reasons)]
    if arguments.count and arguments.count < len(found):
        found = random.Random(arguments.seed).sample(found, arguments.count)
    return sorted(found, key=lambda fault: (fault.file, fault.line))  # a file that is put back is compiled again


def judged(found, place, jobs):
    """Pairs of a fault and its verdict: first those that need no build, several at once."""
    asleep = [fault for fault in found if fault in place.switched]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        yield from zip(asleep, pool.map(place.judge, asleep), strict=True)
    for fault in found:
        if fault not in place.switched:
            yield fault, place.judge(fault)


def run(found, place, jobs, reasons):
    counts = {"caught": 0, "survived": 0, "not compiled": 0}
    unexplained = 0
    for fault, (verdict, detail) in judged(found, place, jobs):
        counts[verdict] += 1
        if verdict == "not compiled" and fault.by_hand:
            unexplained += 1
            verdict = "NOT COMPILED, by hand"
        if verdict == "survived":
            known = reason_for(fault, reasons)
            unexplained += not known
            verdict, detail = ("survived, explained", known) if known else ("SURVIVED", detail)
        told = f" [{detail}]" if detail else ""
        print(f"{verdict}: line {fault.line} of {fault}{told}", flush=True)
    print(f"{counts['caught']} caught, {counts['survived']} survived, {counts['not compiled']} did not compile")
    return 1 if unexplained else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, help="so many, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="a regular expression: 'gemm_code.h', 'barrier', ...")
    parser.add_argument("--tests", type=lambda text: text.split(","), default=list(workplace.TESTS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--explained", action="store_true", help="the explained ones too")
    arguments = parser.parse_args()
    reasons = explanations()
    found = chosen(arguments, reasons)
    if arguments.list:
        for fault in found:
            print(f"line {fault.line} of {fault}")
        print(f"{len(found)} faults")
        return 0
    if not found:
        raise SystemExit("no fault is like that, or all are explained: --explained plants those too")
    place = workplace.Workplace(ROOT, arguments.folder.resolve(), arguments.tests, arguments.jobs)
    place.prepare(found)
    return run(found, place, arguments.jobs, reasons)


if __name__ == "__main__":
    sys.exit(main())
