"""The tasks of the program, as functions."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

import numpy as np

from . import _command, _data, _models
from ._command import RobustError
from ._models import Numbers
from ._run import Comparison, Minimum, Run
from ._server import Server

Epsilon = Union[None, float, str, Sequence[Union[float, str]]]
Models = Any


def sweep(
    model: Models,
    images: Any = None,
    labels: Any = None,
    *,
    attack: Union[str, Sequence[str]] = "fgsm",
    norm: str = "linf",
    epsilon: Epsilon = None,
    target: Union[None, int, str] = None,
    limit: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    output: Optional[str] = None,
    layout: Optional[str] = None,
    range: Optional[Sequence[float]] = None,
    mean: Optional[Numbers] = None,
    std: Optional[Numbers] = None,
    class_names: Optional[Sequence[str]] = None,
    quiet: bool = False,
    **options: Any,
) -> Run:
    """Attacks `model` at every ε, and returns the run.

    Args:
        model: one model (see the module), or a mapping from names to models.
        images: `[N, C, H, W]`, `[N, H, W, C]` or `[N, H, W]`, floats in [0, 1] or uint8, which is divided by 255; arrays, lists or
            tensors; or the name or path of a data set.
        labels: N class numbers.
        attack: names with hyperparameters, such as `"pgd(steps: 40)"`.
        epsilon: budgets in the unit of `norm`, for pixels in [0, 1]; text such as `"8/255"` or `"0:0.1:11"` is kept as it is.
        output: the folder of the run; by default a new one under `runs/`. A run that was stopped goes on in its folder.
        layout: where the model wants the channels; see `robust.model`. Images need not be turned round.
        range, mean, std: what the model expects: images whose black and white are `range`, less `mean`, divided by `std` of each
            channel. The run records them; ε stays in units of images in [0, 1].
        options: further options of `robust sweep`, with `_` for `-`: `steps=10`, `random_start=True`, `save_images="all"`.

    Raises:
        RobustError: what the program refuses, in its words; what the model raised is its cause.
    """
    chosen = dict(attack=attack, norm=norm, epsilon=epsilon, target=target, limit=limit, seed=seed, threads=threads, **options)
    chosen |= _preprocessing(range, mean, std)
    with _work(model, images, labels, layout, class_names) as work:
        return Run(_done(["sweep", *work], chosen, output, quiet))


def minimum(
    model: Models,
    images: Any = None,
    labels: Any = None,
    *,
    attack: str = "bim",
    norm: str = "linf",
    max_epsilon: Optional[float] = None,
    tolerance: Optional[float] = None,
    limit: Optional[int] = None,
    threads: Optional[int] = None,
    output: Optional[str] = None,
    layout: Optional[str] = None,
    range: Optional[Sequence[float]] = None,
    mean: Optional[Numbers] = None,
    std: Optional[Numbers] = None,
    class_names: Optional[Sequence[str]] = None,
    quiet: bool = False,
    **options: Any,
) -> Minimum:
    """The smallest ε at which `attack` succeeds, for every image. Arguments as those of `sweep`."""
    chosen = dict(
        attack=attack, norm=norm, max_epsilon=max_epsilon, tolerance=tolerance, limit=limit, threads=threads, **options
    )
    chosen |= _preprocessing(range, mean, std)
    with _work(model, images, labels, layout, class_names) as work:
        return Minimum(_done(["minimum", *work], chosen, output, quiet))


def check(run: Union[str, Run], *, quiet: bool = False, **options: Any) -> bool:
    """Whether the run passes the gate: `baseline=FILE`, `max_drop=0.02`, `min_accuracy="8/255=0.4"`, `require_checks=True`.

    Raises:
        RobustError: if it can't be judged: code 11 if there are too few images to tell, 12 if the run is not to be trusted.
    """
    code, _ = _command.run(["check", str(run), *_options(options)], quiet=quiet, accepted=(0, 10))
    return code == 0


def compare(*runs: Union[str, Run], output: Optional[str] = None, quiet: bool = False, **options: Any) -> Comparison:
    """Compares models of finished runs, image by image."""
    return Comparison(_done(["compare", *map(str, runs)], options, output, quiet))


def export(run: Union[str, Run], output: str, *, quiet: bool = False, **options: Any) -> str:
    """Writes adversarial examples of a run into a new folder: `format="npz"`, `epsilon=…`, `success="yes"`; returns it.

    Examples are attacked anew, so the run's models have to be files. Of a model that lives in this process, `sweep` itself saves
    pictures: `save_images="all"`.
    """
    return _done(["export", str(run)], options, output, quiet)


def _done(words: list[str], options: Mapping[str, Any], output: Optional[str], quiet: bool) -> str:
    """Runs the command that begins with `words`, and returns the folder that it wrote."""
    folder = os.fspath(output) if output else _new_folder(words[0])
    try:
        _command.run([*words, *_options(options), "--output", folder], quiet=quiet)
    except KeyboardInterrupt:
        if words[0] in ("sweep", "minimum"):
            sys.stderr.write(f"stopped; the same call with output={folder!r} goes on\n")
        raise
    except RobustError:
        if not output and not os.listdir(folder):
            os.rmdir(folder)
        raise
    return folder


def _preprocessing(range: Optional[Sequence[float]], mean: Optional[Numbers], std: Optional[Numbers]) -> dict[str, Any]:
    """The program's options for it, so that runs record it."""
    return {"range": None if range is None else ":".join(map(_text, range)), "mean": mean, "std": std}


def _options(values: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for key, value in values.items():
        option = "--" + key.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(option)
        else:
            words += [option, _text(value)]
    return words


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(_text(item) for item in value)
    # As short as Python can say it, so that the program reads the same number back.
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)


def _new_folder(task: str) -> str:
    os.makedirs("runs", exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f"{task}-", dir="runs")
    os.chmod(folder, 0o755)
    return folder


@contextlib.contextmanager
def _work(
    models: Models, images: Any, labels: Any, layout: Optional[str], class_names: Optional[Sequence[str]]
) -> Iterator[list[str]]:
    """The options that name the models and the images."""
    named = dict(models) if isinstance(models, Mapping) else {"": models}
    words: list[str] = []
    pixels, given = None, "nchw"
    if isinstance(images, (str, os.PathLike)):
        words = ["--dataset", os.fspath(images)]
    elif images is not None:
        pixels, given = _data.images(images)
        words = ["--dataset", _data.saved(pixels, _data.labels(labels, len(pixels)), class_names)]
    with contextlib.ExitStack() as stack:
        texts, servers = [], []
        for name, one in named.items():
            if isinstance(one, (str, os.PathLike)):
                text = os.fspath(one)
                if layout is not None and "--layout" not in words:
                    words += ["--layout", layout]
            else:
                adapted = _models.model(one, layout=layout, name=name or None)
                if pixels is None:
                    raise ValueError("a model that lives in this process needs its images as an array")
                servers.append(Server(adapted, pixels.shape[1:], _classes(adapted, pixels, given)))
                text = stack.enter_context(servers[-1])
            texts.append(f"{name}={text}" if name else text)
        try:
            yield ["--model", ",".join(texts), *words]
        except RobustError as error:
            failure = next((server.failure for server in servers if server.failure is not None), None)
            if failure is None:
                raise
            raise RobustError(str(error), error.code) from failure


def _classes(model: _models.Model, images: _models.Array, given: str) -> int:
    """How many classes the model tells apart, asked about one image."""
    one = images[:1].copy()
    try:
        model.prepare(one, given)
        if model.labels_only:
            return model.classes or int(np.max(model.scores(images.copy()))) + 1
        answer = np.asarray(model.scores(one))
    except (RobustError, ValueError):
        raise
    except Exception as error:
        raise RobustError(f"the model fails on one image: {type(error).__name__}: {error}", 65) from error
    if answer.ndim != 2 or answer.shape[0] != 1 or answer.shape[1] < 2:
        hint = "; of a single score z, give [-z, z] / 2" if answer.size == 1 else ""
        raise ValueError(f"the model gives scores of shape {list(answer.shape)} for one image, not [1, classes]{hint}")
    return int(answer.shape[1])
