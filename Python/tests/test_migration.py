"""Runs what docs/migration.md shows of this package, and looks whether it names attacks as they are spelt."""

import pathlib
import re

import numpy as np
import pytest
from support import IMAGES, LABELS, WEIGHTS, framework

import robust

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "migration.md"
TEXT = PAGE.read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(# robust.*?)```", TEXT, re.S)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets_run(snippet):
    torch = framework("torch")
    framework("pandas")
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 5, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.from_numpy(WEIGHTS))
    names = {"robust": robust, "net": net, "images": IMAGES[:12], "labels": LABELS[:12]}
    exec(snippet.replace("labels,", "labels, quiet=True,"), names)  # noqa: S102
    for result in (names.get("run"), names.get("smallest")):
        assert result is None or len(result.records) >= 12


def test_snippets_are_there():
    assert len(SNIPPETS) == 4


NAMED = sorted(set(re.findall(r'attack="([a-z-]+(?:\([^"]*\))?)"', TEXT)))


@pytest.mark.parametrize("attack", NAMED)
def test_attacks_are_spelt_as_the_program_reads_them(attack):
    model = robust.Model(lambda x: x.reshape(len(x), -1) @ WEIGHTS.T, lambda x, seed: (seed @ WEIGHTS).reshape(x.shape))
    norm = "l2" if "gaussian" in attack else "linf"
    run = robust.sweep(model, IMAGES[:4], LABELS[:4], attack=attack, norm=norm, epsilon=0.3, checks="none", quiet=True)
    assert np.all(np.isfinite(run.accuracy["accuracy"]))
