#!/usr/bin/env python3
"""Compiles every .cu of kernels/cuda for one architecture and tells what its kernels need.

  cuda_kernels.py NVCC ARCH [OUTPUT]     ARCH: 70, 80, ...; writes the table (docs/cuda_kernels.md says what it holds)

Fails where a kernel spills registers or nvcc warns. The last columns need cuobjdump, from NVCC's folder, the PATH or
CUOBJDUMP; without it they are "-". Standard library only.
"""
import collections
import concurrent.futures
import dataclasses
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Processor:
    """Limits of one SM that decide how many blocks live on it. Sizes in bytes."""
    name: str
    shared: int
    shared_unit: int
    shared_per_block: int  # taken by the system
    threads: int = 2048
    blocks: int = 32
    registers: int = 65536


PROCESSORS = {
    "70": Processor("V100", 96 << 10, 256, 0),
    "80": Processor("A100", 164 << 10, 128, 1024),
}


@dataclasses.dataclass
class Kernel:
    source: str
    symbol: str
    registers: int = 0
    shared: int = 0
    threads: int = 0  # of a block: __launch_bounds__
    loop: collections.Counter | None = None  # instructions of the loop with most FFMA
    name: str = ""


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def sources():
    text = (ROOT / "kernels/cuda/CMakeLists.txt").read_text()
    return re.findall(r"^\s+([\w/]+\.cu)\)?$", text, re.M)


def include_folders():
    """The project, and the headers that CMake finds in the usual places."""
    places = os.environ.get("CPATH", "").split(":") + ["/usr/include", "/usr/local/include"]
    random123 = [p for p in places if p and (pathlib.Path(p) / "Random123/philox.h").exists()]
    usual = ("/usr/include", "/usr/local/include")
    return ["-I", str(ROOT)] + [x for p in random123[:1] if p not in usual for x in ("-isystem", p)]


def compile_one(nvcc, arch, source, folder):
    """ptxas' words about one file; its .cubin and .ptx stay in `folder`."""
    folder.mkdir(parents=True)
    flags = (ROOT / "cmake/nvcc_flags.txt").read_text().split()
    cubin = folder / "code.cubin"
    code, said = run([nvcc, "-std=c++20", "-O3", "-DNDEBUG", *flags, *include_folders(), f"-arch=sm_{arch}", "-cubin",
                      "-Xptxas", "-v", "--keep", "--keep-dir", str(folder), "-o", str(cubin),
                      str(ROOT / "kernels/cuda" / source)])
    if code != 0 or re.search(r"\bwarning\b", said, re.I):
        raise SystemExit(f"cuda_kernels.py: {source} for sm_{arch}:\n{said}")
    return said


def spills(said):
    found = re.findall(r"Function properties for (\S+)\n\s*(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+)",
                       said)
    if len(found) < said.count("Compiling entry function"):
        raise SystemExit("cuda_kernels.py: ptxas does not say of each kernel what it spills")
    return [symbol for symbol, _, stores, loads in found if int(stores) or int(loads)]


def kernels_in(source, said, folder):
    ptx = (folder / (pathlib.Path(source).stem + ".ptx")).read_text()
    threads = {m[0]: int(m[1]) for m in re.findall(r"\.entry (\w+)\((?:(?!\.entry)[^{])*?\.maxntid (\d+)", ptx)}
    kernels = []
    for part in re.split(r"Compiling entry function ", said)[1:]:
        symbol = part[1:part.index("'", 1)]
        used = re.search(r"Used (\d+) registers", part)
        shared = re.search(r"(\d+) bytes smem", part)
        if symbol not in threads:
            raise SystemExit(f"cuda_kernels.py: {source}: {symbol} has no __launch_bounds__")
        kernels.append(Kernel(source, symbol, int(used[1]), int(shared[1]) if shared else 0, threads[symbol]))
    return kernels


def short_names(kernels):
    said = subprocess.run(["c++filt"], input="\n".join(k.symbol for k in kernels), capture_output=True, text=True,
                          check=True).stdout.splitlines()
    for kernel, name in zip(kernels, said):
        name = re.sub(r"mayfly::cuda::|\(anonymous namespace\)::|^void ", "", name)
        name = re.sub(r"(?<=[<, ])\((\w+)\)(\d+)", r"\1 \2", name)  # an enumerator: Product 0
        kernel.name = name[:name.index("(")] if "(" in name else name


# Of the machine code.

def instructions(disassembly):
    """{function: [(address, text)]}"""
    functions, current = {}, None
    for line in disassembly.splitlines():
        if m := re.search(r"Function : (\S+)", line):
            current = functions.setdefault(m[1], [])
        elif (m := re.match(r"\s+/\*([0-9a-f]{4,})\*/\s+(.*?)\s*;", line)) and current is not None:
            current.append((int(m[1], 16), m[2]))
    return functions


def operation(text):
    return re.sub(r"^@!?U?P\w+\s+", "", text).split()[0]


def target(text):
    m = re.search(r"\bBRA\b.*?\b0x([0-9a-f]+)", text)
    return int(m[1], 16) if m else None


def busiest_loop(code):
    """(first, last) index of the smallest loop with as many FFMA as any, or None."""
    at = {address: i for i, (address, _) in enumerate(code)}
    loops = [(at[target(t)], i) for i, (_, t) in enumerate(code) if target(t) in at and at[target(t)] < i]
    count = lambda loop: sum(operation(t) == "FFMA" for _, t in code[loop[0]:loop[1] + 1])
    loops = [loop for loop in loops if count(loop)]
    return max(loops, key=lambda loop: (count(loop), loop[0] - loop[1])) if loops else None


def blocks_of(code, first, last):
    """Basic blocks of code[first..last]."""
    at = {address: i for i, (address, _) in enumerate(code)}
    starts = {first, last + 1}
    for i in range(first, last + 1):
        if re.search(r"\b(BRA|BSYNC|EXIT)\b", code[i][1]):
            starts |= {i + 1, at.get(target(code[i][1]), first)}
    starts = sorted(s for s in starts if first <= s <= last + 1)
    return [[text for _, text in code[a:b]] for a, b in zip(starts, starts[1:])]


def loop_of(code):
    """Operations of the loop with most FFMA, without the blocks that end a chunk (they add or write)."""
    loop = busiest_loop(code)
    if not loop:
        return None
    counts = collections.Counter()
    for block in blocks_of(code, *loop):
        names = [operation(text) for text in block]
        if not any(re.match(r"FADD|STG|ST\b", name) for name in names):
            counts.update(names)
    return counts


def add_loops(kernels, cubin, cuobjdump):
    code, said = run([cuobjdump, "-sass", str(cubin)])
    functions = instructions(said) if code == 0 else {}
    for kernel in kernels:
        if kernel.source.startswith("gemm"):
            kernel.loop = loop_of(functions.get(kernel.symbol, []))


# The model: docs/cuda_kernels.md explains it.

def round_up(value, unit):
    return -(-value // unit) * unit


def warps_by_registers(kernel, processor):
    """Registers are given to a warp in units of 256; warps to the four parts of an SM."""
    return min(processor.threads // 32, processor.registers // round_up(kernel.registers * 32, 256) // 4 * 4)


def blocks_per_sm(kernel, processor):
    """(blocks, what limits them)"""
    warps = math.ceil(kernel.threads / 32)
    shared = round_up(kernel.shared + processor.shared_per_block, processor.shared_unit)
    limits = {
        "threads": processor.threads // (warps * 32),
        "blocks": processor.blocks,
        "registers": warps_by_registers(kernel, processor) // warps,
        "shared": processor.shared // shared if shared else processor.blocks,
    }
    least = min(limits, key=limits.get)
    return limits[least], least


def bound(loop):
    """Highest share of the FP32 peak that this loop allows: cycles of an SM per warp and turn, by each unit."""
    fma = loop["FFMA"] / 2
    issue = sum(loop.values()) / 4
    width = lambda name: 16 if ".128" in name else 8 if ".64" in name else 4
    shared = sum(n * width(name) * 32 / 128 for name, n in loop.items() if re.match(r"LDS|STS", name))
    return fma / max(fma, issue, shared)


def row(kernel, processor):
    blocks, limit = blocks_per_sm(kernel, processor)
    warps = blocks * math.ceil(kernel.threads / 32)
    cells = [f"`{kernel.name}`", kernel.source, kernel.registers, kernel.shared, kernel.threads, blocks, limit,
             f"{100 * warps * 32 // processor.threads} %"]
    if kernel.loop:
        total = sum(kernel.loop.values())
        cells += [f"{kernel.loop['FFMA']} of {total}", f"{100 * bound(kernel.loop):.0f} %"]
    else:
        cells += ["-", "-"]
    return "| " + " | ".join(str(c) for c in cells) + " |"


def table(kernels, arch, version):
    processor = PROCESSORS[arch]
    head = ["kernel", "file", "registers", "shared bytes", "threads", "blocks per SM", "limited by", "occupancy",
            "FFMA of the loop", "bound"]
    lines = [f"## sm_{arch}: {processor.name}, nvcc {version}", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    order = sorted(kernels, key=lambda k: (k.source, k.name))
    return "\n".join(lines + [row(k, processor) for k in order]) + "\n"


def find_cuobjdump(nvcc):
    beside = pathlib.Path(nvcc).resolve().parent / "cuobjdump"
    if beside.exists():
        return str(beside)
    return os.environ.get("CUOBJDUMP") or shutil.which("cuobjdump")


def inspect(nvcc, arch, scratch):
    cuobjdump = find_cuobjdump(nvcc)
    kernels, spilled = [], []
    folders = {s: scratch / s.replace("/", "_") for s in sources()}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = dict(zip(folders, pool.map(lambda s: compile_one(nvcc, arch, s, folders[s]), folders)))
    for source, folder in folders.items():
        spilled += spills(said[source])
        found = kernels_in(source, said[source], folder)
        if cuobjdump:
            add_loops(found, folder / "code.cubin", cuobjdump)
        kernels += found
    short_names(kernels)
    if spilled:
        raise SystemExit(f"cuda_kernels.py: registers are spilled for sm_{arch} by: " + ", ".join(spilled))
    return kernels


def main():
    nvcc, arch = sys.argv[1:3]
    version = re.search(r"V([\d.]+)", run([nvcc, "--version"])[1])[1]
    with tempfile.TemporaryDirectory() as scratch:
        text = table(inspect(nvcc, arch, pathlib.Path(scratch)), arch, version)
    if len(sys.argv) > 3:
        pathlib.Path(sys.argv[3]).write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
