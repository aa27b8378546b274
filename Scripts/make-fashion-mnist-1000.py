#!/usr/bin/env python3
"""Makes the 1,000-image subset of the Fashion-MNIST test set that ships with robust.

The rule: the first 100 images of each class, in the order of the original file. Three IDX files are written, each
compressed by zstd: the images, the labels, and the ids (int32: the index of each image in t10k-images-idx3-ubyte).

    python3 Scripts/make-fashion-mnist-1000.py /usr/share/datasets/fashion-mnist Sources/Datasets/Resources

Needs Python 3.9 and the `zstd` program.
"""

import gzip
import struct
import subprocess
import sys
from pathlib import Path

PER_CLASS, CLASSES, PIXELS = 100, 10, 28 * 28


def compress(data: bytes, target: Path) -> None:
    packed = subprocess.run(["zstd", "--ultra", "-22", "--check", "--stdout", "-"], input=data,
                            stdout=subprocess.PIPE, check=True).stdout
    target.write_bytes(packed)
    print(f"{target}: {len(data)} bytes, {len(packed)} compressed")


def main(source: Path, target: Path) -> None:
    images = gzip.decompress((source / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((source / "t10k-labels-idx1-ubyte.gz").read_bytes())
    assert struct.unpack(">4I", images[:16]) == (0x803, 10_000, 28, 28)
    assert struct.unpack(">2I", labels[:8]) == (0x801, 10_000)
    images, labels = images[16:], labels[8:]

    taken, ids = [0] * CLASSES, []
    for index, label in enumerate(labels):
        if taken[label] < PER_CLASS:
            taken[label] += 1
            ids.append(index)
    assert len(ids) == PER_CLASS * CLASSES

    pixels = b"".join(images[i * PIXELS:(i + 1) * PIXELS] for i in ids)
    count = len(ids)
    compress(struct.pack(">4I", 0x803, count, 28, 28) + pixels, target / "fashion-mnist-1000-images-idx3-ubyte.zst")
    compress(struct.pack(">2I", 0x801, count) + bytes(labels[i] for i in ids),
             target / "fashion-mnist-1000-labels-idx1-ubyte.zst")
    compress(struct.pack(">2I", 0xC01, count) + struct.pack(f">{count}i", *ids),
             target / "fashion-mnist-1000-ids-idx1-int.zst")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
