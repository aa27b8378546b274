"""Writes operations.json: values and gradients of operations in float64, by PyTorch. Run it in this folder."""

import json

import torch
import torch.nn.functional as F

torch.manual_seed(20240607)
cases = []


def tensor(t):
    return {"shape": list(t.shape), "values": [float(f"{v:.9g}") for v in t.flatten().tolist()]}


def case(operation, inputs, function, **parameters):
    # Inputs are rounded to float32, so that both sides start from the same numbers.
    inputs = [t.float().double().requires_grad_() for t in inputs]
    output = function(*inputs)
    cotangent = torch.randn_like(output).float().double()
    gradients = torch.autograd.grad(output, inputs, cotangent)
    cases.append(
        {
            "operation": operation,
            "parameters": parameters,
            "inputs": [tensor(t) for t in inputs],
            "output": tensor(output),
            "cotangent": tensor(cotangent),
            "gradients": [tensor(t) for t in gradients],
        }
    )


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


for (channels, rows, columns, filters, kernel, stride, padding) in [
    (1, 7, 7, 3, 5, 1, 2),
    (3, 6, 5, 4, 3, 1, 0),
    (2, 9, 8, 5, 3, 2, 1),
    (2, 7, 9, 2, 5, 2, 0),
    (4, 5, 5, 3, 1, 1, 0),
    (2, 8, 7, 2, 2, 3, 1),
]:
    case(
        "convolution",
        [randn(2, channels, rows, columns), randn(filters, channels, kernel, kernel), randn(filters)],
        lambda x, w, b: F.conv2d(x, w, b, stride=stride, padding=padding),
        stride=stride,
        padding=padding,
    )
case("linear", [randn(3, 7), randn(5, 7), randn(5)], F.linear)
for size, stride in [(2, 2), (3, 2), (2, 1)]:
    case("maxPooling", [randn(2, 3, 5, 7)], lambda x: F.max_pool2d(x, size, stride), size=size, stride=stride)
case("softmax", [3 * randn(3, 5)], lambda z: F.softmax(z, 1))
case("logSoftmax", [20 * randn(3, 5)], lambda z: F.log_softmax(z, 1))
case("sigmoid", [5 * randn(3, 5)], torch.sigmoid)
case("logSigmoid", [10 * randn(3, 5)], F.logsigmoid)


def standardized(x):
    mean = x.mean((1, 2, 3), keepdim=True)
    deviation = x.var((1, 2, 3), unbiased=False, keepdim=True).sqrt()
    floor = torch.tensor(x[0].numel() ** -0.5, dtype=torch.float64)
    return (x - mean) / torch.maximum(deviation, floor)


case("standardizedPerImage", [torch.cat([randn(2, 2, 4, 3), 0.01 * randn(1, 2, 4, 3) + 5])], standardized)

labels = [0, 3, 5, 2]
targets = [4, 1, 0, 3]
y = torch.tensor(labels)
t = torch.tensor(targets)
rows = torch.arange(4)
scores = randn(4, 6)
scores[1, 3] = 9  # one row that is classified correctly


def without(z, index):
    return z.masked_fill(F.one_hot(index, 6).bool(), -torch.inf)


def spread(a, margin):
    gap = margin - (a[rows, y].unsqueeze(1) - a)
    return (gap.clamp(min=0) ** 2 * (1 - F.one_hot(y, 6))).sum(1)


def margin(a):
    hot = F.one_hot(y, 6)
    return (hot * (0.9 - a).clamp(min=0) ** 2 + 0.5 * (1 - hot) * (a - 0.1).clamp(min=0) ** 2).sum(1)


def dlr(z):
    s = z.sort(1, descending=True).values
    return -(z[rows, y] - without(z, y).amax(1)) / (s[:, 0] - s[:, 2] + 1e-12)


def targeted_dlr(z):
    s = z.sort(1, descending=True).values
    return -(z[rows, y] - z[rows, t]) / (s[:, 0] - 0.5 * (s[:, 2] + s[:, 3]) + 1e-12)


case("crossEntropy", [scores], lambda z: F.cross_entropy(z, y, reduction="none"), labels=labels)
case("logitMargin", [scores], lambda z: without(z, y).amax(1) - z[rows, y], labels=labels)
case("differenceOfLogitsRatio", [scores], dlr, labels=labels)
case("targetedDifferenceOfLogitsRatio", [scores], targeted_dlr, labels=labels, targets=targets)
case("spreadLoss", [torch.sigmoid(scores)], lambda a: spread(a, 0.4), labels=labels, margin=0.4)
case("marginLoss", [torch.sigmoid(scores)], margin, labels=labels)

with open("operations.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
