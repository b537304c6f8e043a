"""A copy of the sources with a build folder of its own, where faults are planted and tests run."""
import concurrent.futures
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
    "recovery_test": "tests/softgpu",
    "step_counts_test": "tests/softgpu",
    "exact_network_soft_test": "tests/reference",
    "trainer_soft_test": "tests/trainer",
}
FIRST = {"activation_code": "vendor_test", "gemm": "gemm_test", "conv2d": "gemm_test", "vendor": "vendor_test",
         "backend": "step_counts_test", "runtime": "step_counts_test", "workspace": "step_counts_test",
         "device": "recovery_test", "open": "recovery_test", "error": "recovery_test"}
MEMORY = 8 << 30  # bytes that a test may take: an index that has run wild asks for more
ON_THE_DEVICE = {"MAYFLY_TEST_DEVICE": "cuda"}
CONFIGURE = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG",
             "-DMAYFLY_CUDA=OFF", "-DMAYFLY_BENCH=OFF", "-DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST"]


class Workplace:
    """`tests`: those of TESTS that count. `jobs`: tests at once."""

    def __init__(self, root, folder, tests, jobs):
        self.root, self.folder, self.tests, self.jobs = root, folder, tests, jobs
        self.source, self.build = folder / "source", folder / "build"
        self.switched = {}  # fault -> its number
        self.cases = {}  # "test case" -> {"seconds": while all faults sleep, "reached": the faults it asks about}

    def prepare(self, found):
        """Copies what has changed, with every fault that can sleep, and sees that the tests pass as yet."""
        plain = self.tracked_files()
        codes = {file: faults.without_comments(plain[file].decode()) for file in {fault.file for fault in found}}
        awaiting = {fault: number for number, fault in enumerate(found)
                    if not fault.by_hand and switches.can_switch(fault, codes[fault.file])}
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

    def log(self, name="build"):
        return self.folder / f"{name}.log"

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
            known = {"sources": digest, "cases": {}}
        self.cases = known["cases"]
        wanted = [f"{test} {case}" for test in self.tests for case in self.cases_of(test)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            unknown = [case for case in wanted if case not in self.cases]
            for case, found in zip(unknown, pool.map(self.measure_case, unknown), strict=True):
                self.cases[case] = found
                notes.write_text(json.dumps(known))

    def cases_of(self, test):
        listed = subprocess.run([self.build / TESTS[test] / test, "--gtest_list_tests"], check=True, text=True,
                                stdout=subprocess.PIPE, env=os.environ | ON_THE_DEVICE).stdout
        for line in listed.splitlines():
            name = line.split("#")[0].strip()
            if not line.startswith(" "):
                suite = name
            else:
                yield suite + name

    def measure_case(self, case):
        reached = self.log(case.replace("/", "_")).with_suffix(".reached")
        reached.unlink(missing_ok=True)
        begin = time.monotonic()
        why = self.run(case, 1800, {"MAYFLY_FAULTS_REACHED": str(reached)})
        if why:
            raise SystemExit(f"{case} fails while all faults sleep ({why})")
        seconds = round(time.monotonic() - begin, 2)
        numbers = sorted({int(line) for line in reached.read_text().split()}) if reached.exists() else []
        reached.unlink(missing_ok=True)
        return {"seconds": seconds, "reached": numbers}

    def compile(self, targets):
        with self.log().open("w") as log:
            return subprocess.run(["nice", "-n", "5", "ninja", "-k", "0", "-C", self.build, *targets], stdout=log,
                                  stderr=subprocess.STDOUT).returncode == 0

    def run(self, case, limit, variables, log=None):
        """Nothing where it passes, or how it fails. `case`: "TEST CASE" or a whole "TEST"."""
        test, *cases = case.split()
        command = ["nice", "-n", "5", self.build / TESTS[test] / test, "--gtest_brief=1", "--gtest_fail_fast",
                   *(f"--gtest_filter={name}" for name in cases)]
        log = log or self.log(case.replace("/", "_"))
        limits = lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        with log.open("w") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, preexec_fn=limits,
                                       start_new_session=True, env=os.environ | ON_THE_DEVICE | variables,
                                       cwd=self.folder)
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = None
        why = "time limit" if status is None else reason(log, status) if status else ""
        log.unlink()
        return why

    def limit(self, seconds):
        return 10 + 10 * seconds

    def judge(self, fault):
        """("caught", how), ("survived", "") or ("not compiled", ""). The copy is as it was afterwards."""
        if fault in self.switched:
            return self.judge_awake(self.switched[fault])
        path = self.source / fault.file
        original = path.read_bytes()
        path.write_bytes(fault.text.encode())
        try:
            return self.judge_built(fault)
        finally:
            path.write_bytes(original)

    def judge_awake(self, number):
        """By the cases that ask about it, quick ones first."""
        reaching = [case for case, found in self.cases.items() if number in found["reached"]]
        for case in sorted(reaching, key=lambda case: self.cases[case]["seconds"]):
            why = self.run(case, self.limit(self.cases[case]["seconds"]), {"MAYFLY_FAULT": str(number)},
                           self.log(f"fault{number}"))
            if why:
                return "caught", f"{case}: {why}"
        return "survived", "" if reaching else "no test reaches it"

    def judge_built(self, fault):
        for test in self.order_of_tests(fault.file):
            if not self.compile([test]):
                return "not compiled", ""
            why = self.run(test, self.limit(self.seconds_of(test)), {})
            if why:
                return "caught", f"{test}: {why}"
        return "survived", ""

    def seconds_of(self, test):
        return sum(found["seconds"] for case, found in self.cases.items() if case.startswith(test + " "))

    def order_of_tests(self, file):
        name = file.removeprefix("kernels/cuda/")
        first = next((test for prefix, test in FIRST.items() if name.startswith(prefix)), "element_kernels_test")
        return sorted(self.tests, key=lambda test: (test != first, self.seconds_of(test)))


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
