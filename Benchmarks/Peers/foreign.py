"""Networks that robust knows as ONNX files only, in PyTorch, with random weights; and other programs that run these files."""
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


def lenet5():
    """LeNet-5 for 28×28 (LeCun et al. 1998), with rectifiers and maximum pooling."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def normalized(inputs, outputs, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]


class Residual(nn.Module):
    """A block of ResNet-18 (He et al. 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(*normalized(inputs, outputs, 3, stride), nn.ReLU(), *normalized(outputs, outputs, 3))
        self.shortcut = nn.Sequential(*normalized(inputs, outputs, 1, stride)) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet18(stem):
    widths = (64, 64, 128, 256, 512)
    blocks = [Residual(widths[i] if first else widths[i + 1], widths[i + 1], 2 if first and i else 1)
              for i in range(4) for first in (True, False)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def resnet18_small():
    """With the first layers for small images: 3×3, no pooling."""
    return resnet18([*normalized(3, 64, 3), nn.ReLU()])


def resnet18_imagenet():
    """With the first layers for photographs: 7×7 in steps of two, and pooling."""
    return resnet18([*normalized(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)])


class Inverted(nn.Module):
    """A block of MobileNetV2 (Sandler et al. 2018)."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        inner = inputs * expansion
        widen = [*normalized(inputs, inner, 1), nn.ReLU6()] if expansion > 1 else []
        self.body = nn.Sequential(
            *widen, *normalized(inner, inner, 3, stride, inner), nn.ReLU6(), *normalized(inner, outputs, 1))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def mobilenet_v2():
    layers, inputs = [*normalized(3, 32, 3, 2), nn.ReLU6()], 32
    for expansion, outputs, count, stride in (
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for index in range(count):
            layers.append(Inverted(inputs, outputs, stride if index == 0 else 1, expansion))
            inputs = outputs
    return nn.Sequential(*layers, *normalized(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(1280, 10))


NETWORKS = {"lenet-5": (lenet5, [1, 28, 28]), "resnet-18": (resnet18_small, [3, 32, 32]),
            "resnet-18-imagenet": (resnet18_imagenet, [3, 32, 32]), "mobilenet-v2": (mobilenet_v2, [3, 96, 96])}


def load(name):
    """The network, the same each time; batch normalisation has seen random images."""
    make, shape = NETWORKS[name]
    torch.manual_seed(0)
    network = make().train()
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(16, *shape))
    return network.eval().requires_grad_(False)


def export(name, path):
    shape = NETWORKS[name][1]
    torch.onnx.export(
        load(name), (torch.rand(1, *shape),), path, input_names=["images"], output_names=["scores"], opset_version=17,
        dynamic_axes={"images": {0: "n"}, "scores": {0: "n"}}, dynamo=False)


class Runtime:
    """The scores of an ONNX file by onnxruntime or OpenVINO."""

    def __init__(self, case, variant):
        images = load_file(case["inputs"])["images"].numpy()
        if variant == "onnxruntime":
            import onnxruntime
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = case["threads"]
            session = onnxruntime.InferenceSession(case["weights"], options)
            self.scores = lambda: session.run(None, {"images": images})[0]
        else:
            import openvino
            model = openvino.Core().compile_model(
                case["weights"], "CPU", {"INFERENCE_NUM_THREADS": case["threads"], "INFERENCE_PRECISION_HINT": "f32"})
            self.scores = lambda: model(images)[0]

    def run(self, between=lambda: None):
        return {"scores": self.scores()}

    def results(self):
        return self.run()
