#!/usr/bin/env python3
"""Trains three small classifiers, exports them, and attacks them with Foolbox and torchattacks.

    python3 Scripts/onnx/peers.py train OUT --data /usr/share/datasets/fashion-mnist
    python3 Scripts/onnx/peers.py attack OUT

`train` writes OUT/NAME.pt and OUT/NAME.onnx (the dynamo exporter, dynamic batch) for lenet5, resnet and mlp, and OUT/images.npy
[1000, 1, 28, 28] in [0, 1] and OUT/labels.npy: the first 100 test images of each class, which are those that robust ships.
`attack` writes OUT/outcomes.csv, or goes on with it, a line for each model, library, attack, ε and image, and OUT/versions.txt.

The columns: `steps` and `relative_step` describe the attack, `epsilon` is in [0, 1] as a 32-bit float, `clean` and `final` are the
classes of the image and of what the attack returns, `ever` is 1 if the model was ever asked about an image of the attack that
it took for another class, the returned one included.
"""

import argparse
import collections
import csv
import gzip
import struct
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

CLASSES = 10
# Attack, steps, step over ε, ε in levels of 255.
ATTACKS = [("fgsm", 1, 1.0, [1, 2, 4, 8, 16, 32]), ("bim", 10, 0.2, [1, 2, 4, 8]), ("pgd", 40, 0.0625, [2, 8])]
COLUMNS = ["model", "library", "attack", "steps", "relative_step", "levels", "epsilon", "image", "label", "clean", "final",
           "ever", "distance"]


class Normalise(nn.Module):
    def forward(self, x):
        return (x - 0.2860) / 0.3530


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.skip = nn.Sequential()
        if stride > 1 or inputs != outputs:
            self.skip = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


def make(name: str) -> nn.Module:
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, CLASSES))
    if name == "lenet5":
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, CLASSES))
    return nn.Sequential(
        Normalise(), nn.Conv2d(1, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(32, CLASSES))


# Epochs and rate of learning.
MODELS = {"mlp": (4, 2e-3), "lenet5": (4, 3e-3), "resnet": (2, 5e-3)}


def fashion(folder: Path, part: str) -> tuple[torch.Tensor, torch.Tensor]:
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    count = struct.unpack(">4I", images[:16])[1]
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(count, 1, 28, 28)
    return (torch.from_numpy(pixels.astype(np.float32) / np.float32(255)),
            torch.from_numpy(np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)))


def train(out: Path, data: Path) -> None:
    images, labels = fashion(data, "train")
    tests, test_labels = fashion(data, "t10k")
    chosen = torch.cat([torch.nonzero(test_labels == c)[:100, 0] for c in range(CLASSES)]).sort().values
    np.save(out / "images.npy", tests[chosen].numpy())
    np.save(out / "labels.npy", test_labels[chosen].numpy())
    for name, (epochs, rate) in MODELS.items():
        torch.manual_seed(1)
        start = time.time()
        model = make(name).train()
        optimiser = torch.optim.Adam(model.parameters())
        steps = epochs * (len(images) // 128)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
        for _ in range(epochs):
            order = torch.randperm(len(images))
            for batch in range(len(images) // 128):
                indices = order[batch * 128:(batch + 1) * 128]
                loss = nn.functional.cross_entropy(model(images[indices]), labels[indices])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        model.eval()
        with torch.no_grad():
            right = (model(tests[chosen]).argmax(1) == test_labels[chosen]).float().mean()
        torch.save(model.state_dict(), out / f"{name}.pt")
        torch.onnx.export(
            model, (tests[:2],), out / f"{name}.onnx", input_names=["image"], output_names=["scores"], opset_version=18,
            dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=1024)},), external_data=False, verbose=False)
        print(f"{name}: {right:.1%} of the 1,000 images right, {time.time() - start:.0f} s", flush=True)


class Recorder(nn.Module):
    """The model, which notes for each image whether it was ever taken for another class."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model, self.labels, self.ever = model, None, None

    def begin(self, labels):
        self.labels, self.ever = labels, torch.zeros(len(labels), dtype=torch.bool)

    def forward(self, x):
        scores = self.model(x)
        if self.labels is not None and len(scores) == len(self.labels):
            self.ever |= scores.detach().argmax(1) != self.labels
        return scores


def by_foolbox(model, attack, steps, relative, epsilon, images, labels):
    import foolbox

    target = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    if attack == "fgsm":
        made = foolbox.attacks.LinfFastGradientAttack(random_start=False)
    else:
        kind = foolbox.attacks.LinfBasicIterativeAttack if attack == "bim" else foolbox.attacks.LinfPGD
        made = kind(rel_stepsize=relative, steps=steps, random_start=False)
    return made(target, images, labels, epsilons=epsilon)[1]


def by_torchattacks(model, attack, steps, relative, epsilon, images, labels):
    import torchattacks

    if attack == "fgsm":
        made = torchattacks.FGSM(model, eps=epsilon)
    elif attack == "bim":
        made = torchattacks.BIM(model, eps=epsilon, alpha=epsilon * relative, steps=steps)
    else:
        made = torchattacks.PGD(model, eps=epsilon, alpha=epsilon * relative, steps=steps, random_start=False)
    return made(images, labels)


def attack(out: Path) -> None:
    import foolbox
    import torchattacks

    (out / "versions.txt").write_text(
        f"torch {torch.__version__}\nfoolbox {foolbox.__version__}\ntorchattacks {torchattacks.__version__}\n")
    images, labels = torch.from_numpy(np.load(out / "images.npy")), torch.from_numpy(np.load(out / "labels.npy"))
    path = out / "outcomes.csv"
    done = collections.Counter()
    if path.exists():
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                done[row["model"], row["library"], row["attack"], int(row["levels"])] += 1
    with open(path, "a", newline="") as file:
        writer = csv.writer(file)
        if not done:
            writer.writerow(COLUMNS)
        for name in MODELS:
            plain = make(name)
            plain.load_state_dict(torch.load(out / f"{name}.pt"))
            model = Recorder(plain.eval()).eval()
            clean = model(images).argmax(1)
            for library, run in [("foolbox", by_foolbox), ("torchattacks", by_torchattacks)]:
                for kind, steps, relative, levels in ATTACKS:
                    for level in levels:
                        if done[name, library, kind, level] == len(images):
                            continue
                        start = time.time()
                        epsilon = float(np.float32(level / 255))
                        final, ever, distance = [], [], []
                        for first in range(0, len(images), 250):
                            batch, truth = images[first:first + 250], labels[first:first + 250]
                            model.begin(truth)
                            result = run(model, kind, steps, relative, epsilon, batch, truth).detach()
                            final += model(result).argmax(1).tolist()
                            ever += (model.ever | (clean[first:first + 250] != truth)).tolist()
                            distance += (result - batch).abs().amax((1, 2, 3)).tolist()
                        for index in range(len(images)):
                            writer.writerow([name, library, kind, steps, relative, level, repr(epsilon), index,
                                             int(labels[index]), int(clean[index]), final[index], int(ever[index]),
                                             f"{distance[index]:.9g}"])
                        file.flush()
                        rate = sum(f == l for f, l in zip(final, labels.tolist())) / len(images)
                        print(f"{name} {library} {kind} {level}/255: {rate:.1%} right, {time.time() - start:.0f} s",
                              flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["train", "attack"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.action == "train":
        train(options.out, options.data)
    else:
        attack(options.out)


if __name__ == "__main__":
    main()
