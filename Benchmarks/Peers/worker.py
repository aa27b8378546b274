"""Does in PyTorch, JAX and Foolbox what the Swift worker does; one JSON line a request on standard input, one a reply."""
import ctypes
import gc
import json
import os
import platform
import sys
import time

# Replies go where standard output went; anything else that is printed goes to standard error.
replies = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import torch  # noqa: E402

torch._dynamo.config.recompile_limit = 1000
loaded = {}


def make(request):
    case = request["case"]
    if request["variant"] == "jax":
        import jax_cases
        return jax_cases.make(case)
    if request["variant"] in ("onnxruntime", "openvino"):
        import foreign
        return foreign.Runtime(case, request["variant"])
    from cases import LayerCase, ModelCase, TrainingCase
    torch.set_num_threads(case["threads"])
    work = case["work"]
    if work == "sweep":
        from sweeps import Sweep
        return Sweep(case, request["variant"])
    return {"model": ModelCase, "layer": LayerCase, "training": TrainingCase, "trainer": TrainingCase}[work](
        case, request["variant"])


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def status(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field))


def measure_memory(case):
    """Growth of the resident memory over one run, after the runs in which torch.compile did its work."""
    case.run()
    case.run()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    resident = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    held = []
    seconds = timed(lambda: case.run(lambda: held.append(status("VmRSS") - resident)))
    return {"growth": status("VmHWM") - resident, "held": held[0], "seconds": seconds}


def answer(request):
    action = request["action"]
    if action == "machine":
        import importlib.metadata
        names = {"PyTorch": "torch", "Foolbox": "foolbox", "JAX": "jax"}
        return {"versions": {"Python": platform.python_version()}
                | {title: importlib.metadata.version(name) for title, name in names.items()}}
    if action == "foreign":
        import foreign
        foreign.export(request["name"], request["path"])
        return {}
    if action == "load":
        loaded[request["id"]] = make(request)
        return {}
    if action == "check":
        from safetensors.torch import save_file
        results = loaded[request["id"]].results()
        save_file({name: torch.as_tensor(value).detach().contiguous() for name, value in results.items()}, request["path"])
        return {}
    if action == "time":
        run = loaded[request["id"]].run
        return {"seconds": [timed(run) for _ in range(request["repetitions"])]}
    if action == "memory":
        return {"memory": measure_memory(make(request))}
    if action == "release":
        loaded.pop(request["id"], None)
        if not loaded:
            torch._dynamo.reset()
            gc.collect()
        return {}
    raise ValueError(f"unknown action {action}")


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # whatever goes wrong is the driver's to report
        reply = {"error": f"{type(error).__name__}: {error}"}
    replies.write(json.dumps(reply) + "\n")
