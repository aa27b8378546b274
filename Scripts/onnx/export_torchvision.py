#!/usr/bin/env python3
"""Exports torchvision's families of classifiers by both of PyTorch's exporters, with what they shall give.

    python3 Scripts/onnx/export_torchvision.py [--variants N] OUT [FAMILY ...]

Weights are random (a seed a family); statistics of batch normalisation are those of random images, with random scales and
shifts, so that scores differ between images. Large families are made narrower or shallower: their operators are the same.
Written are

    OUT/FAMILY/images.npy    [5, 3, rows, columns], in [0, 1]; of random ones those where the gradient is continuous: it
                             stays when 3·10⁻⁷ is added or taken, so that a rounding moves no rectifier and no maximum
                             over its kink
    OUT/FAMILY/labels.npy    int64
    OUT/FAMILY/gradient.npy  [17, 5, 3, rows, columns], the gradient, by PyTorch in 64 bits, of each image's cross-entropy
                             by that image: there, and at 16 points within 3·10⁻⁶ of it, since it jumps where a rectifier
                             or a maximum is so near to its kink that a rounding decides
    OUT/FAMILY/gradient32.npy  the same by PyTorch in 32 bits, to know how much of a difference is rounding
    OUT/FAMILY/VARIANT.onnx  VARIANT is EXPORTER-OPSET-dynamic, or EXPORTER-OPSET-bN with the batch frozen to N
    OUT/FAMILY/VARIANT.npy   its scores, by onnxruntime
    OUT/versions.txt

for Tests/ONNXTests/ExportedModelTests.swift. Needs torch, torchvision, onnx, onnxscript and onnxruntime.
"""

import argparse
import copy
import logging
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torchvision
from torch import nn
from torchvision import models
from torchvision.models import convnext, densenet, efficientnet, maxvit, resnet, swin_transformer, vision_transformer

CLASSES = 10


def vgg(name):
    model = getattr(models, name)(num_classes=CLASSES, init_weights=True)
    # What 64 pixels leave: the TorchScript exporter can't enlarge by a pool.
    model.avgpool = nn.AdaptiveAvgPool2d(2)
    model.classifier = nn.Sequential(nn.Linear(512 * 4, 64), nn.ReLU(True), nn.Dropout(), nn.Linear(64, CLASSES))
    return model


def alexnet():
    model = models.alexnet(num_classes=CLASSES)
    model.avgpool = nn.AdaptiveAvgPool2d(1)
    model.classifier = nn.Sequential(nn.Dropout(), nn.Linear(256, 64), nn.ReLU(True), nn.Linear(64, CLASSES))
    return model


def residual(**options):
    return resnet.ResNet(resnet.Bottleneck, [1, 2, 1, 1], num_classes=CLASSES, **options)


def swin(block):
    return swin_transformer.SwinTransformer(
        patch_size=[4, 4], embed_dim=24, depths=[2, 2, 2], num_heads=[2, 4, 8], window_size=[4, 4],
        num_classes=CLASSES, block=block,
        downsample_layer=(swin_transformer.PatchMergingV2 if block is swin_transformer.SwinTransformerBlockV2
                          else swin_transformer.PatchMerging))


def vit():
    return vision_transformer.VisionTransformer(
        image_size=64, patch_size=16, num_layers=3, num_heads=4, hidden_dim=64, mlp_dim=128, num_classes=CLASSES)


def maximal():
    return maxvit.MaxVit(
        input_size=(64, 64), stem_channels=16, partition_size=4, block_channels=[16, 32], block_layers=[1, 2],
        head_dim=8, stochastic_depth_prob=0.0, num_classes=CLASSES)


def named(name, **options):
    return getattr(models, name)(num_classes=CLASSES, **options)


# The maker and the side of the images.
FAMILIES = {
    "alexnet": (alexnet, 64),
    "convnext_tiny": (
        partial(convnext.ConvNeXt,
                [convnext.CNBlockConfig(32, 64, 2), convnext.CNBlockConfig(64, 128, 2),
                 convnext.CNBlockConfig(128, None, 2)], num_classes=CLASSES), 64),
    "densenet121": (partial(named, "densenet121"), 64),
    "efficientnet_b0": (partial(named, "efficientnet_b0"), 64),
    "efficientnet_v2_s": (partial(named, "efficientnet_v2_s"), 64),
    "googlenet": (partial(named, "googlenet", aux_logits=False, init_weights=False), 64),
    "inception_v3": (partial(named, "inception_v3", aux_logits=False, init_weights=False), 96),
    "maxvit_t": (maximal, 64),
    "mnasnet0_5": (partial(named, "mnasnet0_5"), 64),
    "mobilenet_v2": (partial(named, "mobilenet_v2"), 64),
    "mobilenet_v3_large": (partial(named, "mobilenet_v3_large"), 64),
    "mobilenet_v3_small": (partial(named, "mobilenet_v3_small"), 64),
    "regnet_x_400mf": (partial(named, "regnet_x_400mf"), 64),
    "regnet_y_400mf": (partial(named, "regnet_y_400mf"), 64),
    "resnet18": (partial(named, "resnet18"), 64),
    "resnet50": (residual, 64),
    "resnext50_32x4d": (partial(residual, groups=32, width_per_group=4), 64),
    "shufflenet_v2_x0_5": (partial(named, "shufflenet_v2_x0_5"), 64),
    "squeezenet1_0": (partial(named, "squeezenet1_0"), 64),
    "squeezenet1_1": (partial(named, "squeezenet1_1"), 64),
    "swin_t": (partial(swin, swin_transformer.SwinTransformerBlock), 64),
    "swin_v2_t": (partial(swin, swin_transformer.SwinTransformerBlockV2), 64),
    "vgg11": (partial(vgg, "vgg11"), 64),
    "vgg11_bn": (partial(vgg, "vgg11_bn"), 64),
    "vit_b_16": (vit, 64),
    "wide_resnet50_2": (partial(residual, width_per_group=128), 64),
}

# Exporter, operator set, frozen batch (0: dynamic); the first ones are kept for families of many weights.
VARIANTS = [
    ("dynamo", 18, 0), ("torchscript", 17, 0), ("torchscript", 11, 1), ("dynamo", 25, 2), ("torchscript", 13, 0),
    ("dynamo", 21, 1), ("torchscript", 20, 2),
]
LARGE = 15_000_000


def randomise(model: nn.Module, side: int) -> nn.Module:
    """Gives normalisations and scales of residual branches values that matter."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.reset_running_stats()
            module.train()
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)) and module.weight is not None:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
    for name, parameter in model.named_parameters():
        # The head and the class token of a vision transformer begin as zeros.
        if parameter.dim() > 1 and not parameter.any():
            nn.init.normal_(parameter, 0, 0.2)
        if name.endswith("layer_scale"):
            nn.init.uniform_(parameter, 0.2, 1.0)
    with torch.no_grad():
        for _ in range(2):
            model(pictures(16, side))
    return model.eval()


def pictures(count: int, side: int) -> torch.Tensor:
    """Random images that differ as pictures do, by large patches: noise alone looks the same everywhere to a network, and
    normalisations would enlarge what little is left, and roundings with it."""
    patches = nn.functional.interpolate(torch.rand(count, 3, 4, 4), (side, side), mode="bicubic", align_corners=False)
    return (patches + 0.1 * torch.randn(count, 3, side, side)).clamp(0, 1)


def gradient(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    variable = images.clone().requires_grad_()
    nn.functional.cross_entropy(model(variable), labels, reduction="sum").backward()
    return variable.grad


def gradients(exact: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """At the images, and at 16 points round each of them."""
    points = [images.double()]
    for size in [1e-7, 3e-7, 1e-6, 3e-6]:
        for _ in range(2):
            noise = size * torch.randint(0, 2, images.shape).mul(2).sub(1)
            points += [points[0] + noise, points[0] - noise]
    return torch.stack([gradient(exact, point, labels) for point in points])


def smooth_images(
        model: nn.Module, exact: nn.Module, side: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Random images with labels at which rounding can't change the gradient; where there are too few, the steadiest."""
    chosen = []
    for _ in range(16):
        images, labels = pictures(8, side), torch.randint(0, CLASSES, (8,))
        base = gradient(exact, images.double(), labels)
        # PyTorch's own rounding must not change it either.
        largest = base.abs().amax((1, 2, 3))
        change = (gradient(model, images, labels) - base).abs().amax((1, 2, 3)) / largest
        for sign in [1, -1]:
            noise = sign * 3e-7 * torch.randint(0, 2, images.shape).mul(2).sub(1)
            moved = gradient(exact, images.double() + noise, labels)
            change = torch.maximum(change, (moved - base).abs().amax((1, 2, 3)) / largest)
        chosen += zip(change.tolist(), images, labels)
        if sum(change < 3e-4 for change, *_ in chosen) >= count:
            break
    chosen.sort(key=lambda triple: triple[0])
    print(f"  of {len(chosen)} images, gradients change by {chosen[0][0]:.1e} to {chosen[count - 1][0]:.1e}", flush=True)
    return torch.stack([image for _, image, _ in chosen[:count]]), torch.stack([label for *_, label in chosen[:count]])


def export(model, images, exporter: str, opset: int, frozen: int, path: Path) -> None:
    example = images[:frozen or 2]
    options = dict(input_names=["image"], output_names=["scores"], opset_version=opset)
    if exporter == "torchscript":
        axes = {} if frozen else {"image": {0: "batch"}, "scores": {0: "batch"}}
        torch.onnx.export(model, (example,), path, dynamo=False, dynamic_axes=axes, **options)
    else:
        shapes = None if frozen else ({0: torch.export.Dim("batch", min=1, max=1024)},)
        torch.onnx.export(model, (example,), path, dynamo=True, dynamic_shapes=shapes, external_data=False,
                          verbose=False, **options)


def scores(path: Path, images: np.ndarray, frozen: int) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    run = lambda batch: session.run(None, {session.get_inputs()[0].name: batch})[0]
    if not frozen:
        return run(images)
    parts = []
    for start in range(0, len(images), frozen):
        batch = images[start:start + frozen]
        filled = np.concatenate([batch, np.repeat(batch[-1:], frozen - len(batch), 0)])
        parts.append(run(filled)[:len(batch)])
    return np.concatenate(parts)


def write(family: str, options: argparse.Namespace) -> None:
    variants = options.variants
    maker, side = FAMILIES[family]
    torch.manual_seed(sorted(FAMILIES).index(family))
    model = randomise(maker(), side)
    folder = options.out / family
    folder.mkdir(parents=True, exist_ok=True)
    exact = copy.deepcopy(model).double()
    images, labels = smooth_images(model, exact, side, 5)
    with torch.no_grad():
        reference = model(images)
    np.save(folder / "images.npy", images.numpy())
    np.save(folder / "labels.npy", labels.numpy())
    truths = gradients(exact, images, labels)
    truth, rounded = truths[0], gradient(model, images, labels)
    np.save(folder / "gradient.npy", truths.float().numpy())
    np.save(folder / "gradient32.npy", rounded.numpy())
    off = ((rounded - truth).abs().amax((1, 2, 3)) / truth.abs().amax()).tolist()
    print(f"{family}: gradients in 32 bits are off by " + ", ".join(f"{value:.1e}" for value in off), flush=True)
    size = sum(parameter.numel() for parameter in model.parameters())
    for exporter, opset, frozen in VARIANTS[:min(variants, 3) if size > LARGE else variants]:
        path = folder / f"{exporter}-{opset}-{f'b{frozen}' if frozen else 'dynamic'}.onnx"
        start = time.time()
        try:
            result = None if options.again or not path.exists() else scores(path, images.numpy(), frozen)
            # What is there may be of other weights.
            if result is None or np.abs(result - reference.numpy()).max() > 1e-3 * np.abs(result).max():
                export(model, images, exporter, opset, frozen, path)
                result = scores(path, images.numpy(), frozen)
        except Exception as error:  # An exporter that refuses is noted; there is nothing to compare then.
            path.unlink(missing_ok=True)
            print(f"{family} {path.stem}: not exported: {str(error).strip().splitlines()[:1]}", flush=True)
            continue
        np.save(path.with_suffix(".npy"), result)
        written = {o.domain or "ai.onnx": o.version for o in onnx.load(path).opset_import}
        difference = np.abs(result - reference.numpy()).max() / np.abs(result).max()
        print(f"{family} {path.stem}: {size / 1e6:.1f} M weights, opset {written.get('ai.onnx')}, "
              f"spread {result.std(0).mean():.3g} of {np.abs(result).max():.3g}, "
              f"onnxruntime from torch {difference:.1e}, {time.time() - start:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("family", nargs="*", help="by default all: " + ", ".join(FAMILIES))
    parser.add_argument("--variants", type=int, default=len(VARIANTS), help="how many of each family, of %(default)s")
    parser.add_argument("--again", action="store_true", help="export what is there already")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "versions.txt").write_text("".join(
        f"{module.__name__} {module.__version__}\n" for module in [torch, torchvision, onnx, onnxruntime]))
    for family in options.family or FAMILIES:
        write(family, options)


if __name__ == "__main__":
    main()
