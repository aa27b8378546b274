"""What is measured: models, layers, training steps, sweeps."""
import array
import dataclasses
import json
import random

from . import counts, tensorfile

THREADS = 2
MODES = ("forward", "input", "all")


@dataclasses.dataclass
class Net:
    """A model, and the batch it is measured on."""
    key: str
    title: str
    request: dict
    batch: int
    variants: tuple
    layer_variants: tuple


NETS = (
    Net("full", "matrix capsules, full (A=B=C=D=32, 32×32, 5 classes)",
        {"name": "matrix-capsules-full", "inputShape": [1, 32, 32], "classes": 5}, 16, ("eager", "compile", "jax"), ("compile",)),
    Net("small", "matrix capsules, small (A=64 B=8 C=D=16, 28×28, 10 classes; as shipped)",
        {"name": "matrix-capsules-small"}, 16, ("eager", "compile", "jax"), ("compile",)),
    Net("cnn", "baseline CNN (28×28, 10 classes; as shipped)",
        {"name": "cnn"}, 32, ("eager", "channels-last", "compile"), ("eager", "channels-last", "compile")),
)


@dataclasses.dataclass
class Timed:
    """A case that is timed on both sides."""
    id: str
    group: str
    title: str
    case: dict
    variants: tuple
    images: int
    mode: str = ""
    # What one run computes, by counts.py; nothing if not counted.
    work: counts.Work = None
    # What checks it: "tensors", "step" (weights after a step of Adam), "sweep" or nothing.
    check: str = "tensors"
    allowed: float = 0.0


class Inputs:
    """Files in `folder` that both sides read."""

    def __init__(self, folder, sides):
        self.folder, self.sides, self.ours = folder, sides, sides.ours
        self.made = set()

    def path(self, name):
        return str(self.folder / f"{name}.safetensors")

    def weights(self, net):
        path = self.path(f"{net.key}-weights")
        if path not in self.made:
            self.ours.ask(action="export", model=net.request, path=path)
            self.made.add(path)
        return path

    def configuration(self, net):
        return json.loads(tensorfile.metadata(self.weights(net))["configuration"])

    def shipped_images(self, count):
        path = self.path(f"images-{count}")
        if path not in self.made:
            self.ours.ask(action="images", dataset="fashion-mnist-1000", count=count, path=path)
            self.made.add(path)
        return path

    def images(self, net, batch):
        """Shipped images where the net takes them, else pixels drawn at random."""
        shape = self.configuration(net)["inputShape"]
        if shape == [1, 28, 28]:
            return self.shipped_images(batch)
        return self.random_images(net.key, batch, shape, self.configuration(net)["classCount"])

    def foreign(self, name):
        """The ONNX file of a network that only the peer knows."""
        path = str(self.folder / f"{name}.onnx")
        if path not in self.made:
            self.sides.peer.ask(action="foreign", name=name, path=path)
            self.made.add(path)
        return path

    def random_images(self, name, batch, shape, classes):
        path = self.path(f"{name}-images-{batch}")
        labels = array.array("f", [i % classes for i in range(batch)])
        tensorfile.write(path, {"images": self.uniform([batch, *shape], 0, 1, 1), "labels": ([batch], labels)})
        return path

    def layer(self, name, shapes):
        """Random tensors: activations in (0, 1), the rest round zero."""
        path = self.path(name)
        tensorfile.write(path, {
            key: self.uniform(shape, *((0.05, 0.95) if key == "activations" else (-1, 1)), seed)
            for seed, (key, shape) in enumerate(shapes.items())})
        return path

    @staticmethod
    def uniform(shape, low, high, seed):
        draw = random.Random(seed).random
        count = 1
        for size in shape:
            count *= size
        return shape, array.array("f", [low + (high - low) * draw() for _ in range(count)])


def models(inputs):
    for net in NETS:
        case = {"work": "model", "weights": inputs.weights(net), "inputs": inputs.images(net, net.batch),
                "threads": THREADS}
        for mode in MODES:
            yield Timed(f"{net.key}/{mode}", "models", net.title, case | {"mode": mode}, net.variants, net.batch, mode)


# Networks that robust reads as ONNX: what they are, images, the sizes of batches.
FOREIGN = (
    ("lenet-5", "LeNet-5, 28×28", [1, 28, 28], (64,)),
    ("resnet-18", "ResNet-18 with the stem for small images, 32×32", [3, 32, 32], (16, 64)),
    ("resnet-18-imagenet", "ResNet-18 with its own stem, 32×32", [3, 32, 32], (16, 64)),
    ("mobilenet-v2", "MobileNetV2, 96×96", [3, 96, 96], (16,)),
)


def foreign(inputs):
    # The files are PyTorch's exports: nothing can be measured without it.
    if not inputs.sides.peer:
        return
    for name, title, shape, batches in FOREIGN:
        for batch in batches:
            case = {"work": "model", "weights": inputs.foreign(name), "foreign": name, "threads": THREADS,
                    "inputs": inputs.random_images(name, batch, shape, 10)}
            for mode, others in (("forward", ("onnxruntime", "openvino")), ("input", ())):
                yield Timed(f"{name}/{batch}/{mode}", "foreign", f"{title}, batch of {batch}", case | {"mode": mode},
                            ("eager", "channels-last", "compile") + others, batch, mode)


def layers(inputs):
    for net in NETS:
        for layer in counts.layers(inputs.configuration(net)):
            shapes = {name: [net.batch, *shape] for name, shape in layer.shapes.items()}
            path = inputs.layer(f"{net.key}-{layer.name}", shapes)
            case = {"work": "layer", "weights": inputs.weights(net), "inputs": path, "threads": THREADS,
                    "layer": layer.request}
            for mode in MODES:
                if mode == "all" and layer.request["kind"] == "pooling":
                    continue
                yield Timed(f"{net.key}/{layer.name}/{mode}", "layers", f"{net.key}: {layer.title}",
                            case | {"mode": mode}, net.layer_variants, net.batch, mode,
                            layer.work(mode, net.batch))


def training(inputs):
    for net, batch in ((NETS[2], 32), (NETS[1], 32)):
        inputs_path = inputs.images(net, batch)
        case = {"work": "training", "weights": inputs.weights(net), "inputs": inputs_path, "threads": THREADS}
        yield Timed(f"{net.key}/step", "training", f"{net.key}: one step on a batch of {batch}, with Adam", case,
                    net.variants, batch, check="step")
    net = NETS[2]
    case = {"work": "trainer", "weights": inputs.weights(net), "inputs": inputs.images(net, 64), "batch": 64,
            "threads": THREADS}
    yield Timed(f"{net.key}/trainer", "training", "cnn: a step of the trainer of `robust train`, batch of 64", case,
                net.variants, 64, check="")


def sweeps(inputs):
    # Foolbox attacks whole batches: the size is the best of those tried. Of PyTorch's variants, the fastest on the model.
    settings = (
        ("cnn", "fgsm", "0:0.5:11", 1000, 500, False), ("cnn", "fgsm", "0:0.5:11", 1000, 500, True),
        ("cnn", "bim", "0:0.1:11", 100, 100, False),
        ("small", "fgsm", "0:0.5:11", 96, 16, False), ("small", "fgsm", "0:0.5:11", 96, 16, True),
        ("small", "bim", "0:0.1:3", 32, 16, False),
    )
    for key, attack, budgets, images, batch, raw in settings:
        net = next(net for net in NETS if net.key == key)
        start, stop, count = budgets.split(":")
        values = [float(start) + (float(stop) - float(start)) * i / (int(count) - 1) for i in range(int(count))]
        sweep = {"attack": attack, "budgets": budgets, "images": images, "rawCurves": raw, "budgetValues": values,
                 "foolboxBatch": batch}
        case = {"work": "sweep", "weights": inputs.weights(net), "inputs": inputs.shipped_images(1000),
                "threads": THREADS, "sweep": sweep}
        title = f"{key}: {attack.upper()}, {count} budgets {start}…{stop}, {images:,} images"
        yield Timed(f"{key}/{attack}-{budgets}{'-raw' if raw else ''}", "sweeps",
                    title + (", every image attacked at every budget" if raw else ""), case,
                    ("eager",) if key == "cnn" else ("compile",), images, check="" if raw else "sweep", allowed=0.02 if attack == "bim" else 0.002)


GROUPS = {"models": models, "foreign": foreign, "training": training, "sweeps": sweeps, "layers": layers}
