#!/usr/bin/env python3
"""Writes Tests/Fixtures/em-*.json, routing-trace-*.json, dynamic-*.json and network-*.json: float64 values and gradients
from em_reference.py and dynamic_reference.py.

    python3 Scripts/make_fixtures.py            (needs torch)

Inputs are multiples of 1/64, so float32 and float64 hold the same numbers; results have nine significant digits.
"""
import json
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
import dynamic_reference as dynamic  # noqa: E402
import em_reference as reference  # noqa: E402

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "Tests", "Fixtures")
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def write(name, record):
    with open(os.path.join(FIXTURES, name + ".json"), "w") as file:
        json.dump(record, file, separators=(",", ":"))
        file.write("\n")


def routing(name, rows, columns, child_types, parent_types, kernel, stride, iterations, layer, scope, seed, batch=1,
            rule="logistic"):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape, scale):
        return torch.round(torch.randn(*shape, generator=generator) * scale * 64) / 64

    poses = draw(batch, rows, columns, child_types, 4, 4, scale=0.5).requires_grad_(True)
    activations = torch.round(torch.rand(batch, rows, columns, child_types, generator=generator) * 64) / 64
    activations = activations.clamp(1 / 64, 63 / 64).requires_grad_(True)
    norm = {"image": "parents", "position": "types"}[scope]
    if layer == "class":
        module = reference.ClassCaps(child_types, parent_types, iterations, True, mixing=rule != "logistic")
    else:
        module = reference.ConvCaps(child_types, parent_types, kernel, stride, iterations, norm,
                                    mixing=rule != "logistic")
    module.W = torch.nn.Parameter(draw(*module.W.shape, scale=0.3) + torch.round(torch.eye(4) * 16) / 64)
    module.beta_a = torch.nn.Parameter(draw(parent_types, scale=3))
    module.beta_u = torch.nn.Parameter(draw(parent_types, scale=0.5))
    mean, activation = module(poses, activations)
    score = torch.logit(activation) if rule == "logistic" else torch.log(activation)
    pose_seed, score_seed = draw(*mean.shape, scale=1), draw(*score.shape, scale=1)
    inputs = [poses, activations, module.W, module.beta_a, module.beta_u]
    gradients = torch.autograd.grad((mean * pose_seed).sum() + (score * score_seed).sum(), inputs, allow_unused=True)
    gradients = [torch.zeros_like(t) if g is None else g for g, t in zip(gradients, inputs)]
    names = ["poses", "activations", "weights", "beta_a", "beta_u"]
    record = dict(batch=batch, rows=rows, columns=columns, childTypes=child_types, parentTypes=parent_types,
                  kernel=kernel, stride=stride, iterations=iterations, layer=layer, scope=scope,
                  **({} if rule == "logistic" else {"rule": rule}), poseSeed=numbers(pose_seed), scoreSeed=numbers(score_seed),
                  parentPoses=numbers(mean), scores=numbers(score))
    record["inputs"] = {n: numbers(t) for n, t in zip(names, inputs)}
    record["gradients"] = {n: numbers(t) for n, t in zip(names, gradients)}
    write("em-" + name, record)


def diagnostics(name, parents, positions, iterations, rule, seed):
    """Routing of `positions` fields side by side, with what torch.distributions says of every iteration."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape, scale):
        return torch.round(torch.randn(*shape, generator=generator) * scale * 64) / 64

    rows, columns = 2, positions + 1
    layer = reference.ConvCaps(1, parents, 2, 1, iterations, "parents")
    layer.K = 2
    poses, weights = draw(1, rows, columns, 1, 4, 4, scale=0.5), draw(4, parents, 4, 4, scale=0.3)
    activations = (torch.round(torch.rand(1, rows, columns, 1, generator=generator) * 64) / 64).clamp(1 / 64, 63 / 64)
    beta_a, beta_u = draw(parents, scale=3), draw(parents, scale=0.5)
    gathered, height, width = layer.gather(poses)
    a = layer.gather(activations)[0]
    child = layer.gather(torch.arange(rows * columns).view(1, rows, columns, 1))[0][0]
    votes = (gathered[:, :, :, None] @ weights).reshape(1, height * width, 4, parents, 16)
    trace = []
    reference.em_routing(a, votes, beta_a, beta_u, iterations, child, rows * columns, trace=trace,
                         mixing=rule != "logistic")
    results = []
    for step in trace:
        R, r, act = step["R"][0], step["r"][0], step["act"][0]
        gauss = torch.distributions.Normal(step["mu"][0][:, None], step["var"][0][:, None].sqrt())
        cost = -(r[..., None] * gauss.log_prob(step["V"][0])).sum(1)                 # Eq. 1: [P,C,16]
        if rule == "logistic":
            # What makes Eq. 2 of these costs the activation of Procedure 1, whose costs have no constants.
            beta = 16 * (beta_u - gauss.entropy().mean() + step["var"].sqrt().log().mean())
            energy = (-act * beta_a - torch.distributions.Bernoulli(act).entropy() + cost.sum(-1) + beta * r.sum(1)).sum()
        else:
            energy = (cost.sum(-1) - r.sum(1) * torch.log(act)).sum()
        energy = energy + (a[0][..., None] * torch.xlogy(R, R)).sum()
        entropy, most, weight = 0.0, 0.0, 0.0
        for cell in child.unique():
            share = torch.cat([R[p, n] for p, n in (child == cell).nonzero()])
            presence = activations.reshape(-1)[cell]
            entropy += presence * torch.distributions.Categorical(share).entropy()
            most += presence * torch.log(torch.tensor(float(share.numel())))
            weight += presence
        distance = torch.linalg.vector_norm(step["V"][0] - step["mu"][0][:, None], dim=-1)
        results.append(dict(
            assignments=numbers(R), means=numbers(step["mu"]), variances=numbers(step["var"]), activations=numbers(act),
            distances=numbers(distance ** 2), freeEnergy=float(energy), entropy=float(entropy / weight),
            maximumEntropy=float(most / weight), voteDistance=float((r * distance).sum() / r.sum()),
            voteVariance=float((r * distance ** 2).sum() / r.sum() / 16), activation=float(act.mean())))
    write("routing-trace-" + name, dict(
        rows=rows, columns=columns, parents=parents, iterations=iterations, rule=rule, poses=numbers(poses),
        activations=numbers(activations), weights=numbers(weights), betaActivation=numbers(beta_a), betaCost=numbers(beta_u),
        results=results))


def pattern(shape, phase, scale):
    """Weights both sides can make: scale · sin(1.7 i + phase), i row-major."""
    count = 1
    for size in shape:
        count *= size
    return (scale * torch.sin(1.7 * torch.arange(count, dtype=torch.float64) + phase)).reshape(shape)


def agreement(name, children, child_elements, parents, parent_elements, iterations, seed, batch=2):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape, scale):
        return torch.round(torch.randn(*shape, generator=generator) * scale * 64) / 64

    poses = draw(batch, children, child_elements, scale=0.6).requires_grad_(True)
    weights = draw(children, parents, parent_elements, child_elements, scale=0.6).requires_grad_(True)
    sums = dynamic.route(poses, weights, iterations)
    seed_gradient = draw(*sums.shape, scale=1)
    gradients = torch.autograd.grad((sums * seed_gradient).sum(), [poses, weights])
    write("dynamic-" + name, dict(
        batch=batch, children=children, childElements=child_elements, parents=parents, parentElements=parent_elements,
        iterations=iterations, poses=numbers(poses), weights=numbers(weights), seed=numbers(seed_gradient),
        sums=numbers(sums), poseGradient=numbers(gradients[0]), weightGradient=numbers(gradients[1])))


def network(name, model, shape, labels, scores_of, loss_of, recorded=lambda z: z, more={}):
    for phase, (_, parameter) in enumerate(sorted(model.named_parameters())):
        scale = 1 / max(parameter[0].numel(), 1) ** 0.5 if parameter.dim() in (2, 4) and "W" not in _ else 0.3
        scale = 6.0 if _ == "T" else scale
        values = pattern(parameter.shape, phase, scale)
        if _.endswith("W"):
            values = values + 0.5 * torch.eye(4)
        with torch.no_grad():
            parameter.copy_(values)
    images = (0.5 + 0.5 * pattern(shape, 100, 1.0)).requires_grad_(True)
    scores = scores_of(model(images))
    gradient, = torch.autograd.grad(loss_of(scores, torch.tensor(labels)), images)
    record = dict(shape=list(shape), labels=labels, order=[n for n, _ in sorted(model.named_parameters())],
                  scores=numbers(recorded(scores)), gradient=numbers(gradient))
    record.update({key: numbers(value(model, scores)) for key, value in more.items()})
    write("network-" + name, record)


if __name__ == "__main__":
    for iterations in (1, 2, 3):
        for scope in ("image", "position"):
            routing(f"conv-{scope}-{iterations}", 5, 5, 2, 3, 3, 1, iterations, "convolution", scope, iterations)
    routing("border-image-3", 6, 8, 2, 9, 3, 2, 3, "convolution", "image", 11)
    routing("border-position-2", 6, 5, 1, 8, 3, 2, 2, "convolution", "position", 12)
    routing("wide-image-2", 3, 4, 3, 17, 3, 1, 2, "convolution", "image", 13)
    routing("batch-image-3", 4, 4, 2, 5, 3, 1, 3, "convolution", "image", 14, batch=3)
    for iterations in (1, 2, 3):
        routing(f"class-{iterations}", 3, 2, 4, 10, 3, 1, iterations, "class", "position", 20 + iterations)
    routing("class-five-3", 2, 2, 3, 5, 2, 1, 3, "class", "position", 30, batch=2)
    mixing = "mixing-proportion"
    routing("mixing-image-3", 4, 5, 2, 9, 3, 1, 3, "convolution", "image", 41, rule=mixing)
    routing("mixing-image-5", 4, 4, 2, 3, 3, 1, 5, "convolution", "image", 42, rule=mixing)
    routing("mixing-position-2", 5, 4, 1, 4, 3, 1, 2, "convolution", "position", 43, rule=mixing)
    routing("mixing-class-3", 2, 3, 3, 5, 2, 1, 3, "class", "position", 44, batch=2, rule=mixing)
    routing("conv-image-5", 4, 4, 2, 3, 3, 1, 5, "convolution", "image", 45)
    diagnostics("logistic", 3, 3, 3, "logistic", 51)
    diagnostics("mixing", 3, 2, 4, mixing, 52)
    network("capsules-mixing", reference.CapsNet(4, 3, 4, 5, 5, 2, 3, "parents", mixing=True), (2, 2, 20, 20), [1, 4],
            torch.log, lambda z, y: reference.spread_loss(torch.exp(z), y, 0.9))
    for scope, norm in (("image", "parents"), ("position", "types")):
        network(f"capsules-{scope}", reference.CapsNet(4, 3, 4, 5, 5, 2, 3, norm), (2, 2, 20, 20), [1, 4],
                torch.logit, lambda z, y: reference.spread_loss(torch.sigmoid(z), y, 0.9))
    for iterations in (1, 2, 3, 5):
        agreement(f"{iterations}", 19, 4, 3, 5, iterations, 40 + iterations)
    agreement("narrow", 16, 1, 3, 1, 3, 50)
    agreement("wide", 3, 5, 18, 9, 3, 51, batch=1)
    capsules = dynamic.CapsNet((2, 20, 21), 6, 3, 4, 5, 7, 3, [9, 11])
    network("dynamic", capsules, (2, 2, 20, 21), [1, 4], lambda s: s, dynamic.margin_loss, dynamic.score, {
        "reconstruction": lambda model, s: model.reconstruct(s, torch.tensor([1, 4]))})
    network("cnn", reference.CNN(5, 1), (2, 1, 32, 32), [3, 0], lambda z: z, torch.nn.functional.cross_entropy)
