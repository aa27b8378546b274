"""How much longer a pass takes because the model is in another process: the time seen from robust less the time in the model.

    python Python/benchmarks/overhead.py [--passes 60] [--resnet] [--command 'swift test … --filter OverheadTests']

Medians over passes of batches of 1, 16 and 64 images of 3×32×32 and 3×224×224, of a model that computes nothing, and with --resnet
of ResNet-18 for small images in torch. A pass is the scores of a batch, or the gradient after them; its bytes are those of images and
answer. Prints the load of the machine before and after, since the figures depend on it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src"))

import robust  # noqa: E402
from robust._server import Server  # noqa: E402

COMMAND = "swift test -c release --disable-testable-imports --filter OverheadTests"


def nothing(shape):
    scores = {}
    gradient = {}
    return robust.Model(
        lambda x: scores.setdefault(len(x), np.zeros((len(x), 10), "f4")),
        lambda x, seed: gradient.setdefault(len(x), np.zeros((len(x), *shape), "f4")), name="nothing",
    )


def resnet(shape):
    import torch
    import torchvision

    network = torchvision.models.resnet18(num_classes=10).eval()
    # As is usual for images of 32×32.
    network.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    network.maxpool = torch.nn.Identity()
    return robust.model(network)


def measure(make, shape, batches, passes, command):
    """For each batch: medians of seconds seen from robust and in the model, of scores and of gradients."""
    model = make(shape)
    inside = {"scores": [], "gradient": []}

    def timed(name, function):
        def call(*arguments):
            start = time.perf_counter()
            result = function(*arguments)
            inside[name].append((len(arguments[0]), time.perf_counter() - start))
            return result

        return call

    model.prepare(np.zeros((1, *shape), "f4"))
    model.scores, model.gradient = timed("scores", model.scores), timed("gradient", model.gradient)
    with Server(model, shape, 10) as place:
        environment = {**os.environ, "ROBUST_OVERHEAD": f"{passes} {','.join(map(str, batches))} {place}"}
        done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True)
    seen = [line.split() for line in done.stdout.splitlines() if line.startswith("overhead ")]
    if len(seen) != passes * len(batches):
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    for batch in batches:
        lines = [line for line in seen if int(line[1]) == batch]
        for at, name in ((2, "scores"), (3, "gradient")):
            outside = [float(line[at]) for line in lines]
            within = [seconds for count, seconds in inside[name] if count == batch]
            overhead = statistics.median(out - into for out, into in zip(outside, within))
            answer = 10 if name == "scores" else int(np.prod(shape))
            sent = int(np.prod(shape)) + (0 if name == "scores" else 10)
            megabytes = 4 * batch * (sent + answer) / 1e6
            middle = statistics.median(within)
            allowed = 2 + megabytes
            print(
                f"{model.name:10} {'×'.join(map(str, shape)):11} {batch:3} {name:8} {megabytes:7.2f} MB  "
                f"overhead {overhead * 1e3:7.2f} ms (allowed {allowed:6.2f})  model {middle * 1e3:8.2f} ms"
                + (f"  share {overhead / middle:6.1%}" if middle > 1e-4 else ""), flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=60)
    parser.add_argument("--resnet", action="store_true")
    parser.add_argument("--small", action="store_true", help="without images of 3×224×224")
    parser.add_argument("--command", default=COMMAND)
    options = parser.parse_args()
    print("load", *os.getloadavg())
    for shape in ((3, 32, 32), (3, 224, 224))[: 1 if options.small else 2]:
        measure(nothing, shape, (1, 16, 64), options.passes, options.command)
    if options.resnet:
        measure(resnet, (3, 32, 32), (64,), max(options.passes // 4, 5), options.command)
    print("load", *os.getloadavg())


if __name__ == "__main__":
    main()
