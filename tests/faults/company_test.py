#!/usr/bin/env python3
"""Clocks that go back, workers that start at one instant, torn journals: company_test.py MAYFLY LIBRARY"""
import itertools
import sys
import time
import unittest

from campaign import Bench, points_of, texts_of_journals
from record import read_record

PROGRAMS = []


class CompanyTest(unittest.TestCase):
    def setUp(self):
        self.bench = Bench(*PROGRAMS)
        self.addCleanup(self.bench.__exit__)

    def killed_after_a_checkpoint(self, folder, faults):
        """A run that is killed when the first network has made its last checkpoint."""
        record = self.bench.scratch / "record"
        self.bench.run(self.bench.fresh("recorded"), {"RECORD": record, **faults})
        at = [o.number for o in read_record(record) if o.kind == "rename" and o.other.endswith("000000.ckpt")][-1]
        self.assertEqual(self.bench.run(folder, {"AT": f"{at}:kill-after", **faults}).code, -9)

    def test_a_clock_that_goes_back(self):
        folder = self.bench.fresh("backwards")
        outcome = self.bench.run(folder, {"CLOCK": -3600})
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertEqual(self.bench.trouble(folder), [])

    def test_a_clock_that_was_set_back_between_two_runs(self):
        """What the second run says seems to be older than what the first one said."""
        folder = self.bench.fresh("set_back")
        self.killed_after_a_checkpoint(folder, {})
        outcome = self.bench.run(folder, {"CLOCK": -86400})
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertEqual(self.bench.trouble(folder), [])
        for command in ("verify", "export"):
            outcome = self.bench.call([command, folder])
            self.assertEqual(outcome.code, 0, outcome.text)
        curves = (folder / "exports/curves.csv").read_text().splitlines()
        self.assertEqual(len(curves), 1 + self.bench.networks * self.bench.rows)
        self.assertEqual([line for line in curves if line.endswith(",")], [], "points that the journals know")

    def start_together(self, number, folder):
        """Two runs that both stand before their operation of this number until neither waits for the other."""
        gate = self.bench.scratch / f"gate{number}"
        faults = {"FOLDER": folder, "HOLD": f"{number}:{gate}"}
        runs = [self.bench.start(self.bench.arguments(folder, ["--lease", "1"]), faults) for _ in range(2)]
        time.sleep(0.15)
        gate.touch()
        return [run.wait(timeout=60) for run in runs]

    def test_two_workers_at_the_same_instant(self):
        for number in itertools.chain(range(1, 45, 6), (35, 36, 38, 39)):
            folder = self.bench.fresh(f"instant{number}")
            self.assertEqual(self.start_together(number, folder), [0, 0], f"operation {number}")
            self.assertEqual(self.bench.trouble(folder), [], f"operation {number}")

    def test_a_journal_that_is_torn_anywhere(self):
        folder = self.bench.fresh("torn")
        self.killed_after_a_checkpoint(folder, {})
        journal = next((folder / "journal").iterdir())
        whole = journal.read_bytes()
        for tail in (whole[:-1], whole[:-40], whole + b'{"event":"poi', whole + bytes(200)):
            journal.write_bytes(tail)
            self.assertEqual(self.bench.call(["status", folder]).code, 0)
        outcome = self.bench.run(folder)
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertEqual(self.bench.trouble(folder), [])
        self.assertEqual(self.bench.call(["verify", folder]).code, 0)

    def test_a_journal_that_fails_is_caught_up_on(self):
        """The disk is too full for one line: it is there all the same in the end, and nobody failed."""
        record, folder = self.bench.scratch / "record", self.bench.fresh("caught_up")
        self.bench.run(self.bench.fresh("recorded"), {"RECORD": record})
        lines = [o.number for o in read_record(record) if o.kind == "write" and o.path.startswith("journal/")]
        outcome = self.bench.run(folder, {"AT": f"{lines[2]}:ENOSPC"})
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertIn('"warning"', outcome.text)
        self.assertEqual(self.bench.trouble(folder), [])
        self.assertGreaterEqual(min(points_of(texts_of_journals(folder)).values()), 1)

    def test_a_checkpoint_that_cannot_be_written_is_warned_of(self):
        record, folder = self.bench.scratch / "record", self.bench.fresh("no_checkpoint")
        self.bench.run(self.bench.fresh("recorded"), {"RECORD": record})
        at = next(o.number for o in read_record(record) if o.kind == "create" and ".ckpt." in o.path)
        outcome = self.bench.run(folder, {"AT": f"{at}:ENOSPC"})
        self.assertEqual(outcome.code, 0, outcome.text)
        self.assertIn("checkpoint could not be written", outcome.text)
        self.assertIn(b"checkpoint could not be written", b"".join(texts_of_journals(folder)))
        self.assertEqual(self.bench.trouble(folder), [])


if __name__ == "__main__":
    PROGRAMS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
