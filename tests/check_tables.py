"""An independent reading of three tables, drawn at random: check_tables.py FOLDER VALIDATION_IMAGES HALF_EPOCHS"""
import pathlib
import random
import sys

folder, images, half_epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
COLUMNS = """epochs trainLoss valLoss valAcc ID random_seed train_GPU torch_set_deterministic dataset batch_size loss_fn
optimizer learning_rate momentum dampening weight_decay layer_types dropout_rate convKernels convStrides convPaddings
poolKernels poolStrides poolPaddings convFilters FC_dropout_rate FC_dropout_layers FCFilters""".split()


def check(path):
    text = path.read_text()
    assert text.endswith("\n") and "\r" not in text
    header, *rows = text[:-1].split("\n")
    assert header.split(" ") == COLUMNS
    assert len(rows) == half_epochs, len(rows)
    first = dict(zip(COLUMNS, rows[0].split(" "), strict=True))
    assert path.stem == first["ID"]
    seen = images // int(first["batch_size"]) * int(first["batch_size"])
    for number, row in enumerate(rows):
        fields = row.split(" ")
        assert len(fields) == 28 and (number == 0 or fields[4:] == [""] * 24)
        assert all(repr(float(field)) == field for field in fields[:4]), fields[:4]
        assert float(fields[0]) == (number + 1) / 2
        correct = round(float(fields[3]) * seen / 100)
        assert 100 * correct / seen == float(fields[3]), fields[3]
    for column in ("learning_rate", "momentum", "dampening", "weight_decay", "dropout_rate", "FC_dropout_rate"):
        assert first[column] == "0" or repr(float(first[column])) == first[column], column
    types = [int(t) for t in first["layer_types"].split("-")]
    assert all(1 <= t <= 7 for t in types)
    pools = sum(t & 2 != 0 for t in types)
    for column in ("convKernels", "convStrides", "convPaddings", "convFilters"):
        assert len(first[column].split("-")) == len(types), column
    for column in ("poolKernels", "poolStrides", "poolPaddings"):
        assert len(first[column].split("-")) == pools if pools else first[column] == "", column
    hidden = len(first["FCFilters"].split("-")) - 1
    flags = first["FC_dropout_layers"]
    assert len(flags.split("-")) == hidden and set(flags) <= set("01-") if hidden else flags == ""
    assert (first["dropout_rate"] != "0") == any(t & 4 for t in types)


tables = random.sample(sorted(folder.glob("*.txt")), 3)
for table in tables:
    check(table)
print("check_tables.py: 3 tables read:", *(table.name for table in tables))
