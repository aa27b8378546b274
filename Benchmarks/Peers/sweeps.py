"""Sweeps over budgets by Foolbox, `epsilons=[…]`, on the same networks and images."""
import warnings

import eagerpy
import foolbox
import networks
import torch
from cases import compiled, labels_of
from safetensors.torch import load_file


class Sweep:
    """Every image attacked at every budget, in batches of a fixed size.

    `correct` is `[budgets, images]`: whether the image is still right at this budget and at all smaller ones, as robust
    counts.
    """

    def __init__(self, case, variant):
        sweep = case["sweep"]
        inputs = load_file(case["inputs"])
        order = torch.arange(sweep["images"]) % len(inputs["images"])
        self.images, self.labels = inputs["images"][order], labels_of(inputs)[order]
        self.batch = sweep["foolboxBatch"]
        self.budgets = sweep["budgetValues"]
        network = networks.load(case["weights"])
        scores = compiled(network, variant)

        class Scores(torch.nn.Module):
            """Foolbox asks for a module in evaluation mode."""

            def forward(self, images):
                return scores(images)

        self.model = foolbox.PyTorchModel(Scores().eval(), bounds=(0, 1), device="cpu")
        if sweep["attack"] == "fgsm":
            self.attack = foolbox.attacks.LinfFastGradientAttack()
        else:
            self.attack = foolbox.attacks.LinfBasicIterativeAttack(rel_stepsize=0.2, steps=10, random_start=False)

    def run(self):
        correct = []
        for start in range(0, len(self.images), self.batch):
            images = eagerpy.astensor(self.images[start: start + self.batch])
            labels = eagerpy.astensor(self.labels[start: start + self.batch])
            _, _, success = self.attack(self.model, images, labels, epsilons=self.budgets)
            correct.append(~success.raw)
        return {"correct": torch.cat(correct, 1).cummin(0).values.float()}

    def results(self):
        return self.run()


warnings.filterwarnings("ignore", category=UserWarning)
