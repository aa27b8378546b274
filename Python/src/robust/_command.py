"""Runs the program `robust`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Sequence


class RobustError(RuntimeError):
    """What `robust` refused or could not do, in its own words, with its exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def program() -> str:
    """The path of the program: what the environment variable ROBUST names, else the first `robust` on PATH."""
    named = os.environ.get("ROBUST")
    if named:
        return named
    here = os.path.dirname(os.path.abspath(sys.argv[0])) if sys.argv and sys.argv[0] else ""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = shutil.which("robust", path=folder)
        # A script of this package would call itself.
        if path and os.path.dirname(os.path.abspath(path)) != here:
            return path
    raise RobustError(
        "the program `robust` is not on PATH: install it by `make install`, or name it by the environment variable ROBUST", 127
    )


def run(arguments: Sequence[str], *, quiet: bool = False, accepted: Sequence[int] = (0,)) -> tuple[int, str]:
    """The exit code and standard output of `robust ARGUMENTS`.

    Unless `quiet`, its progress goes to standard error as it comes.
    """
    process = subprocess.Popen(
        [program(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    import threading

    errors: list[str] = []

    def drain() -> None:
        for line in process.stderr:  # type: ignore[union-attr]
            errors.append(line)
            if not quiet:
                sys.stderr.write(line)

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        output = process.stdout.read()
        code = process.wait()
    except BaseException:
        # It keeps what is done, which a resumed run goes on from.
        process.terminate()
        process.wait()
        raise
    reader.join()
    if code not in accepted:
        raise RobustError("".join(errors[-12:]).strip() or output[-2000:].strip() or f"robust ended with exit code {code}", code)
    return code, output


def version() -> str:
    """The version of the program."""
    return run(["--version"], quiet=True)[1].strip()
