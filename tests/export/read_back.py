#!/usr/bin/env python3
"""Whether an export says what the tables say, both read by Python alone.

    read_back.py sqlite|csv|npz TABLES EXPORTS

TABLES: a campaign or a folder of tables. Every field of every table is compared: numbers by value, texts by
text. npz is read by zipfile and struct or, where READ_BACK_BY_NUMPY is set, by numpy. Exit code 1 where anything
differs.
"""
import ast
import csv
import json
import math
import os
import pathlib
import sqlite3
import struct
import sys
import zipfile

POINT = ["epochs", "trainLoss", "valLoss", "valAcc"]
BOOLEANS = {"train_GPU", "torch_set_deterministic"}
INTEGERS = {"random_seed", "batch_size"}
REALS = {"learning_rate", "momentum", "dampening", "weight_decay", "dropout_rate", "FC_dropout_rate"}
LISTS = {"layer_types": "block_types", "convKernels": "conv_kernels", "convStrides": "conv_strides",
         "convPaddings": "conv_paddings", "convFilters": "conv_channels", "FCFilters": "linear_widths",
         "FC_dropout_layers": "linear_dropouts", "poolKernels": "pool_kernels", "poolStrides": "pool_strides",
         "poolPaddings": "pool_paddings"}


def read_tables(folder):
    """{ID: (metadata, points)} with values as in the text."""
    tables = {}
    root = folder / "tables" if (folder / "tables").is_dir() else folder
    for path in sorted(root.glob("*/*.txt" if root != folder else "*.txt")):
        lines = [line.split(" ") for line in path.read_text().splitlines()]
        names, first = lines[0], lines[1]
        tables[path.stem] = (dict(zip(names[4:], first[4:])), [[float(x) for x in line[:4]] for line in lines[1:]])
    return tables


def typed(name, text):
    if name in BOOLEANS:
        return text == "True"
    if name in INTEGERS:
        return int(text)
    return float(text) if name in REALS else text


def read_sqlite(folder):
    base = sqlite3.connect(f"file:{folder / 'mayfly.sqlite'}?mode=ro", uri=True)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    base.row_factory = sqlite3.Row
    networks = [dict(row) for row in base.execute("SELECT * FROM networks")]
    curves = [dict(row) for row in base.execute("SELECT * FROM curves ORDER BY ID, epochs")]
    for row in curves:  # SQLite has no NaN
        row.update({name: math.nan for name in POINT if row[name] is None})
    for row in networks:
        row.update({name: bool(row[name]) for name in BOOLEANS})
    return networks, curves


def read_csv(folder):
    networks = list(csv.DictReader(open(folder / "networks.csv", newline="")))
    curves = list(csv.DictReader(open(folder / "curves.csv", newline="")))
    for row in networks:
        row.update({name: typed(name, row[name]) for name in BOOLEANS | INTEGERS | REALS})
    for row in curves:
        row.update({name: float(row[name]) for name in POINT})
        row["seen"] = int(row["seen"]) if row["seen"] else None
    return networks, curves


def array_by_struct(data):
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0 and data[9 + length:10 + length] == b"\n"
    header = ast.literal_eval(data[10:10 + length].decode("ascii"))
    (rows,), body, kind = header["shape"], data[10 + length:], header["descr"]
    if kind.startswith("<U"):
        width = int(kind[2:]) * 4
        assert len(body) == rows * width
        return [body[i * width:(i + 1) * width].decode("utf-32-le").rstrip("\0") for i in range(rows)]
    values = struct.unpack(f"<{rows}{ {'<i8': 'q', '<f8': 'd', '|b1': '?'}[kind]}", body)
    return list(values)


def arrays_of(path):
    if os.environ.get("READ_BACK_BY_NUMPY"):
        import numpy
        with numpy.load(path, allow_pickle=False) as file:
            return {name: file[name].tolist() for name in file.files}
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name[:-len(".npy")]: array_by_struct(file.read(name)) for name in file.namelist()}


def read_npz(folder):
    relations = []
    for name in ("networks", "curves"):
        arrays = arrays_of(folder / f"{name}.npz")
        relations.append([dict(zip(arrays, values)) for values in zip(*arrays.values())])
    for row in relations[1]:
        row["seen"] = None if row["seen"] == -1 else row["seen"]
    return relations


def same(a, b):
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))


def check(place, expected, found):
    if not same(expected, found):
        sys.exit(f"{place}: expected {expected!r}, found {found!r}")


def check_network(metadata, row):
    for name, text in metadata.items():
        check(f"{row['ID']}: {name}", typed(name, text), row[name])
    for name, parsed in LISTS.items():
        entries = [x for x in json.loads(row[parsed]) if x is not None]
        check(f"{row['ID']}: {parsed}", [int(x) for x in metadata[name].split("-") if x], entries)


def main():
    kind, tables, exports = sys.argv[1], read_tables(pathlib.Path(sys.argv[2])), pathlib.Path(sys.argv[3])
    networks, curves = {"sqlite": read_sqlite, "csv": read_csv, "npz": read_npz}[kind](exports)
    check("networks", sorted(tables), sorted(row["ID"] for row in networks))
    for row in networks:
        metadata, points = tables[row["ID"]]
        check_network(metadata, row)
        course = [r for r in curves if r["ID"] == row["ID"]]
        check(f"{row['ID']}: rows", len(points), len(course))
        for point, found in zip(points, course):
            for name, value in zip(POINT, point):
                check(f"{row['ID']}: {point[0]}: {name}", value, found[name])
            if found["seen"] is not None:
                check(f"{row['ID']}: {point[0]}: seen", True, int(found["correct"]) * 100 / found["seen"] == point[3])
    check("curves", sum(len(points) for _, points in tables.values()), len(curves))


main()
