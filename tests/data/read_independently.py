#!/usr/bin/env python3
"""Whether `mayfly data check --json` sums the pixels and labels that Python reads from the same files.

    read_independently.py MAYFLY            FashionMNIST (Debian's package), CIFAR100 (the folder that
                                            MAYFLY_TEST_CIFAR100 names): by gzip and struct; the files of
                                            fixtures/svhn: by the sums that SciPy gave (expected.txt)
    read_independently.py MAYFLY --scipy    the files of fixtures/svhn by SciPy

What is not there is skipped aloud; exit code 77 where SciPy is not. Exit code 1 where anything differs.
"""
import gzip
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
SVHN = pathlib.Path(__file__).resolve().parent / "fixtures" / "svhn"


def sums(pixels, labels):
    return hashlib.sha256(pixels).hexdigest(), hashlib.sha256(labels).hexdigest()


def read_idx(folder, half):
    stem = {"train": "train", "validation": "t10k"}[half]
    with gzip.open(folder / f"{stem}-images-idx3-ubyte.gz") as file:
        magic, count, rows, columns = struct.unpack(">IIII", file.read(16))
        pixels = file.read()
    with gzip.open(folder / f"{stem}-labels-idx1-ubyte.gz") as file:
        label_magic, label_count = struct.unpack(">II", file.read(8))
        labels = file.read()
    assert (magic, label_magic) == (0x803, 0x801) and count == label_count == len(labels)
    assert len(pixels) == count * rows * columns
    return sums(pixels, labels)


def read_cifar100(folder, half):
    data = (folder / {"train": "train.bin", "validation": "test.bin"}[half]).read_bytes()
    records = [data[at:at + 3074] for at in range(0, len(data), 3074)]
    return sums(b"".join(record[2:] for record in records), bytes(record[1] for record in records))


def svhn_file(half):
    return {"train": "train_32x32.mat", "validation": "test_32x32.mat"}[half]


def read_svhn_by_scipy(folder, half):
    import scipy.io
    arrays = scipy.io.loadmat(folder / svhn_file(half))
    x, y = arrays["X"], arrays["y"]
    pixels = bytes(x[row, column, colour, image] for image in range(x.shape[3]) for colour in range(3)
                   for row in range(32) for column in range(32))
    return sums(pixels, bytes(int(label) % 10 for label in y[:, 0]))


def read_svhn_sums(folder, half):
    for line in (SVHN / "expected.txt").read_text().splitlines():
        name, pixels, labels = line.split()
        if name == f"{folder.name}/{svhn_file(half)}":
            return pixels, labels
    raise KeyError(folder)


def differences(mayfly, name, folder, read):
    command = [mayfly, "data", "check", "--json", name, "--data-root", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    report = json.loads(answer)["datasets"][0]
    count = 0
    for half in ["train", "validation"]:
        found = (report[half]["pixels_sha256"], report[half]["labels_sha256"])
        equal = found == read(folder, half)
        print(f"{name} {half} of {folder}: {report[half]['images']} images, "
              f"{'the same sums' if equal else 'OTHER SUMS'}")
        count += not equal
    return count


def all_of_svhn(mayfly, read):
    folders = sorted(path for path in SVHN.iterdir() if path.is_dir())
    assert folders
    return sum(differences(mayfly, "SVHN", folder, read) for folder in folders)


def by_scipy(mayfly):
    try:
        import scipy.io  # noqa: F401
    except ImportError:
        print(f"{__file__}: Skipped\nSVHN was not read by SciPy, which is not installed, but compared with its sums")
        sys.exit(77)
    return all_of_svhn(mayfly, read_svhn_by_scipy)


def by_python(mayfly):
    count = 0
    if FASHION_MNIST.is_dir():
        count += differences(mayfly, "FashionMNIST", FASHION_MNIST, read_idx)
    else:
        print("SKIPPED: FashionMNIST: Debian's package dataset-fashion-mnist is not installed")
    cifar100 = os.environ.get("MAYFLY_TEST_CIFAR100")
    if cifar100:
        count += differences(mayfly, "CIFAR100", pathlib.Path(cifar100), read_cifar100)
    else:
        print("SKIPPED: CIFAR100: MAYFLY_TEST_CIFAR100 names no folder with train.bin and test.bin")
    return count + all_of_svhn(mayfly, read_svhn_sums)


def main():
    count = by_scipy(sys.argv[1]) if "--scipy" in sys.argv else by_python(sys.argv[1])
    sys.exit(1 if count else 0)


main()
