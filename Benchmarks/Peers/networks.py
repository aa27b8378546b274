"""The networks of robust in PyTorch, with the weights of a robust checkpoint.

The capsule layers are those of Scripts/em_reference.py, the independent implementation that the tests' fixtures come from.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Scripts"))
import em_reference as reference  # noqa: E402


def standardized(images):
    """Each image less its mean, over max(standard deviation, 1/√elements)."""
    rows = images.flatten(1)
    centred = rows - rows.mean(1, keepdim=True)
    deviation = centred.square().mean(1, keepdim=True).sqrt()
    return (centred / deviation.clamp(min=rows.shape[1] ** -0.5)).view_as(images)


class CNN(nn.Module):
    """The paper's baseline: 5×5 convolutions with ReLU and pooling, a hidden layer, a read-out."""

    def __init__(self, configuration):
        super().__init__()
        channels, rows, columns = configuration["inputShape"]
        first, second = configuration["channels"]
        size = configuration["kernelSize"]
        self.convolution1 = nn.Conv2d(channels, first, size, padding=size // 2)
        self.convolution2 = nn.Conv2d(first, second, size, padding=size // 2)
        self.hidden = nn.Linear(second * (rows // 2 // 2) * (columns // 2 // 2), configuration["hiddenUnits"])
        self.dropout = nn.Dropout(configuration["dropout"])
        self.readout = nn.Linear(configuration["hiddenUnits"], configuration["classCount"])

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.convolution1(standardized(images))), 2)
        x = F.max_pool2d(F.relu(self.convolution2(x)), 2)
        return self.readout(self.dropout(F.relu(self.hidden(x.flatten(1)))))


class Capsules(nn.Module):
    """Matrix capsules with EM routing; the output is the score λ(β_a − cost), whose logistic is the activation."""

    def __init__(self, configuration):
        super().__init__()
        self.types = configuration["primaryTypes"]
        first, second = configuration["firstTypes"], configuration["secondTypes"]
        iterations = configuration["iterations"]
        norm = {"image": "parents", "position": "types"}[configuration["routingScope"]]
        self.convolution = nn.Conv2d(configuration["inputShape"][0], configuration["channels"], 5, 2)
        self.primary = nn.Conv2d(configuration["channels"], self.types * 17, 1)
        self.capsules1 = reference.ConvCaps(self.types, first, 3, 2, iterations, norm)
        self.capsules2 = reference.ConvCaps(first, second, 3, 1, iterations, norm)
        self.classes = reference.ClassCaps(second, configuration["classCount"], iterations)

    def forward(self, images):
        x = self.primary(F.relu(self.convolution(standardized(images)))).permute(0, 2, 3, 1)
        poses = x[..., : self.types * 16].unflatten(-1, (self.types, 4, 4))
        activations = torch.sigmoid(x[..., self.types * 16:])
        poses, activations = self.capsules1(poses, activations)
        poses, activations = self.capsules2(poses, activations)
        return self.classes(poses, activations, scores=True)[1]


def load(path):
    """The network in the checkpoint at `path`, in evaluation mode, its weights fixed."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        tensors = {name.replace("capsules1.weight", "capsules1.W").replace("capsules2.weight", "capsules2.W")
                   .replace("classes.weight", "classes.W"): file.get_tensor(name) for name in file.keys()}
    kind = {"cnn": CNN, "matrix-capsules": Capsules}[metadata["architecture"]]
    network = kind(json.loads(metadata["configuration"]))
    network.load_state_dict(tensors, strict=True)
    return network.eval().requires_grad_(False)


def checkpoint_name(name):
    """What a checkpoint calls the parameter that PyTorch calls `name`."""
    return name[:-1] + "weight" if name.endswith(".W") else name
