"""Answers `robust` for a model that lives in this process, over a Unix socket (docs/external-models.md)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import threading
import traceback
from typing import Any, Optional

import numpy as np

from ._models import Model


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

    def __enter__(self) -> str:
        self._folder = tempfile.mkdtemp(prefix="robust-")
        path = os.path.join(self._folder, "model")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(path)
        self._socket.listen(64)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()
        return f"socket: {path}"

    def __exit__(self, *_: Any) -> None:
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
        with connection, connection.makefile("rb") as source, connection.makefile("wb") as sink:
            for line in iter(source.readline, b""):
                try:
                    payload = self._answer(json.loads(line), source)
                except Exception as error:  # the program tells its user
                    traceback.print_exc()
                    payload = {"error": f"{type(error).__name__}: {error}"}
                try:
                    if isinstance(payload, dict):
                        sink.write(json.dumps(payload).encode() + b"\n")
                    else:
                        sink.write(b'{"bytes": %d}\n' % payload.nbytes)
                        sink.write(payload.data)
                    sink.flush()
                except (BrokenPipeError, ConnectionResetError):
                    return

    def _answer(self, request: dict[str, Any], source: Any) -> Any:
        kind = request["request"]
        if kind == "describe":
            optional = {"hash": self._model.hash, "parameters": self._model.parameters, "batch": self._model.batch}
            return {
                "protocol": "robust-model-1", "name": self._model.name, "shape": list(self._shape), "classes": self._classes,
                "gives": self._model.gives, **{key: value for key, value in optional.items() if value is not None},
            }
        count = int(request["count"])
        images = self._read(source, (count, *self._shape))
        if kind == "gradient":
            seed = self._read(source, (count, self._classes))
            with self._lock:
                gradient = self._model.gradient
                if gradient is None:
                    raise ValueError("the model gives no gradients")
                return self._checked(gradient(images, seed), images.shape, "gradients")
        with self._lock:
            scores = self._model.scores(images)
        wanted = (count,) if kind == "labels" else (count, self._classes)
        return self._checked(scores, wanted, "labels" if kind == "labels" else "scores")

    @staticmethod
    def _read(source: Any, shape: tuple[int, ...]) -> np.ndarray:
        array = np.empty(shape, "<f4")
        view = memoryview(array).cast("B")
        done = 0
        while done < len(view):
            count = source.readinto(view[done:])
            if not count:
                raise EOFError("the request ends in its middle")
            done += count
        return array

    @staticmethod
    def _checked(array: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
        array = np.ascontiguousarray(array, "<f4")
        if array.shape != shape:
            raise ValueError(f"the model gives {what} of shape {array.shape}, not {shape}")
        return array
