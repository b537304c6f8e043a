#!/usr/bin/env python3
"""`mayfly slurm` on a real Slurm of this machine alone (cluster.py): an array of three workers over one campaign, which are
warned, requeued and reach their time limit; a worker that is killed, preempted and cancelled; one that makes no progress;
the deadline that squeue tells. Then the tables are those of a run that nobody disturbed.

  slurm_test.py MAYFLY PACKAGES     PACKAGES: where scripts/slurm_packages.sh puts Slurm; missing: it is asked to

Exit code 77 and a line that says why where Slurm cannot be had or does not start. Standard library only."""
import concurrent.futures
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cluster import Cluster, Unavailable

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LIMIT = 420  # seconds for all; usually a minute and a half at most
WORKERS = 3


def init(mayfly, folder, networks, epochs):
    subprocess.run([mayfly, "init", folder, "--preset", "laptop", "--dataset", "FashionMNIST", "-n", str(networks),
                    "--seed", "5", "--set", f"train.epochs={epochs}", "--set", "train.max_train_images=1200",
                    "--set", "train.max_val_images=200", "--set", "search_space.batch_size=[20, 50]",
                    "--set", "search_space.max_macs_per_image=400000",
                    "--set", "campaign.base_time=2026-01-02T03:04:05Z"], check=True, stderr=subprocess.DEVNULL)


def wait_for(what, condition, seconds=90):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.1)
    print(f"{time.monotonic() - START:5.1f} s  {what}", flush=True)
    return value


def expect(true, what):
    if not true:
        raise AssertionError(f"expected: {what}")


class Campaign:
    """A folder and the logs of its workers."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def log(self, task):
        files = [f for f in self.folder.glob("slurm/*.log") if f.name.endswith(f"_{task.split('_')[1]}.log")
                 and f.name.startswith(task.split("_")[0])]
        return "".join(f.read_text() for f in files)

    def says(self, task, text, times=1):
        return self.log(task).count(text) >= times

    def process(self, task):
        """Number of the worker's mayfly."""
        record = self.folder / "slurm" / f"{task}.starts"
        words = record.read_text().split() if record.exists() else []
        return int(words[1].rsplit("-", 1)[1]) if len(words) == 2 else None

    def points(self, process):
        """Half epochs that a process has written down."""
        return sum(f.read_text().count('"event":"point"')
                   for f in self.folder.glob(f"journal/*-{process}-*.jsonl")) if process else 0

    def at_work(self, cluster, task, points=2):
        """The worker's process, where it lives and has written down so many half epochs."""
        process = self.process(task)
        return process if self.points(process) >= points and process in cluster.processes() else None

    def tables(self):
        return {str(f.relative_to(self.folder)): f.read_bytes() for f in self.folder.glob("tables/*/*.txt")}

    def all_logs(self):
        return "".join(f"--- {f.name}\n{f.read_text()}" for f in sorted(self.folder.glob("slurm/*.log")))


def submit(cluster, mayfly, campaign, *options):
    return cluster.run(mayfly, "slurm", str(campaign.folder), "--cpus-per-task", "1", "--time", "1m", "--submit",
                       *options).strip()


def give_time(cluster, task):
    """A minute was enough to see its limit; the rest need not hurry."""
    cluster.run("scontrol", "update", f"jobid={task}", "timelimit=30")


def stop_by_signal(cluster, trial, task):
    wait_for(f"{task} is at work", lambda: trial.at_work(cluster, task))
    cluster.signal(task, "USR1")
    wait_for(f"{task} stops at a signal and is queued again", lambda: trial.says(task, "stopped, and queued to go on"))
    give_time(cluster, task)


def requeue(cluster, trial, task):
    wait_for(f"{task} is at work", lambda: trial.at_work(cluster, task))
    cluster.run("scontrol", "requeue", task)
    wait_for(f"{task} stops where it is requeued", lambda: trial.says(task, "stopped; Slurm has the job as"))
    give_time(cluster, task)


def hold(cluster, trial, task):
    """Stops a worker, so that it has work to save when Slurm warns it of its end. Slurm, which looks every half minute,
    may have been faster: then it is the next start's turn."""
    while True:
        warnings = trial.log(task).count("asked to stop")
        process = wait_for(f"{task} is at work", lambda: trial.at_work(cluster, task))
        os.kill(process, signal.SIGSTOP)
        if trial.log(task).count("asked to stop") == warnings:
            return process, warnings
        os.kill(process, signal.SIGCONT)
        wait_for(f"{task} was warned too early", lambda: process not in cluster.processes())


def reach_the_limit(cluster, trial, task):
    process, warnings = hold(cluster, trial, task)
    queued = trial.log(task).count("stopped, and queued to go on")
    try:
        wait_for(f"{task} is warned of its time limit", lambda: trial.says(task, "asked to stop", warnings + 1))
    finally:
        os.kill(process, signal.SIGCONT)
    wait_for(f"{task} stops before its limit and is queued again",
             lambda: trial.says(task, "stopped, and queued to go on", queued + 1))
    give_time(cluster, task)


def finish(cluster, trial, job):
    wait_for("the array is over", lambda: not cluster.state(job))
    for task in range(WORKERS):
        log = trial.log(f"{job}_{task}")
        expect("start 2" in log and "the campaign is finished, exit code 0" in log, f"{job}_{task} went on to the end")


def killed_preempted_cancelled(cluster, mayfly, endless):
    """The worker has most of the node's memory, so that an urgent job has to take its place."""
    job = submit(cluster, mayfly, endless, "--workers", "1", "--partition", "low", "--sbatch=--mem=90000",
                 "--sbatch=--time=30")
    task = f"{job}_0"
    process = wait_for(f"{task} is at work", lambda: endless.at_work(cluster, task))
    os.kill(process, signal.SIGKILL)
    wait_for(f"{task} is queued again after kill -9", lambda: endless.says(task, "ended by signal 9"))
    wait_for(f"{task} is at work again", lambda: endless.says(task, "start 2") and endless.at_work(cluster, task))
    cluster.run("sbatch", "--partition=urgent", "--mem=50000", "--time=1", "--output=/dev/null", "--wrap", "sleep 1")
    wait_for(f"{task} is preempted", lambda: endless.says(task, "stopped; Slurm has the job as"))
    wait_for(f"{task} goes on", lambda: endless.says(task, "start 3") and endless.at_work(cluster, task, 1))
    cluster.run("scancel", task)
    wait_for(f"{task} stops where it is cancelled", lambda: endless.says(task, "stopped; Slurm has the job as", 2))
    wait_for(f"{task} is over", lambda: not cluster.state(job))


def in_vain(cluster, mayfly, vain):
    """A grace as long as the job: it stops at once, each time."""
    job = submit(cluster, mayfly, vain, "--workers", "1", "--give-up-after", "2")
    cluster.run("scancel", job)
    script = vain.folder / "slurm" / "workers.sh"
    text = script.read_text()
    script.write_text(text.replace("options=(", "options=(--grace 60 "))
    return cluster.run("sbatch", "--parsable", str(script)).strip()


def check_trial(cluster, mayfly, trial, reference):
    expect(trial.tables() == reference.tables() and trial.tables(), "the tables of the undisturbed run")
    cluster.run(mayfly, "verify", str(trial.folder))
    left = [f.name for f in trial.folder.glob("work/*")] + [f.name for f in trial.folder.glob("slurm/*.starts")]
    expect(not left, f"no leftovers, found {left}")
    expect("nothing to submit" in subprocess.run([mayfly, "slurm", trial.folder], capture_output=True, text=True).stderr,
           "`mayfly slurm` says that a finished campaign needs no jobs")


def test(cluster, mayfly, folder):
    # Characters that Slurm, its logs and the shell would each take for something else.
    trial, reference = Campaign(f"{folder}/it's 100% a trial"), Campaign(f"{folder}/reference")
    endless, vain = Campaign(f"{folder}/endless"), Campaign(f"{folder}/vain")
    init(mayfly, trial.folder, 9, 8)
    init(mayfly, endless.folder, 4, 20000)
    reference.folder.mkdir()
    shutil.copy(trial.folder / "campaign.toml", reference.folder)
    shutil.copytree(endless.folder, vain.folder)

    job = submit(cluster, mayfly, trial, "--workers", str(WORKERS))
    poor = in_vain(cluster, mayfly, vain)
    deadline = cluster.run("sbatch", "--parsable", "--time=1", "--output", f"{folder}/deadline.log", "--wrap",
                           f"{mayfly} run {endless.folder} --threads 1 --grace 45 --progress none; echo exit code $?").strip()
    stop_by_signal(cluster, trial, f"{job}_0")
    requeue(cluster, trial, f"{job}_1")
    with concurrent.futures.ThreadPoolExecutor() as meanwhile:
        limit = meanwhile.submit(reach_the_limit, cluster, trial, f"{job}_2")
        killed_preempted_cancelled(cluster, mayfly, endless)
        limit.result()
    wait_for("the deadline of squeue ends a run", lambda: not cluster.state(deadline))
    said = open(f"{folder}/deadline.log").read()
    expect("exit code 75\n" in said, f"exit code 75 before Slurm ends the job, found {said}")
    finish(cluster, trial, job)
    wait_for("a worker without progress gives up", lambda: vain.says(f"{poor}_0", "given up"))
    expect(vain.says(f"{poor}_0", "start 2") and not vain.says(f"{poor}_0", "start 3"), "it gives up at its third start")
    wait_for("and is over", lambda: not cluster.state(poor))
    subprocess.run([mayfly, "run", reference.folder, "--progress", "none"], check=True)
    check_trial(cluster, mayfly, trial, reference)


def time_is_up(*_):
    raise AssertionError(f"not done after {LIMIT} s")


def main():
    mayfly, packages = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if not shutil.which("slurmctld") and subprocess.run([ROOT / "scripts/slurm_packages.sh", packages]).returncode == 77:
        return 77
    signal.signal(signal.SIGALRM, time_is_up)
    signal.signal(signal.SIGTERM, time_is_up)
    signal.alarm(LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Cluster(f"{folder}/cluster", packages, cpus=8) as cluster:
                try:
                    test(cluster, mayfly, folder)
                except BaseException:
                    print(cluster.run("squeue", "-a", check=False), cluster.logs())
                    for trial in glob.glob(f"{glob.escape(folder)}/*/slurm"):
                        print(Campaign(os.path.dirname(trial)).all_logs())
                    raise
            expect(not cluster.processes(), "no process is left")
        except Unavailable as why:
            print(f"SKIPPED: slurm_test.py: {why}")
            return 77
    print(f"{time.monotonic() - START:5.1f} s  all as expected")
    return 0


START = time.monotonic()
if __name__ == "__main__":
    sys.exit(main())
