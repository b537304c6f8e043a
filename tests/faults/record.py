"""What tests/faults/preload writes down: a line for each operation."""
import collections

Operation = collections.namedtuple("Operation", "number kind handle offset outcome path other data")


def read_record(path):
    with open(path, encoding="ascii") as lines:
        return [operation_of(line) for line in lines]


def operation_of(line):
    number, kind, handle, offset, outcome, path, other, data = line.rstrip("\n").split("\t")
    return Operation(int(number), kind, int(handle), int(offset), int(outcome), path, other, bytes.fromhex(data))


def text_of(operation):
    return f"operation {operation.number}, {operation.kind} {operation.path}"
