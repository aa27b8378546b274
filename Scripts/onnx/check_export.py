#!/usr/bin/env python3
"""Compares exported networks with what robust computes by the networks themselves.

    python3 Scripts/onnx/check_export.py OUT --fashion-mnist /usr/share/datasets/fashion-mnist
    ROBUST_ONNX_EXPORTS=OUT swift test --filter ONNXTests.ExportTests
    python3 Scripts/onnx/check_export.py OUT

The test writes for each network NAME OUT/NAME.onnx, OUT/NAME.images.npy `[n, channels, rows, columns]` in [0, 1], and
OUT/NAME.scores.npy `[n, classes]`, by the network itself. Images are drawn, unless OUT/images-1x28x28.npy, or whatever the
shape is, holds some: the first command writes the first 1,000 test images of Fashion-MNIST there.

Needs onnx and onnxruntime. For each network a line: the largest difference of scores over the largest score, in batches of 1 and
of 32, and how many predictions are equal. The exit code is 1 if a difference is above 5e-5, a prediction is another, or onnx's
checker finds fault.
"""

import argparse
import gzip
import struct
import sys
from pathlib import Path

import numpy as np


# Routing by EM amplifies what 32 bits round: the network and onnxruntime are each that far from the same graph in 64 bits.
LIMIT = 5e-5


def write_images(out: Path, data: Path) -> None:
    path = next(p for p in [data / "t10k-images-idx3-ubyte.gz", data / "t10k-images-idx3-ubyte"] if p.exists())
    raw = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
    _, count, rows, columns = struct.unpack(">4I", raw[:16])
    images = np.frombuffer(raw, np.uint8, offset=16).reshape(count, 1, rows, columns)[:1000]
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / f"images-1x{rows}x{columns}.npy", images.astype(np.float32) / np.float32(255))


def run(session, images: np.ndarray, batch: int) -> np.ndarray:
    parts = [session.run(["scores"], {"image": images[i:i + batch]})[0] for i in range(0, len(images), batch)]
    return np.concatenate(parts)


def compare(out: Path) -> bool:
    import onnx
    import onnxruntime

    sound = True
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    print("| network | images | nodes | scores differ by | equal predictions |\n|---|---|---|---|---|")
    for path in sorted(out.glob("*.onnx")):
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        images = np.load(path.with_suffix(".images.npy"))
        expected = np.load(path.with_suffix(".scores.npy"))
        difference, equal = 0.0, len(images)
        for batch in [32, 1]:
            chosen = images if batch > 1 else images[:20]
            scores = run(session, chosen, batch)
            difference = max(difference, float(np.abs(scores - expected[:len(chosen)]).max() / np.abs(expected).max()))
            if batch > 1:
                equal = int((scores.argmax(1) == expected.argmax(1)).sum())
        sound &= difference <= LIMIT and equal == len(images)
        print(f"| {path.stem} | {len(images)} | {len(model.graph.node)} | {difference:.1e} | {equal} of {len(images)} |")
    return sound


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fashion-mnist", type=Path, metavar="DATA",
                        help="write images of the data set in this folder for the test, and compare nothing")
    arguments = parser.parse_args()
    if arguments.fashion_mnist:
        write_images(arguments.out, arguments.fashion_mnist)
    elif not compare(arguments.out):
        sys.exit(1)


if __name__ == "__main__":
    main()
