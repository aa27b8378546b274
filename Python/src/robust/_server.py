"""Answers `robust` for a model that lives in this process, over a Unix socket (docs/external-models.md)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import threading
from typing import Any, Optional, Union

import numpy as np

from ._models import Array, Model


class Server:
    """Serves `model` for images of `shape` `[C, H, W]` while it is open: `with Server(…) as address: …`."""

    def __init__(self, model: Model, shape: tuple[int, ...], classes: int) -> None:
        self._model = model
        self._shape = tuple(int(size) for size in shape)
        self._classes = int(classes)
        # One pass at a time: frameworks use all cores or one device by themselves.
        self._lock = threading.Lock()
        self._folder: Optional[str] = None
        self._socket: Optional[socket.socket] = None
        # What the model raised first.
        self.failure: Optional[Exception] = None

    def __enter__(self) -> str:
        self._folder = tempfile.mkdtemp(prefix="robust-")
        path = os.path.join(self._folder, "model")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen(64)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()
        return f"socket: {path}"

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            # An answer is written at once as far as the system allows.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
            requests = _Requests(connection)
            try:
                while (line := requests.line()) is not None:
                    payload = self._answer(json.loads(line), requests)
                    if isinstance(payload, dict):
                        connection.sendall(json.dumps(payload).encode() + b"\n")
                        continue
                    connection.sendall(b'{"bytes": %d}\n' % payload.nbytes, _MORE)
                    connection.sendall(payload.data)
            except (OSError, EOFError):
                return

    def _answer(self, request: dict[str, Any], requests: _Requests) -> Union[Array, dict[str, Any]]:
        kind = request["request"]
        if kind == "describe":
            optional = {"hash": self._model.hash, "parameters": self._model.parameters, "batch": self._model.batch}
            return {
                "protocol": "robust-model-1", "name": self._model.name, "shape": list(self._shape), "classes": self._classes,
                "gives": self._model.gives, **{key: value for key, value in optional.items() if value is not None},
            }
        count = int(request["count"])
        images = requests.array((count, *self._shape))
        seed = requests.array((count, self._classes)) if kind == "gradient" else None
        try:
            with self._lock:
                return self._pass(kind, images, seed)
        except Exception as error:  # the program tells its user
            self.failure = self.failure or error
            return {"error": f"{type(error).__name__}: {error}"}

    def _pass(self, kind: str, images: Array, seed: Optional[Array]) -> Array:
        count = len(images)
        if seed is not None:
            gradient = self._model.gradient
            if gradient is None:
                raise ValueError("the model gives no gradients")
            return _checked(gradient(images, seed), images.shape, "gradients")
        if kind == "labels":
            return _checked(self._model.scores(images), (count,), "labels")
        return _checked(self._model.scores(images), (count, self._classes), "scores")


# So that the line and what follows leave together.
_MORE = getattr(socket, "MSG_MORE", 0)


class _Requests:
    """What comes over a connection: lines, and arrays after them."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._kept = b""

    def line(self) -> Optional[bytes]:
        """The next line; None at the end."""
        while b"\n" not in self._kept:
            # No more than a line needs: what follows it is read to where it belongs.
            piece = self._connection.recv(256)
            if not piece:
                return None
            self._kept += piece
        line, _, self._kept = self._kept.partition(b"\n")
        return line

    def array(self, shape: tuple[int, ...]) -> Array:
        """The next array, of 32-bit floats."""
        array = np.empty(shape, "<f4")
        view = array.reshape(-1).view("u1").data
        done = min(len(self._kept), len(view))
        view[:done], self._kept = self._kept[:done], self._kept[done:]
        while done < len(view):
            count = self._connection.recv_into(view[done:], 0, socket.MSG_WAITALL)
            if not count:
                raise EOFError("the request ends in its middle")
            done += count
        return array


def _checked(array: Any, shape: tuple[int, ...], what: str) -> Array:
    checked: Array = np.ascontiguousarray(array, "<f4")
    if checked.shape != shape:
        raise ValueError(f"the model gives {what} of shape {list(checked.shape)}, not {list(shape)}")
    return checked
