"""The tasks of the program, as functions."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

import numpy as np

from . import _command, _models
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
    layout: str = "nchw",
    mean: Optional[Sequence[float]] = None,
    std: Optional[Sequence[float]] = None,
    class_names: Optional[Sequence[str]] = None,
    quiet: bool = False,
    **options: Any,
) -> Run:
    """Attacks `model` at every ε, and returns the run.

    Args:
        model: one model (see the module), or a mapping from names to models.
        images: `[N, C, H, W]`, `[N, H, W, C]` or `[N, H, W]`, uint8 or floats in [0, 1]; or the name or path of a data set.
        labels: N class numbers.
        attack: names with hyperparameters, such as `"pgd(steps: 40)"`.
        epsilon: budgets in the unit of `norm`, for pixels in [0, 1]; text such as `"8/255"` or `"0:0.1:11"` is kept as it is.
        output: the folder of the run; by default one under `runs/`.
        layout, mean, std: what the model expects; see `robust.model`. Images need not be turned round.
        options: further options of `robust sweep`, with `_` for `-`: `steps=10`, `random_start=True`, `save_images="all"`.

    Raises:
        RobustError: what the program refuses, in its words.
    """
    chosen = dict(attack=attack, norm=norm, epsilon=epsilon, target=target, limit=limit, seed=seed, threads=threads, **options)
    with _work(model, images, labels, layout, mean, std, class_names) as work:
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
    layout: str = "nchw",
    mean: Optional[Sequence[float]] = None,
    std: Optional[Sequence[float]] = None,
    class_names: Optional[Sequence[str]] = None,
    quiet: bool = False,
    **options: Any,
) -> Minimum:
    """The smallest ε at which `attack` succeeds, for every image. Arguments as those of `sweep`."""
    chosen = dict(
        attack=attack, norm=norm, max_epsilon=max_epsilon, tolerance=tolerance, limit=limit, threads=threads, **options
    )
    with _work(model, images, labels, layout, mean, std, class_names) as work:
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
    folder = output or _new_folder(words[0])
    _command.run([*words, *_options(options), "--output", folder], quiet=quiet)
    return folder


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
    models: Models, images: Any, labels: Any, layout: str, mean: Any, std: Any, class_names: Optional[Sequence[str]]
) -> Iterator[list[str]]:
    """The options that name the models and the images."""
    named = dict(models) if isinstance(models, Mapping) else {"": models}
    with contextlib.ExitStack() as stack:
        dataset: list[str] = []
        array: Optional[np.ndarray] = None
        if isinstance(images, (str, os.PathLike)):
            dataset = ["--dataset", os.fspath(images)]
        elif images is not None:
            array = _images(images)
            dataset = ["--dataset", _saved(array, labels, class_names)]
        texts = []
        for name, one in named.items():
            if isinstance(one, (str, os.PathLike)):
                text = os.fspath(one)
            else:
                if array is None:
                    raise ValueError("a model that lives in this process needs its images as an array")
                adapted = _models.model(one, layout=layout, mean=mean, std=std, name=name or None)
                text = stack.enter_context(Server(adapted, array.shape[1:], _classes(adapted, array)))
            texts.append(f"{name}={text}" if name else text)
        yield ["--model", ",".join(texts), *dataset]


def _images(images: Any) -> np.ndarray:
    """Images as `[N, C, H, W]`, float32 in [0, 1]."""
    if hasattr(images, "detach"):
        images = images.detach().cpu().numpy()
    array = np.asarray(images)
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[1] > 4 and array.shape[3] in (1, 3):
        array = array.transpose(0, 3, 1, 2)
    if array.ndim != 4 or not 1 <= array.shape[1] <= 4:
        raise ValueError(f"images of shape {array.shape}: use [N, C, H, W], [N, H, W, C] or [N, H, W]")
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array.astype("f4") / np.float32(255))
    array = np.ascontiguousarray(array, "f4")
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(
            f"images lie in [{array.min():.4g}, {array.max():.4g}]: give pixels in [0, 1] or as uint8, and what the model "
            "expects by mean and std"
        )
    return array


def _classes(model: _models.Model, images: np.ndarray) -> int:
    prepare = getattr(model, "prepare", None)
    if prepare is not None:
        prepare(images)
    answer = np.asarray(model.scores(images[:1]))
    if model.labels_only:
        return int(np.max(model.scores(images))) + 1
    if answer.ndim != 2 or answer.shape[0] != 1 or answer.shape[1] < 2:
        raise ValueError(f"the model gives scores of shape {answer.shape} for one image, not [1, classes]")
    return answer.shape[1]


def _saved(images: np.ndarray, labels: Any, class_names: Optional[Sequence[str]]) -> str:
    """A file of the images and labels, named after what it holds, which stays: resuming and exporting read it again."""
    if labels is None:
        raise ValueError("labels are missing: give one class number for each image")
    if hasattr(labels, "detach"):
        labels = labels.detach().cpu().numpy()
    classes = np.asarray(labels).astype("i8").reshape(-1)
    if len(classes) != len(images):
        raise ValueError(f"{len(images)} images, but {len(classes)} labels")
    digest = hashlib.sha256(images.tobytes() + classes.tobytes() + repr(class_names).encode()).hexdigest()[:12]
    os.makedirs("runs", exist_ok=True)
    path = os.path.join("runs", f"images-{digest}.npz")
    if not os.path.exists(path):
        arrays: dict[str, Any] = {"images": images, "labels": classes}
        if class_names is not None:
            arrays["class_names"] = np.array([str(name) for name in class_names])
        partial = f"{path}.{os.getpid()}.npz"
        np.savez(partial, **arrays)
        os.replace(partial, path)
    return path
