"""The pieces of work of the benchmark in PyTorch; `Benchmarks/Sources` has the same ones in Swift."""
import foreign
import networks
import torch
import torch.nn.functional as F
from safetensors.torch import load_file


def compiled(function, variant):
    return torch.compile(function, dynamic=False) if variant == "compile" else function


def labels_of(inputs):
    return inputs["labels"].to(torch.int64)


class ModelCase:
    """A model on one batch: its scores, and the gradient of the summed cross-entropy by images or weights."""

    def __init__(self, case, variant):
        self.mode = case["mode"]
        self.network = foreign.load(case["foreign"]) if "foreign" in case else networks.load(case["weights"])
        inputs = load_file(case["inputs"])
        self.images, self.labels = inputs["images"], labels_of(inputs)
        if variant == "channels-last":
            self.network = self.network.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        if self.mode == "all":
            self.network.requires_grad_(True)
        self.names = [networks.checkpoint_name(name) for name, _ in self.network.named_parameters()]
        self.weights = list(self.network.parameters())
        self.scores = compiled(self.network, variant)

    def run(self, between=lambda: None):
        if self.mode == "forward":
            with torch.no_grad():
                return {"scores": self.scores(self.images)}
        if self.mode == "input":
            wanted, names = [self.images.detach().requires_grad_(True)], ["images"]
            scores = self.scores(wanted[0])
        else:
            wanted, names = self.weights, self.names
            scores = self.scores(self.images)
        loss = F.cross_entropy(scores, self.labels, reduction="sum")
        between()
        gradients = torch.autograd.grad(loss, wanted)
        return {"scores": scores} | {"by_" + name: gradient for name, gradient in zip(names, gradients)}

    def results(self):
        return self.run()


class LayerCase:
    """One layer on one batch: its outputs, and gradients by its inputs and weights for given output gradients."""

    def __init__(self, case, variant):
        self.mode, layer = case["mode"], case["layer"]
        self.inputs = load_file(case["inputs"])
        kind, relu = layer["kind"], layer.get("relu", False)
        self.input_names, self.output_names = ["input"], ["output"]
        self.weights, self.weight_names = [], []
        if layer.get("name"):
            module = getattr(networks.load(case["weights"]), layer["name"])
            for name, parameter in module.named_parameters():
                self.weights.append(parameter.requires_grad_(self.mode == "all"))
                self.weight_names.append("weight" if name == "W" else name)
        if kind == "em":
            self.input_names, self.output_names = ["poses", "activations"], ["output_poses", "scores"]

            def function(poses, activations):
                return module(poses, activations, scores=True)
        elif kind == "pooling":
            def function(x):
                return (F.max_pool2d(x, 2),)
        else:
            def function(x):
                y = module(x)
                return (F.relu(y) if relu else y,)
        self.function = compiled(function, variant)
        self.values = [self.inputs[name] for name in self.input_names]
        if variant == "channels-last":
            self.values = [value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value
                           for value in self.values]
            if layer.get("name"):
                module.to(memory_format=torch.channels_last)

    def run(self):
        if self.mode == "forward":
            with torch.no_grad():
                return dict(zip(self.output_names, self.function(*self.values)))
        values = [value.detach().requires_grad_(True) for value in self.values]
        outputs = self.function(*values)
        seeds = [self.inputs["gradient_" + name].view_as(output) for name, output in zip(self.output_names, outputs)]
        every = self.mode == "all"
        gradients = torch.autograd.grad(outputs, values + (self.weights if every else []), seeds)
        names = self.input_names + (self.weight_names if every else [])
        return dict(zip(self.output_names, outputs)) | {"by_" + n: g for n, g in zip(names, gradients)}

    def results(self):
        return self.run()


class TrainingCase:
    """One training step: forward pass with dropout, gradients of the mean cross-entropy, fused Adam."""

    def __init__(self, case, variant):
        self.network = networks.load(case["weights"]).requires_grad_(True)
        inputs = load_file(case["inputs"])
        self.images, self.labels = inputs["images"], labels_of(inputs)
        if variant == "channels-last":
            self.network = self.network.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, fused=True)
        self.scores = compiled(self.network, variant)

    def step(self, is_training):
        self.network.train(is_training)
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.scores(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self):
        self.step(is_training=True)

    def results(self):
        loss = self.step(is_training=False).detach().reshape(1)
        return {"loss": loss} | {
            networks.checkpoint_name(name): value.detach() for name, value in self.network.named_parameters()}
