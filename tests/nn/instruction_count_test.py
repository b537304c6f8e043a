#!/usr/bin/env python3
"""Instructions of a training step, counted by Callgrind: instruction_count_test.py TRAIN_STEPS COMPILER [--write]

A step of the small network of train_steps.cpp must take as many as instruction_count.txt says, within a hundredth.
Callgrind has no AVX-512: the AVX2 kernels are counted. Exit code 77 (skipped) where Callgrind or the compiler of the
count is missing. --write: the file gets what was counted; do that where a step became cheaper, or dearer for a good
reason."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

FILE = pathlib.Path(__file__).with_name("instruction_count.txt")
TOLERANCE = 0.01
STEPS = 20
# Only these are counted: what libraries do before main() depends on the clock.
FUNCTION = "mayfly::Network::train_step(mayfly::DeviceDataset const&)"


def instructions_per_step(program):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={FUNCTION}",
               program, str(STEPS)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
                              env=os.environ | {"MAYFLY_SIMD": "avx2"})
    return int(re.search(r"Collected : (\d+)", finished.stdout)[1]) // STEPS


def main():
    program, compiler = sys.argv[1:3]
    write = "--write" in sys.argv
    if not shutil.which("valgrind") or "avx2" not in pathlib.Path("/proc/cpuinfo").read_text():
        print("SKIPPED: no valgrind, or a processor without AVX2")
        return 77
    expected, its_compiler = (0, compiler) if write else FILE.read_text().strip().split(" instructions a step, ")
    if its_compiler != compiler:
        print(f"SKIPPED: the count is of {its_compiler}, this build is of {compiler}")
        return 77
    count = instructions_per_step(program)
    if write:
        FILE.write_text(f"{count} instructions a step, {compiler}\n")
        return 0
    ratio = count / int(expected)
    print(f"{count} instructions a step, expected {expected}, ratio {ratio:.4f}")
    return abs(ratio - 1) > TOLERANCE


if __name__ == "__main__":
    sys.exit(main())
