"""A campaign of tiny networks on made-up images, run by the built program: with faults, killed, or left in peace."""
import collections
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile

Outcome = collections.namedtuple("Outcome", "code text")
TRAIN, VALIDATION = 240, 120
KILLED = -9


def write_images(root):
    """FashionMNIST's four files, with a few images of noise."""
    noise = random.Random(1)
    root.mkdir()
    for name, count in (("train", TRAIN), ("t10k", VALIDATION)):
        images, labels = noise.randbytes(count * 28 * 28), bytes(i % 10 for i in range(count))
        (root / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, count, 28, 28) + images)
        (root / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, count) + labels)


def memory_folder():
    """A folder in memory, or None where there is none."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def files_below(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


class Bench:
    """A scratch folder with the images, a campaign that has not begun, and one that was never disturbed."""

    def __init__(self, mayfly, library, networks=2, epochs=1.5, batch_size="[60, 80]", checkpoint_every="1e-9"):
        self.mayfly, self.library = os.path.abspath(mayfly), os.path.abspath(library)
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="mayfly_faults_", dir=memory_folder())).resolve()
        self.settings = [f"train.epochs={epochs}", f"train.checkpoint_every={checkpoint_every}",
                         f"train.max_train_images={TRAIN}", f"train.max_val_images={VALIDATION}",
                         f"search_space.batch_size={batch_size}", "search_space.max_macs_per_image=200000",
                         "campaign.base_time=2026-01-02T03:04:05Z"]
        self.networks, self.rows = networks, int(2 * epochs)
        self.ids = [f"2026_01_02_03_04_05_{i:06}" for i in range(networks)]
        write_images(self.scratch / "data")
        self.blank = self.scratch / "blank"
        assert self.init(self.blank).code == 0
        undisturbed = self.fresh("undisturbed")
        outcome = self.run(undisturbed)
        assert outcome.code == 0, outcome.text
        self.reference = {name: path.read_bytes() for name, path in files_below(undisturbed).items()
                          if not name.startswith("journal/")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def fresh(self, name):
        folder = self.scratch / name
        shutil.copytree(self.blank, folder)
        return folder

    def init(self, folder, faults=None):
        settings = [word for setting in self.settings for word in ("--set", setting)]
        return self.call(["init", folder, "--preset", "laptop", "--dataset", "FashionMNIST", "-n", self.networks,
                          "--seed", "7", *settings], faults or {})

    def arguments(self, folder, more=()):
        return ["run", folder, "--data-root", self.scratch / "data", "--jobs", "1", "--threads", "1",
                "--progress", "json", *more]

    def run(self, folder, faults=None, more=()):
        """`mayfly run`; `faults` as tests/faults/preload reads them, without MAYFLY_FAULTS_."""
        return self.call(self.arguments(folder, more), {"FOLDER": folder, **faults} if faults else {})

    def start(self, arguments, faults=None, output=subprocess.DEVNULL):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAYFLY_")}
        if faults:
            environment["LD_PRELOAD"] = self.library
            environment.update({f"MAYFLY_FAULTS_{name}": str(value) for name, value in faults.items()})
        return subprocess.Popen([self.mayfly, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT, text=True, errors="replace")

    def call(self, arguments, faults=None):
        process = self.start(arguments, faults, subprocess.PIPE)
        try:
            text = process.communicate(timeout=120)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return Outcome("never ended", process.communicate()[0])
        return Outcome(process.returncode, text)

    def half_written(self, folder):
        """Whatever is under its final name and not as it should be."""
        return [name for name, path in files_below(folder).items()
                if name in self.reference and path.read_bytes() != self.reference[name]]

    def unexpected(self, folder):
        """Files that a finished campaign does not have; journals are any number."""
        return [name for name in files_below(folder)
                if name not in self.reference and not (name.startswith("journal/") and name.endswith(".jsonl"))]

    def trouble(self, folder):
        """What is wrong with a campaign that should be finished; empty: nothing."""
        wrong = [f"{name} differs" for name in self.half_written(folder)]
        wrong += [f"{name} is missing" for name in self.reference if not (folder / name).exists()]
        wrong += [f"{name} was left" for name in self.unexpected(folder)]
        points = points_of(texts_of_journals(folder))
        wrong += [f"{id}: no point of epoch {row / 2} in the journals" for id in self.ids
                  for row in range(1, self.rows + 1) if (id, row / 2) not in points]
        return wrong

    def finish(self, folder, more=("--lease", "1")):
        """The same command in peace; what is wrong then."""
        outcome = self.run(folder, more=more)
        return ([] if outcome.code == 0 else [f"exit code {outcome.code}: {outcome.text}"]) + self.trouble(folder)


def texts_of_journals(folder):
    return [path.read_bytes() for path in sorted((folder / "journal").glob("*.jsonl"))]


def events_of(texts):
    """Of all whole lines."""
    for text in texts:
        for line in text.split(b"\n"):
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def points_of(texts):
    """How often each point is there, by (id, epoch)."""
    return collections.Counter((event["id"], event["epoch"]) for event in events_of(texts)
                               if event["event"] == "point")
