"""What tasks leave behind: folders, read as numpy arrays or pandas frames."""

from __future__ import annotations

import csv
import html
import json
import os
from typing import Any, Iterator

import numpy as np

from ._models import Array


class Table:
    """A table of named columns, as numpy arrays."""

    def __init__(self, columns: dict[str, Array]) -> None:
        self.columns = columns

    @classmethod
    def read(cls, path: str) -> Table:
        """The CSV file at `path`; columns of numbers become numbers (empty fields NaN), those of true and false Booleans."""
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        header, body = rows[0], rows[1:]
        return cls({name: _typed([row[at] for row in body]) for at, name in enumerate(header)})

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for at in range(len(self)):
            yield {name: column[at] for name, column in self.columns.items()}

    def __repr__(self) -> str:
        return f"Table of {len(self)} rows: {', '.join(self.columns)}"

    def to_pandas(self) -> Any:
        """A pandas data frame."""
        import pandas

        return pandas.DataFrame(self.columns)

    def where(self, **values: Any) -> Table:
        """The rows whose columns have these values; numbers to nine digits."""
        kept = np.ones(len(self), bool)
        for name, value in values.items():
            column = self.columns[name]
            kept &= np.isclose(column, value, rtol=1e-9, atol=1e-12) if column.dtype.kind == "f" else column == value
        return Table({name: column[kept] for name, column in self.columns.items()})

    def _repr_html_(self) -> str:
        shown = list(self)[:60]
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_shown(value))}</td>" for value in row.values()) + "</tr>" for row in shown
        )
        rest = f"<p>and {len(self) - len(shown)} more rows</p>" if len(self) > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)


def _typed(texts: list[str]) -> Array:
    if texts and all(text in ("true", "false") for text in texts):
        return np.array([text == "true" for text in texts])
    try:
        return np.array([int(text) for text in texts], "i8")
    except (ValueError, OverflowError):
        pass
    try:
        if any(texts):
            return np.array([float(text) if text else np.nan for text in texts], "f8")
    except ValueError:
        pass
    return np.array(texts, object)


class _Folder:
    def __init__(self, path: str) -> None:
        self.path = os.fspath(path)

    def __str__(self) -> str:
        return self.path

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"

    def file(self, name: str) -> str:
        """The path of a file in it."""
        return os.path.join(self.path, name)

    def table(self, name: str) -> Table:
        """One of its CSV files."""
        return Table.read(self.file(name))


class _Reported(_Folder):
    """A folder with a report for browsers."""

    report_name = "report.html"

    @property
    def report(self) -> str:
        """The path of the report."""
        return self.file(self.report_name)

    def open(self) -> None:
        """Shows the report in a browser."""
        import webbrowser

        webbrowser.open("file://" + os.path.abspath(self.report))


class Run(_Reported):
    """A finished sweep."""

    @property
    def summary(self) -> dict[str, Any]:
        """`summary.json`."""
        with open(self.file("summary.json"), encoding="utf-8") as file:
            summary: dict[str, Any] = json.load(file)
        return summary

    @property
    def records(self) -> Table:
        """One row for each model, attack, goal, ε and image."""
        return self.table("per-image.csv")

    @property
    def accuracy(self) -> Table:
        """One row for each model, attack, goal and ε, with 95% intervals."""
        return self.table("accuracy.csv")

    @property
    def curves(self) -> Table:
        """The curves of the figures."""
        return self.table("curves.csv")

    @property
    def findings(self) -> Table:
        """What the trust checks found: reasons to doubt the numbers."""
        return self.table("findings.csv")

    def curve(self, **values: Any) -> Table:
        """Accuracy and its 95% interval at each ε: of the rows that `values` leave, as `model="cnn", attack="fgsm"` do.

        At each ε the lowest of those attacks.
        """
        rows = self.accuracy.where(**values)
        if len(set(rows["model"])) > 1:
            raise KeyError("the run has several models: name one by model=…")
        # The lowest accuracy of each ε comes first.
        order = np.lexsort((rows["accuracy"], rows["epsilon"]))
        first = order[np.unique(rows["epsilon"][order], return_index=True)[1]]
        return Table({name: rows[name][first] for name in ("epsilon", "accuracy", "accuracy_lower", "accuracy_upper", "attack")})

    def robust_accuracy(self, epsilon: float, **values: Any) -> float:
        """The accuracy at one ε: the lowest over the attacks that `values` leave, as `attack="fgsm"` does."""
        rows = self.accuracy.where(epsilon=epsilon, **values)
        if not len(rows):
            raise KeyError(f"the run has no ε of {epsilon} with {values}" if values else f"the run has no ε of {epsilon}")
        if len(set(rows["model"])) > 1:
            raise KeyError("the run has several models: name one by model=…")
        return float(np.min(rows["accuracy"]))

    def _repr_html_(self) -> str:
        findings = self.findings
        found = "".join(
            f"<li><b>{html.escape(str(row['severity']))}</b> {html.escape(str(row['title']))}</li>" for row in findings
        )
        figure = ""
        if os.path.exists(self.file("accuracy.svg")):
            with open(self.file("accuracy.svg"), encoding="utf-8") as file:
                svg = file.read()
            figure = svg[svg.find("<svg") :]
        columns = ["model", "attack", "goal", "epsilon_text", "accuracy", "accuracy_lower", "accuracy_upper", "success_rate"]
        accuracy = self.accuracy.columns
        table = Table({name: accuracy[name] for name in columns if name in accuracy})
        return f"<p><code>{html.escape(self.path)}</code></p><ul>{found}</ul>{figure}{table._repr_html_()}"


class Minimum(_Folder):
    """The smallest ε of every image."""

    @property
    def records(self) -> Table:
        """One row for each model, attack and image."""
        return self.table("minimum.csv")


class Comparison(_Reported):
    """Models of several runs, side by side."""

    report_name = "compare.html"

    @property
    def differences(self) -> Table:
        """One row for each pair of models, attack, goal and ε."""
        return self.table("differences.csv")
