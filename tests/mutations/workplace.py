"""A copy of the sources with a build folder of its own, where faults are planted and tests run."""
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import time

import faults
import switches

# The tests on the software device. Those that know a file best run first.
TESTS = {
    "element_kernels_test": "tests/softgpu",
    "gemm_test": "tests/softgpu",
    "vendor_test": "tests/softgpu",
    "kernels_soft_test": "tests/kernels",
    "step_counts_test": "tests/softgpu",
    "exact_network_soft_test": "tests/reference",
    "trainer_soft_test": "tests/trainer",
}
FIRST = {"activation_code": "vendor_test", "gemm": "gemm_test", "conv2d": "gemm_test", "vendor": "vendor_test",
         "backend": "step_counts_test", "runtime": "step_counts_test", "workspace": "step_counts_test"}
MEMORY = 8 << 30  # bytes that a test may take: an index that has run wild asks for more
CONFIGURE = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG",
             "-DMAYFLY_CUDA=OFF", "-DMAYFLY_BENCH=OFF", "-DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST"]


class Workplace:
    """`tests`: those of TESTS that count."""

    def __init__(self, root, folder, tests):
        self.root, self.folder, self.tests = root, folder, tests
        self.source, self.build = folder / "source", folder / "build"
        self.switched = {}  # fault -> its number
        self.seconds = {}  # that a test takes while all faults sleep

    def prepare(self, found):
        """Copies what has changed, with every fault that can sleep, and sees that the tests pass as yet."""
        plain = self.tracked_files()
        codes = {file: faults.without_comments(plain[file].decode()) for file in {fault.file for fault in found}}
        awaiting = {fault: number for number, fault in enumerate(found)
                    if fault.begin >= 0 and switches.can_switch(fault, codes[fault.file])}
        for _ in range(10):
            self.switched = awaiting
            digest = self.copy_sources(self.planted(plain))
            self.configure()
            if self.compile(self.tests):
                return self.measure(digest)
            wrong = set(re.findall(r"(kernels/cuda/[\w/.]+):(\d+):", self.log().read_text()))
            awaiting = {fault: number for fault, number in awaiting.items()
                        if (fault.file, str(fault.line)) not in wrong}
            if len(awaiting) == len(self.switched):
                break
        raise SystemExit(f"the sources do not build without a fault: {self.log()}")

    def log(self, number=None):
        return self.folder / (f"fault{number}.log" if number is not None else "last.log")

    def tracked_files(self):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=self.root, check=True, stdout=subprocess.PIPE)
        names = [name for name in listed.stdout.decode().split("\0") if name]
        files = {name: (self.root / name).read_bytes() for name in names if (self.root / name).is_file()}
        # What only a warning sees is not caught.
        files["cmake/mayfly.cmake"] = files["cmake/mayfly.cmake"].replace(b" -Werror", b"")
        return files

    def planted(self, plain):
        files = dict(plain)
        for file in {fault.file for fault in self.switched}:
            here = [(number, fault) for fault, number in self.switched.items() if fault.file == file]
            files[file] = switches.with_switches(plain[file].decode(), here).encode()
        return files

    def copy_sources(self, files):
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(name.encode() + content)
            write_if_changed(self.source / name, content)
        for path in [path for path in self.source.rglob("*") if path.is_file()]:
            if str(path.relative_to(self.source)) not in files:
                path.unlink()
        return digest.hexdigest()

    def configure(self):
        if not (self.build / "build.ninja").exists():
            subprocess.run(["cmake", "-S", self.source, "-B", self.build, *CONFIGURE], check=True,
                           stdout=subprocess.DEVNULL)

    def measure(self, digest):
        notes = self.folder / "tests.json"
        known = json.loads(notes.read_text()) if notes.exists() else {}
        if known.get("sources") != digest:
            known = {"sources": digest, "seconds": {}}
        for test in self.tests:
            if test in known["seconds"]:
                continue
            begin = time.monotonic()
            why = self.run(test, 1800)
            if why:
                raise SystemExit(f"{test} fails while all faults sleep ({why}): {self.log()}")
            known["seconds"][test] = round(time.monotonic() - begin, 1)
            notes.write_text(json.dumps(known))
        self.seconds = known["seconds"]

    def compile(self, targets):
        with self.log().open("w") as log:
            return subprocess.run(["nice", "-n", "5", "ninja", "-C", self.build, *targets], stdout=log,
                                  stderr=subprocess.STDOUT).returncode == 0

    def run(self, test, limit, number=None):
        """Nothing where it passes, or how it fails. `number`: of the fault that is awake."""
        command = ["nice", "-n", "5", self.build / TESTS[test] / test, "--gtest_brief=1", "--gtest_fail_fast"]
        environment = os.environ | {"MAYFLY_TEST_DEVICE": "cuda"}
        if number is not None:
            environment["MAYFLY_FAULT"] = str(number)
        limits = lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        with self.log(number).open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=limits,
                                       start_new_session=True, env=environment, cwd=self.folder)
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return "time limit"
        return reason(self.log(number), status) if status else ""

    def order_of_tests(self, file):
        name = file.removeprefix("kernels/cuda/")
        first = next((test for prefix, test in FIRST.items() if name.startswith(prefix)), "element_kernels_test")
        return sorted(self.tests, key=lambda test: (test != first, self.seconds[test]))

    def judge(self, fault):
        """("caught", how), ("survived", "") or ("not compiled", ""). The copy is as it was afterwards."""
        number = self.switched.get(fault)
        if number is not None:
            verdict = self.judge_built(fault, number)
            self.log(number).unlink()
            return verdict
        path = self.source / fault.file
        original = path.read_bytes()
        path.write_bytes(fault.text.encode())
        try:
            return self.judge_built(fault)
        finally:
            path.write_bytes(original)

    def judge_built(self, fault, number=None):
        for test in self.order_of_tests(fault.file):
            if number is None and not self.compile([test]):
                return "not compiled", ""
            why = self.run(test, 20 + 10 * self.seconds[test], number)
            if why:
                return "caught", f"{test}: {why}"
        return "survived", ""


def reason(log, status):
    """A few words from the output of a test."""
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("softgpu: ") or "FAILED" in line or "what()" in line:
            return line.strip()[:120]
    return f"ended by {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"


def write_if_changed(path, content):
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
