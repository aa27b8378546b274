"""Reads and writes safetensors files of 32-bit floats with nothing but the standard library.

So the benchmark measures robust itself even where no package can be installed.
"""
import array
import json
import math
import struct
import sys


def write(path, tensors):
    """`tensors`: name → (shape, array of floats)."""
    header, offset = {}, 0
    for name, (shape, values) in tensors.items():
        if math.prod(shape) != len(values):
            raise ValueError(f"{name}: {len(values)} values for shape {shape}")
        end = offset + 4 * len(values)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, values in tensors.values():
            file.write(little_endian(values).tobytes())


def read(path):
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, not F32")
        first, end = entry["data_offsets"]
        tensors[name] = (tuple(entry["shape"]), little_endian(array.array("f", data[first:end])))
    return tensors


def metadata(path):
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length)).get("__metadata__", {})


def little_endian(values):
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values
