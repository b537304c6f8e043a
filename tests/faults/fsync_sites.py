"""Which fsync of the program each sync of a record was, and whether leaving it out breaks a promise."""
import collections
import re

import disk
from promises import Promises


def site_of(record, sync):
    """Where the program calls fsync, as far as a record tells."""
    before = [o for o in record if o.number < sync.number and o.outcome == 0]
    after = [o for o in record if o.number > sync.number]
    folder, _, name = sync.path.rpartition("/")
    if name.endswith(".part"):
        return "bytes of " + re.sub(r"^\.(?:[\d_]+\.)?(.*?)\.[^.]*-\d+-\d+\.part$", r"\1", name)
    if name.endswith(".jsonl"):
        if after and after[0].kind == "create":
            return "journal, before a " + ("table" if ".txt." in after[0].path else "checkpoint")
        last = [o.data for o in before if o.kind == "write" and o.path == sync.path][-1]
        return "journal, after " + ("complete" if b'"complete"' in last else "failed")
    made = [o for o in before if o.kind in ("create", "rename", "link", "mkdir", "unlink")][-1]
    if made.kind == "create" and made.path.startswith(sync.path + "/"):
        return "folder of a new journal"
    if made.kind in ("rename", "link"):
        return "folder of a new " + made.other.rpartition(".")[2]
    return "folder of what was removed" if made.kind == "unlink" else "folder of a new folder"


def promises_broken(bench, record, left_out, beginning=None):
    """By what a power cut leaves somewhere in a run in which some syncs were not done; None: by nothing."""
    promises, there = Promises(bench), disk.Disk(beginning or bench.blank)
    for operation in record:
        there.apply(operation, sync=operation not in left_out)
        promises.follow(operation)
        for leave in (disk.least, disk.names_only):
            if broken := promises.broken_by(leave(there)):
                return broken
    return None


def check_sites(bench, records):
    """Leaves out all calls of one site after the other; prints what breaks, returns the sites that nothing needs."""
    by_site = collections.defaultdict(list)
    for number, record in enumerate(records):
        for sync in (o for o in record if o.kind == "sync" and o.outcome == 0):
            by_site[site_of(record, sync)].append((number, sync))
    needless = []
    for site, syncs in by_site.items():
        left_out = [[sync for of, sync in syncs if of == number] for number in range(len(records))]
        broken = [promises_broken(bench, *both) for both in zip(records, left_out)]
        first = next((text for text in broken if text), None)
        print(f"  without fsync of {site} ({len(syncs)} calls): {first or 'NOTHING BREAKS'}")
        if not first:
            needless.append(f"nothing needs the fsync of {site}")
    return needless
