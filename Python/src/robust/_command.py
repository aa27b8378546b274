"""Runs the program `robust`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import Sequence


class RobustError(RuntimeError):
    """What `robust` refused or could not do, in its own words, with its exit code.

    If the model failed, its exception is the cause (`__cause__`), with its traceback.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def program() -> str:
    """The path of the program: what the environment variable ROBUST names, else the first `robust` on PATH."""
    named = os.environ.get("ROBUST")
    if named:
        path = shutil.which(os.path.expanduser(named))
        if path is None:
            problem = "is no program that can be run" if os.path.exists(named) else "does not exist"
            raise RobustError(f"{named}, which the environment variable ROBUST names, {problem}: let it name the program", 127)
        return path
    path = shutil.which("robust")
    if path is None:
        raise RobustError(
            "the program `robust` is not on PATH, and this package does not hold it: build and install it by `make install` in "
            "robust's folder, or name it by the environment variable ROBUST, as in os.environ['ROBUST'] = "
            "'…/robust/.build/release/robust'",
            127,
        )
    return path


def run(arguments: Sequence[str], *, quiet: bool = False, accepted: Sequence[int] = (0,)) -> tuple[int, str]:
    """The exit code and standard output of `robust ARGUMENTS`.

    Unless `quiet`, its progress goes to standard error as it comes.
    """
    path = program()
    try:
        # Of a group of its own: Ctrl-C comes to Python alone, which lets it end in order.
        process = subprocess.Popen(
            [path, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            encoding="utf-8", errors="replace", start_new_session=True,
        )
    except OSError as error:
        raise RobustError(f"{path} can't be run: {error.strerror}", 126) from error
    assert process.stdout is not None and process.stderr is not None
    lines, errors = process.stderr, list[str]()

    def drain() -> None:
        for line in lines:
            errors.append(line)
            if not quiet:
                sys.stderr.write(line)

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        output = process.stdout.read()
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    reader.join()
    if code not in accepted:
        raise RobustError("".join(errors[-12:]).strip() or output[-2000:].strip() or f"robust ended with exit code {code}", code)
    return code, output


def _end(process: subprocess.Popen[str]) -> None:
    """Lets it keep what is done, which a resumed run goes on from; a second Ctrl-C, or half a minute, ends it at once."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except BaseException:
        process.kill()
        process.wait()


def version() -> str:
    """The version of the program."""
    return run(["--version"], quiet=True)[1].strip()
