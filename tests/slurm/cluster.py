"""A Slurm cluster of this machine alone: slurmctld and slurmd of the test's own, in a folder and on ports of their own,
bound to 127.0.0.1. No munge, no cgroups, no accounting; runs as whoever calls. Standard library only."""
import ctypes
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

# Requeued jobs wait as long as credentials live (cred_expire, at least 5 s) and not Slurm's usual two minutes.
CONFIGURATION = """\
ClusterName=mayfly
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
{plugins}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=15
ReturnToService=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=100000
PartitionName=all Nodes=node Default=YES PreemptMode=OFF PriorityTier=5
PartitionName=low Nodes=node PreemptMode=REQUEUE PriorityTier=1
PartitionName=urgent Nodes=node PreemptMode=OFF PriorityTier=9
"""


class Unavailable(Exception):
    """There is no Slurm here, or it does not start; the text says why."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def program(names, path):
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise Unavailable(f"none of {', '.join(names)} was found")


class Cluster:
    """with Cluster(folder, packages) as cluster: ...   `packages`: what scripts/slurm_packages.sh made."""

    def __init__(self, folder, packages, cpus):
        self.folder, self.cpus = folder, cpus
        self.daemons = []
        self.plugins = next(iter(glob.glob(f"{packages}/usr/lib/*/slurm-wlm")), None)
        # Commands of other jobs must not be taken for this one's.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "SBATCH", "SQUEUE"))}
        self.environment["SLURM_CONF"] = f"{folder}/slurm.conf"
        path = self.environment.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        if self.plugins:
            path = f"{packages}/usr/bin:{packages}/usr/sbin:{path}"
            libraries = os.path.dirname(self.plugins)  # what the machine lacks was fetched too
            self.environment["LD_LIBRARY_PATH"] = f"{self.plugins}:{libraries}"
        self.environment["PATH"] = path

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        path = self.environment["PATH"]
        controller = program(["slurmctld-wlm", "slurmctld"], path)
        node = program(["slurmd-wlm", "slurmd"], path)
        step = program(["slurmstepd-wlm", "slurmstepd"], path)
        os.makedirs(f"{self.folder}/state")
        os.makedirs(f"{self.folder}/spool")
        with open(self.environment["SLURM_CONF"], "w") as conf:
            conf.write(CONFIGURATION.format(
                host=socket.gethostname().split(".")[0], user=pwd.getpwuid(os.getuid()).pw_name, folder=self.folder,
                controller_port=free_port(), node_port=free_port(), cpus=self.cpus,
                plugins=f"PluginDir={self.plugins}" if self.plugins else ""))
        self.daemon([controller, "-D", "-i", "-c"])
        self.daemon([node, "-D", "-c", "-N", "node", "-d", step])
        for _ in range(150):
            time.sleep(0.2)
            if any(d.poll() is not None for d in self.daemons):
                break
            if "idle" in self.run("sinfo", "-h", "-o", "%t", check=False):
                return
        raise Unavailable("slurmctld and slurmd did not start:\n" + self.logs())

    def daemon(self, command):
        log = open(f"{self.folder}/{os.path.basename(command[0])}.out", "w")
        self.daemons.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=subprocess.STDOUT, preexec_fn=die_with_parent))

    def stop(self):
        """Ends the jobs, the daemons, and what jobs have left: processes that know this cluster's slurm.conf."""
        if self.daemons and all(d.poll() is None for d in self.daemons):
            self.run("scancel", "--state=PENDING", "--me", check=False)
            self.run("scancel", "--me", check=False)
            for _ in range(100):
                if not self.run("squeue", "-h", check=False).strip():
                    break
                time.sleep(0.2)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self.daemons = []
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def processes(self):
        mark = f"SLURM_CONF={self.environment['SLURM_CONF']}\0".encode()
        found = []
        for file in glob.glob("/proc/[0-9]*/environ"):
            try:
                if mark in open(file, "rb").read() + b"\0" and (pid := int(file.split("/")[2])) != os.getpid():
                    found.append(pid)
            except OSError:
                pass
        return found

    def run(self, *command, check=True):
        """Standard output of a command that knows this cluster."""
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=60)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def signal(self, job, name):
        """Signals a batch script. Just after its start Slurm may say "can not be altered now, try again later"."""
        try_again_later = "exit code 229"  # ESLURM_TRANSITION_STATE_NO_UPDATE, of which a shell sees the low byte
        for attempt in range(50):
            try:
                return self.run("scancel", "--batch", f"--signal={name}", job)
            except AssertionError as refused:
                if try_again_later not in str(refused) or attempt == 49:
                    raise
                time.sleep(0.2)

    def state(self, job):
        """RUNNING, PENDING, ...; empty once the job is over."""
        return self.run("squeue", "-h", "-j", job, "-t", "PENDING,RUNNING,COMPLETING", "-o", "%T", check=False).strip()

    def logs(self):
        text = ""
        for file in sorted(glob.glob(f"{self.folder}/slurm*.log") + glob.glob(f"{self.folder}/*.out")):
            text += f"--- {os.path.basename(file)}\n" + "".join(open(file, errors="replace").readlines()[-30:])
        return text
