"""What has to be on the disk at each moment of a recorded run, whatever happens next."""
from campaign import events_of, points_of


class Promises:
    """Follows a record; broken_by() says what is missing in what a power cut would leave now."""

    def __init__(self, bench):
        self.bench = bench
        self.journal = []         # lines written so far
        self.checkpoints = {}     # by network: [bytes, points in the journal when it was begun]
        self.unfinished = {}      # bytes of checkpoints that are being written, by handle
        self.told = {}            # by network, what was told: complete, failed
        self.ending = set()       # networks whose tables are being written
        self.locked = False       # campaign.lock.toml is done: something else was made after it

    def follow(self, operation):
        """An operation that was done."""
        if operation.outcome != 0:
            return
        name = operation.path.rpartition("/")[2]
        id = name.lstrip(".").partition(".")[0]
        if operation.kind in ("create", "mkdir") and not name.startswith(".campaign.lock.toml."):
            self.locked = True
        if operation.path.startswith("journal/") and operation.kind == "write":
            self.journal.append(operation.data)
        if ".ckpt." in name and operation.kind == "create":
            self.unfinished[operation.handle] = [b"", points_of([b"".join(self.journal)])]
            self.checkpoints.setdefault(id, []).append(self.unfinished[operation.handle])
        if ".ckpt." in name and operation.kind == "write":
            self.unfinished[operation.handle][0] += operation.data
        if ".txt." in name and operation.kind == "create":
            self.ending.add(id)
        if name.endswith(".claim") and operation.kind == "unlink":
            events = events_of([b"".join(self.journal)])
            self.told[id] = [event["event"] for event in events if event.get("id") == id][-1]

    def broken_by(self, tree):
        """The first promise that is broken; None: all are kept."""
        return next(self.broken(tree), None)

    def broken(self, tree):
        journals = [content for path, content in tree.items() if path.startswith("journal/")]
        points, events = points_of(journals), list(events_of(journals))
        for path, content in tree.items():
            if path in self.bench.reference and content is not None and content != self.bench.reference[path]:
                yield f"{path} is not whole"
        if self.locked and "campaign.lock.toml" not in tree:
            yield "the campaign was locked, and campaign.lock.toml is not there"
        for id in self.bench.ids:
            yield from self.broken_of(id, tree, points, events)

    def broken_of(self, id, tree, points, events):
        table = next((path for path in tree if path.endswith(f"/{id}.txt")), None)
        if table and table.rpartition("/")[0] + "/campaign.json" not in tree:
            yield f"{table} without its campaign.json"
        if table and any((id, row / 2) not in points for row in range(1, self.bench.rows + 1)):
            yield f"{table} is there, and not all of its points"
        kinds = [event["event"] for event in events if event.get("id") == id]
        told = self.told.get(id)
        written = "complete" in [event["event"] for event in events_of(self.journal) if event.get("id") == id]
        if (written or told == "complete") and not table:
            yield f"{id} was complete, and its table is not there"
        if told in ("complete", "failed") and told not in kinds:
            yield f"{id} was told to be {told}, and no journal says so"
        if told == "failed" and not tree.get(f"failed/{id}.json", b"").endswith(b"}\n"):
            yield f"{id} was told to have failed, and failed/{id}.json does not say so"
        if not table and told != "failed":
            yield from self.broken_checkpoint(id, tree, points)

    def broken_checkpoint(self, id, tree, points):
        """The last one must be there; while it may still be being written, the one before will do."""
        begun = self.checkpoints.get(id, [])
        allowed = begun[-1:] if id in self.ending else begun[-2:]
        found = tree.get(f"work/{id}.ckpt")
        if len(allowed) < 2 and id not in self.ending and found is None or not begun:
            return
        fitting = [entry for entry in allowed if entry[0] == found]
        if not fitting:
            yield f"work/{id}.ckpt is not the last one"
        elif any(count > points[point] for point, count in fitting[-1][1].items() if point[0] == id):
            yield f"work/{id}.ckpt is there, and not all points of the half epochs that it has behind it"
