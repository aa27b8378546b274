"""The capsule network with dynamic routing (Sabour, Frosst & Hinton 2017) in PyTorch, written from the paper alone.

Loops as Procedure 1 states them, agreements b kept and added to, no stop-gradient; used by make_fixtures.py in float64.
"""
import torch
from torch import nn
import torch.nn.functional as F


def squash(s):
    """Equation 1, along the last axis."""
    square = (s * s).sum(-1, keepdim=True)
    return square / (1 + square) * s / square.sqrt()


def route(poses, weights, iterations):
    """poses [B, I, P], weights [I, J, D, P]: s of the last iteration, [B, J, D]."""
    votes = torch.einsum("ijdp,bip->bijd", weights, poses)
    agreement = torch.zeros(votes.shape[:3], dtype=votes.dtype)
    for iteration in range(iterations):
        coupling = torch.softmax(agreement, dim=2)
        s = (coupling.unsqueeze(-1) * votes).sum(1)
        if iteration + 1 < iterations:
            agreement = agreement + (votes * squash(s).unsqueeze(1)).sum(-1)
    return s


class CapsNet(nn.Module):
    """Returns s of the class capsules. Children count rows, then columns, then types."""

    def __init__(self, images, channels, types, elements, classes, class_elements, iterations, hidden):
        super().__init__()
        self.iterations, self.elements = iterations, elements
        self.conv = nn.Conv2d(images[0], channels, 9)
        self.prim = nn.Conv2d(channels, types * elements, 9, stride=2)
        size = [((n - 8) - 9) // 2 + 1 for n in images[1:]]
        self.T = nn.Parameter(torch.zeros(size[0] * size[1] * types, classes, class_elements, elements))
        sizes = [classes * class_elements] + hidden + [images[0] * images[1] * images[2]]
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        x = self.prim(F.relu(self.conv(x))).permute(0, 2, 3, 1)
        return route(squash(x.reshape(x.shape[0], -1, self.elements)), self.T, self.iterations)

    def reconstruct(self, s, labels):
        x = squash(s) * F.one_hot(labels, s.shape[1]).unsqueeze(-1)
        x = x.flatten(1)
        for layer in self.decoder[:-1]:
            x = F.relu(layer(x))
        return torch.sigmoid(self.decoder[-1](x))


def score(s):
    """The logit of ||v|| = ||s||^2 / (1 + ||s||^2)."""
    length = squash(s).norm(dim=-1)
    return torch.log(length) - torch.log1p(-length)


def margin_loss(s, labels):
    """Equation 4, averaged over the batch."""
    length = squash(s).norm(dim=-1)
    truth = F.one_hot(labels, s.shape[1])
    present = truth * F.relu(0.9 - length) ** 2
    absent = 0.5 * (1 - truth) * F.relu(length - 0.1) ** 2
    return (present + absent).sum(1).mean()
