#!/usr/bin/env python3
"""Exports classifiers of scikit-learn, Keras and timm, with what they shall give.

    python3 Scripts/onnx/export_others.py OUT [sklearn] [keras] [timm]

writes what export_torchvision.py writes, in folders OUT/KIND-NAME: images.npy as [5, channels, rows, columns] whatever the
layout of the network, labels.npy, gradient.npy in 64 bits (with further points round the images, or without), gradient32.npy
in 32 bits, and VARIANT.onnx with its scores by
onnxruntime, VARIANT.npy: those before the last softmax, if there is one, as robust takes them. For
Tests/ONNXTests/ExportedModelTests.swift.

Needs numpy, onnx and onnxruntime; and scikit-learn and skl2onnx; or tensorflow, keras and tf2onnx; or torch and timm.
"""

import argparse
import copy
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

COUNT = 5


def scores(path: Path, inputs: np.ndarray) -> np.ndarray:
    """What the file gives for each input alone: the input of its last softmax, or else its largest output."""
    model = onnx.load(path)
    squashing = [node for node in model.graph.node if node.op_type in ("Softmax", "Sigmoid")]
    names = [output.name for output in model.graph.output]
    last = next((node for node in reversed(squashing) if ends(model.graph, node)), None)
    if last is not None:
        names = [last.input[0]]
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(names[0]))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    rows = [max(session.run(names, {name: row[None]}), key=lambda output: output.size) for row in inputs]
    return np.concatenate([row.reshape(1, -1) for row in rows]).astype(np.float32)


def ends(graph: onnx.GraphProto, node: onnx.NodeProto) -> bool:
    """Whether nothing but a label is computed from what the node gives."""
    names = {output.name for output in graph.output}
    if node.output[0] in names:
        return True
    users = [user for user in graph.node if node.output[0] in user.input]
    return bool(users) and all(user.op_type in ("Identity", "Cast", "ArgMax", "Squeeze") for user in users)


def save(folder: Path, images, labels, exact, rounded) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", np.ascontiguousarray(images, np.float32))
    np.save(folder / "labels.npy", labels.astype(np.int64))
    np.save(folder / "gradient.npy", np.ascontiguousarray(exact, np.float32))
    np.save(folder / "gradient32.npy", np.ascontiguousarray(rounded, np.float32))
    exact = exact[0] if exact.ndim > rounded.ndim else exact
    print(f"{folder.name}: gradients in 32 bits are off by {np.abs(exact - rounded).max() / np.abs(exact).max():.1e}", flush=True)


# scikit-learn

def sklearn(out: Path) -> None:
    from skl2onnx import to_onnx
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    features, labels = load_digits(return_X_y=True)
    features = (features / 16).astype(np.float32)
    perceptron = lambda **options: MLPClassifier(max_iter=20, random_state=0, **options)
    models = {
        "mlp": perceptron(hidden_layer_sizes=(32,)),
        "mlp-tanh": perceptron(hidden_layer_sizes=(32, 16), activation="tanh"),
        "mlp-logistic": perceptron(hidden_layer_sizes=(24,), activation="logistic"),
        "standard-mlp": make_pipeline(StandardScaler(), perceptron(hidden_layer_sizes=(32,))),
        "minmax-mlp": make_pipeline(MinMaxScaler(), perceptron(hidden_layer_sizes=(32,))),
        "binary-mlp": perceptron(hidden_layer_sizes=(16,)),
    }
    for name, model in models.items():
        truth = labels >= 5 if name.startswith("binary") else labels
        model.fit(features, truth.astype(int))
        images, chosen = features[100:100 + COUNT], truth[100:100 + COUNT].astype(int)
        folder = out / f"sklearn-{name}"
        exact, rounded = (perceptron_gradient(model, images, chosen, type) for type in (np.float64, np.float32))
        save(folder, images.reshape(-1, 1, 8, 8), chosen, exact.reshape(-1, 1, 8, 8), rounded.reshape(-1, 1, 8, 8))
        for opset in [13, 18, 21]:
            path = folder / f"skl2onnx-{opset}.onnx"
            exported = to_onnx(model, images[:1], options={"zipmap": False}, target_opset={"": opset, "ai.onnx.ml": 3})
            path.write_bytes(exported.SerializeToString())
            result = scores(path, images)
            if result.shape[1] == 1:  # One logit for two classes.
                result = np.concatenate([0 * result, result], 1)
            np.save(path.with_suffix(".npy"), result)


def perceptron_gradient(model, images, labels, type):
    """The gradient of each image's cross-entropy by it, written out."""
    scale, offset = np.ones(1), np.zeros(1)
    network = model
    if hasattr(model, "steps"):
        scaler, network = model.steps[0][1], model.steps[1][1]
        if hasattr(scaler, "mean_"):
            scale, offset = 1 / scaler.scale_, -scaler.mean_ / scaler.scale_
        else:
            scale, offset = scaler.scale_, scaler.min_
    scale, offset = scale.astype(type), offset.astype(type)
    functions = {
        "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(type)),
        "tanh": (np.tanh, lambda a: 1 - a * a),
        "logistic": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    }
    function, slope = functions[network.activation]
    layers = [(w.astype(type), b.astype(type)) for w, b in zip(network.coefs_, network.intercepts_)]
    values = [images.astype(type) * scale + offset]
    for index, (weights, bias) in enumerate(layers):
        z = values[-1] @ weights + bias
        values.append(z if index == len(layers) - 1 else function(z))
    logits = values.pop()
    if logits.shape[1] == 1:
        gradient = 1 / (1 + np.exp(-logits)) - labels[:, None].astype(type)
    else:
        exponentials = np.exp(logits - logits.max(1, keepdims=True))
        gradient = exponentials / exponentials.sum(1, keepdims=True)
        gradient[np.arange(len(labels)), labels] -= 1
    for index in reversed(range(len(layers))):
        gradient = gradient @ layers[index][0].T
        if index > 0:
            gradient = gradient * slope(values[index])
    return gradient * scale


# Keras

def keras(out: Path) -> None:
    os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
    import keras as k
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    l = k.layers

    def small(x):
        x = l.Rescaling(2, offset=-1)(x)
        x = l.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
        x = l.BatchNormalization()(x)
        x = l.MaxPooling2D(2)(x)
        x = l.Conv2D(16, 3, activation="swish")(x)
        x = l.Flatten()(x)
        return l.Dense(10, activation="softmax")(l.Dropout(0.5)(x))

    def separable(x):
        x = l.SeparableConv2D(8, 3, padding="same", activation="swish")(x)
        x = l.AveragePooling2D(2, padding="same")(x)
        y = l.DepthwiseConv2D(3, padding="same")(x)
        x = l.Add()([x, l.LayerNormalization()(y)])
        x = l.Conv2DTranspose(12, 3, strides=2, padding="same", activation="elu")(x)
        x = l.UpSampling2D(2, interpolation="bilinear")(x)
        return l.Dense(10)(l.GlobalAveragePooling2D()(x))

    def application(name, **options):
        return lambda x: getattr(k.applications, name)(
            input_tensor=x, weights=None, classes=10, classifier_activation="softmax", **options).output

    # The maker, the side of the images, and their channels.
    models = {
        "small": (small, 28, 1), "separable": (separable, 18, 3),
        "mobilenet": (application("MobileNet", alpha=0.25), 64, 3),
        "mobilenet_v2": (application("MobileNetV2", alpha=0.35), 64, 3),
    }
    for name, (maker, side, channels) in models.items():
        def build(type):
            k.config.set_floatx(type)
            k.config.set_dtype_policy(type)
            k.utils.set_random_seed(1)
            x = k.Input((side, side, channels))
            return k.Model(x, maker(x))

        network = build("float32")
        state = np.random.default_rng(0)
        weights = [w.numpy() for w in network.weights]
        for index, variable in enumerate(network.weights):
            if "moving_variance" in variable.path or variable.path.endswith("gamma"):
                weights[index] = state.uniform(0.5, 1.5, weights[index].shape)
            elif weights[index].ndim == 1:
                weights[index] = state.normal(0, 0.1, weights[index].shape)
        network.set_weights(weights)
        exact = build("float64")
        exact.set_weights(weights)
        k.config.set_floatx("float32")
        k.config.set_dtype_policy("float32")

        def gradient(model, images, labels, type):
            x = tf.constant(images, type)
            with tf.GradientTape() as tape:
                tape.watch(x)
                outputs = model(x, training=False)
                softmax = model.layers[-1].activation is k.activations.softmax
                loss = tf.reduce_sum(k.losses.sparse_categorical_crossentropy(labels, outputs, from_logits=not softmax))
            return tape.gradient(loss, x).numpy()

        images = state.random((COUNT, side, side, channels)).astype(np.float32)
        labels = np.arange(COUNT) * 2
        folder = out / f"keras-{name}"
        first = lambda x: x.transpose(0, 3, 1, 2)
        save(folder, first(images), labels, first(gradient(exact, images, labels, "float64")),
             first(gradient(network, images, labels, "float32")))
        for variant, export in {
            "keras": lambda path: network.export(str(path), format="onnx", verbose=False),
            "tf2onnx-13": lambda path: tensorflow_export(network, side, channels, path, 13),
            "tf2onnx-18": lambda path: tensorflow_export(network, side, channels, path, 18),
        }.items():
            path = folder / f"{variant}.onnx"
            try:
                export(path)
                np.save(path.with_suffix(".npy"), scores(path, images))
            except Exception as error:
                path.unlink(missing_ok=True)
                print(f"keras-{name} {variant}: not exported: {type(error).__name__} {str(error).splitlines()[:1]}", flush=True)


def tensorflow_export(network, side, channels, path, opset):
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, side, side, channels), tf.float32, name="image")]
    function = tf.function(lambda image: network(image, training=False), input_signature=signature)
    tf2onnx.convert.from_function(function, input_signature=signature, opset=opset, output_path=str(path))


# timm

def timm(out: Path) -> None:
    import timm as library
    import torch

    from export_torchvision import export, gradient, gradients, randomise, smooth_images

    torch.set_num_threads(1)
    for name, options in {
        "resnet10t": {}, "vit_tiny_patch16_224": dict(img_size=64, depth=3), "convnext_atto": {}, "mixer_s32_224":
        dict(img_size=64, num_blocks=2), "regnetx_002": {}, "efficientvit_b0": {}, "levit_128s": dict(img_size=64),
        "poolformer_s12": {}, "ghostnet_100": {}, "beit_base_patch16_224":
        dict(img_size=64, depth=2, embed_dim=96, num_heads=3), "mobileone_s0": {}, "hardcorenas_a": {},
    }.items():
        try:
            torch.manual_seed(1)
            model = randomise(library.create_model(name, pretrained=False, num_classes=10, **options), 64)
            exact = copy.deepcopy(model).double()
            images, labels = smooth_images(model, exact, 64, COUNT)
            folder = out / f"timm-{name}"
            save(folder, images.numpy(), labels.numpy(), gradients(exact, images, labels).numpy(),
                 gradient(model, images, labels).numpy())
        except Exception as error:
            print(f"timm-{name}: not made: {type(error).__name__} {str(error).splitlines()[:1]}", flush=True)
            continue
        for exporter, opset in [("torchscript", 17), ("dynamo", 18)]:
            path = folder / f"{exporter}-{opset}.onnx"
            try:
                export(model, images, exporter, opset, 0, path)
                np.save(path.with_suffix(".npy"), scores(path, images.numpy()))
            except Exception as error:
                path.unlink(missing_ok=True)
                print(f"timm-{name} {path.stem}: not exported: {type(error).__name__} {str(error).splitlines()[:1]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("kind", nargs="*", choices=["sklearn", "keras", "timm", []], help="by default all")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(Path(__file__).parent))
    for kind in options.kind or ["sklearn", "keras", "timm"]:
        {"sklearn": sklearn, "keras": keras, "timm": timm}[kind](options.out)


if __name__ == "__main__":
    main()
