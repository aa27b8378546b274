"""The capsule networks in JAX, compiled by `jit`, as one more variant of the pieces of work in cases.py.

Written from Procedure 1 of Hinton, Sabour & Frosst 2018 with the conventions of Scripts/em_reference.py, from which it is
independent in code: what it computes is compared with robust's numbers like any other peer's.
"""
import json
import math
import os

# Before JAX begins: it has no other way to be told how many threads work.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=true intra_op_parallelism_threads=2")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

VARIANCE_FLOOR, MASS_FLOOR = 5e-4, 1e-7
RATES = {"learning": 1e-3, "first": 0.9, "second": 0.999, "epsilon": 1e-8}


def inverse_temperature(iteration):
    return 0.01 * (1 - 0.95 ** (iteration + 1))


class Fields:
    """The receptive fields of a convolutional capsule layer, as static slices: XLA makes them faster than index lists."""

    def __init__(self, rows, columns, size, stride):
        self.shape, self.size, self.stride = (rows, columns), size, stride
        self.out = ((rows - size) // stride + 1, (columns - size) // stride + 1)
        # In how many receptive fields each place is.
        self.parents = numpy.zeros((rows, columns), numpy.float32)
        for place in self.slices():
            self.parents[place] += 1

    def slices(self):
        for row in range(self.size):
            for column in range(self.size):
                yield tuple(slice(start, start + self.stride * (count - 1) + 1, self.stride)
                            for start, count in zip((row, column), self.out))

    def gather(self, x):
        """[B, H, W, …] → [B, H', W', size², …]"""
        return jnp.stack([x[:, rows, columns] for rows, columns in self.slices()], 3)

    def fold(self, x, how):
        """[B, H', W', size², types] → [B, H, W, types]: the sum or the largest of what belongs to one child."""
        result = jnp.full((len(x), *self.shape, x.shape[-1]), 0.0 if how == "add" else -jnp.inf)
        for place, (rows, columns) in enumerate(self.slices()):
            result = getattr(result.at[:, rows, columns], how)(x[:, :, :, place])
        return result

    def softmax(self, energies):
        """energies [B, P, N, C], over all the parents of a child."""
        shape = (len(energies), *self.out, self.size**2, -1)
        largest = self.gather(self.fold(jax.lax.stop_gradient(energies.max(-1)).reshape(shape), "max"))
        powers = jnp.exp(energies - largest.reshape(*energies.shape[:-1], 1))
        sums = self.gather(self.fold(powers.sum(-1).reshape(shape), "add"))
        return powers / sums.reshape(*energies.shape[:-1], 1)


def route(activations, votes, beta_a, beta_u, iterations, fields):
    """activations [B, P, N], votes [B, P, N, C, 16]: poses [B, P, C, 16] and scores [B, P, C].

    A child shares itself out among all the parents whose `fields` hold it; without them, P is 1 and its parents are all C.
    """
    batch, places, children, types, _ = votes.shape
    # Else XLA computes votes and squares anew for everything that reads them.
    votes = jax.lax.optimization_barrier(votes)
    if fields is None:
        assignments = jnp.full((1, 1, 1, types), 1 / types)
    else:
        parents = fields.gather(jnp.asarray(fields.parents)[None, :, :, None])
        parents = jnp.broadcast_to(parents, (*parents.shape[:-1], children // fields.size**2))
        assignments = (1 / (parents * types)).reshape(1, places, children, 1)
    for iteration in range(iterations):
        mass = assignments * activations[..., None]
        total = jnp.broadcast_to(mass, (batch, places, children, types)).sum(2) + MASS_FLOOR
        means = (mass[..., None] * votes).sum(2) / total[..., None]
        squares = jax.lax.optimization_barrier((votes - means[:, :, None]) ** 2)
        variances = (mass[..., None] * squares).sum(2) / total[..., None] + VARIANCE_FLOOR
        costs = (beta_u[:, None] + 0.5 * jnp.log(variances)) * total[..., None]
        scores = inverse_temperature(iteration) * (beta_a - costs.sum(-1))
        if iteration == iterations - 1:
            return means, scores
        constants = jax.nn.log_sigmoid(scores) - 0.5 * jnp.log(2 * math.pi * variances).sum(-1)
        energies = constants[:, :, None] - (squares / (2 * variances)[:, :, None]).sum(-1)
        assignments = jax.nn.softmax(energies, -1) if fields is None else fields.softmax(energies)


def capsule_layer(weights, name, poses, activations, stride, iterations):
    """poses [B, H, W, types, 4, 4], activations [B, H, W, types]: those of the parents."""
    matrices = weights[f"{name}.weight"]
    batch, rows, columns, types = activations.shape
    fields = Fields(rows, columns, math.isqrt(matrices.shape[0] // types), stride)
    gathered = fields.gather(poses).reshape(batch, math.prod(fields.out), -1, 4, 4)
    presence = fields.gather(activations).reshape(batch, math.prod(fields.out), -1)
    # Four products written out are three times as fast as an einsum.
    votes = sum(gathered[:, :, :, None, :, k, None] * matrices[:, :, None, k, :] for k in range(4))
    votes = votes.reshape(*presence.shape, -1, 16)
    means, scores = route(presence, votes, weights[f"{name}.beta_a"], weights[f"{name}.beta_u"], iterations, fields)
    return means.reshape(batch, *fields.out, -1, 4, 4), jax.nn.sigmoid(scores).reshape(batch, *fields.out, -1)


def class_layer(weights, poses, activations, iterations):
    """Scores of the classes, [B, classes], with Coordinate Addition."""
    batch, rows, columns, types = activations.shape
    matrices = weights["classes.weight"]
    votes = sum(poses[:, :, :, :, None, :, k, None] * matrices[:, :, None, k, :] for k in range(4))
    votes = votes.reshape(batch, rows, columns, types, -1, 16)
    offsets = numpy.zeros((rows, columns, 16), numpy.float32)
    offsets[:, :, 3] = ((numpy.arange(rows) + 0.5) / rows)[:, None]
    offsets[:, :, 7] = ((numpy.arange(columns) + 0.5) / columns)[None]
    votes = (votes + offsets[None, :, :, None, None]).reshape(batch, 1, rows * columns * types, -1, 16)
    return route(activations.reshape(batch, 1, -1), votes, weights["classes.beta_a"], weights["classes.beta_u"],
                 iterations, None)[1][:, 0]


def convolution(weights, name, images, stride):
    return jax.lax.conv_general_dilated(
        images, weights[f"{name}.weight"], (stride, stride), "VALID",
        dimension_numbers=("NCHW", "OIHW", "NCHW")) + weights[f"{name}.bias"][:, None, None]


class Network:
    """A checkpoint of matrix capsules: its weights, and the function from weights and images to scores."""

    def __init__(self, path):
        with safe_open(path, "numpy") as file:
            metadata = file.metadata()
            if metadata["architecture"] != "matrix-capsules":
                raise ValueError("only the capsule networks are written in JAX")
            self.weights = {name: jnp.asarray(file.get_tensor(name)) for name in file.keys()}
        self.configuration = json.loads(metadata["configuration"])

    def scores(self, weights, images):
        configuration = self.configuration
        types, iterations = configuration["primaryTypes"], configuration["iterations"]
        flat = images.reshape(len(images), -1)
        centred = flat - flat.mean(1, keepdims=True)
        deviation = jnp.sqrt((centred**2).mean(1, keepdims=True))
        images = (centred / jnp.maximum(deviation, flat.shape[1] ** -0.5)).reshape(images.shape)
        x = convolution(weights, "primary", jax.nn.relu(convolution(weights, "convolution", images, 2)), 1)
        x = x.transpose(0, 2, 3, 1)
        poses = x[..., : types * 16].reshape(*x.shape[:3], types, 4, 4)
        activations = jax.nn.sigmoid(x[..., types * 16:])
        poses, activations = capsule_layer(weights, "capsules1", poses, activations, 2, iterations)
        poses, activations = capsule_layer(weights, "capsules2", poses, activations, 1, iterations)
        return class_layer(weights, poses, activations, iterations)


def cross_entropies(scores, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1)[:, 0]


class Case:
    """What a piece of work in JAX has in common: inputs, a compiled function, and waiting for its results."""

    def __init__(self, case):
        self.network = Network(case["weights"])
        inputs = load_file(case["inputs"])
        self.images, self.labels = jnp.asarray(inputs["images"]), jnp.asarray(inputs["labels"].astype("int32"))

    def run(self, between=None):
        return jax.block_until_ready(self.compute())

    def results(self):
        return {name: numpy.array(value) for name, value in self.run().items()}


class ModelCase(Case):
    """A model on one batch: its scores, and the gradient of the summed cross-entropy by images or weights."""

    def __init__(self, case):
        super().__init__(case)
        network, mode = self.network, case["mode"]

        def loss(weights, images, labels):
            scores = network.scores(weights, images)
            return cross_entropies(scores, labels).sum(), scores

        def forward(weights, images, labels):
            return {"scores": network.scores(weights, images)}

        def gradient(weights, images, labels):
            by_images = mode == "input"
            (_, scores), found = jax.value_and_grad(loss, argnums=1 if by_images else 0, has_aux=True)(weights, images, labels)
            gradients = {"by_images": found} if by_images else {"by_" + name: value for name, value in found.items()}
            return {"scores": scores} | gradients

        function = jax.jit(forward if mode == "forward" else gradient)
        self.compute = lambda: function(self.network.weights, self.images, self.labels)


class TrainingCase(Case):
    """One training step: gradients of the mean cross-entropy, Adam; all in one compiled function."""

    def __init__(self, case):
        super().__init__(case)
        network = self.network

        def step(weights, first, second, count, images, labels):
            def loss(weights):
                return cross_entropies(network.scores(weights, images), labels).mean()

            value, gradients = jax.value_and_grad(loss)(weights)
            a, b = RATES["first"], RATES["second"]
            first = {name: a * first[name] + (1 - a) * g for name, g in gradients.items()}
            second = {name: b * second[name] + (1 - b) * g * g for name, g in gradients.items()}
            count = count + 1
            weights = {
                name: weights[name] - RATES["learning"] * (first[name] / (1 - a**count))
                / (jnp.sqrt(second[name] / (1 - b**count)) + RATES["epsilon"]) for name in weights}
            return value, weights, first, second, count

        function = jax.jit(step, donate_argnums=(0, 1, 2))
        zeros = {name: jnp.zeros_like(value) for name, value in network.weights.items()}
        state = [network.weights, zeros, {name: jnp.zeros_like(value) for name, value in zeros.items()}, jnp.float32(0)]

        def compute():
            loss, *state[:] = function(*state, self.images, self.labels)
            return {"loss": loss.reshape(1)} | state[0]

        self.compute = compute


def make(case):
    kinds = {"model": ModelCase, "training": TrainingCase}
    if case["work"] not in kinds:
        raise ValueError(f"{case['work']} is not written in JAX")
    return kinds[case["work"]](case)
