"""Memory, and how time and memory grow with images and budgets. Each measurement has a process of its own."""
import dataclasses

from . import cases, measure
from .processes import Failure


@dataclasses.dataclass
class Memory:
    """Bytes held between the passes, and by how much the process grew at most."""
    title: str
    ours: dict
    peer: dict


@dataclasses.dataclass
class Point:
    """A sweep of some size."""
    images: int
    budgets: int
    seconds: measure.Spread
    growth: int


def memory(run, start_ours, start_peer):
    """Forward and input gradient of the capsule nets, batch of 16."""
    for net in cases.NETS:
        case = {"work": "model", "weights": run.inputs.weights(net), "inputs": run.inputs.images(net, net.batch),
                "threads": cases.THREADS, "mode": "input"}
        with start_ours() as worker:
            ours = worker.ask(action="memory", case=case)["memory"]
        peer = None
        if start_peer:
            try:
                with start_peer() as worker:
                    peer = worker.ask(action="memory", case=case, variant="compile")["memory"]
            except Failure as problem:
                run.leave_out(f"memory/{net.key}/compile", problem)
        run.results.memory.append(Memory(f"{net.title}, batch of {net.batch}", ours, peer))
        run.note(f"memory/{net.key}: ours {ours}, torch.compile {peer}")


def growth(run, start_ours, _):
    """The FGSM sweep of the CNN with more images, and with more budgets."""
    weights = run.inputs.weights(cases.NETS[2])
    sizes = [(1000, 11), (4000, 11), (16000, 11), (4000, 1), (4000, 3)]
    for images, budgets in sizes:
        # The same distance between budgets whatever their number.
        text = "0.05" if budgets == 1 else f"0.05:{0.05 * budgets:g}:{budgets}"
        sweep = {"attack": "fgsm", "budgets": text, "images": images, "rawCurves": True}
        case = {"work": "sweep", "weights": weights, "threads": cases.THREADS, "sweep": sweep}
        with start_ours() as worker:
            first = worker.ask(action="memory", case=case)["memory"]
            worker.ask(action="load", id="sweep", case=case)
            rounds = 1 if run.options.quick else 3
            seconds = worker.ask(action="time", id="sweep", repetitions=rounds)["seconds"]
        point = Point(images, budgets, measure.Spread.of(seconds), first["growth"])
        run.results.growth.append(point)
        run.note(f"growth/{images} images, {budgets} budgets: {point.seconds.middle:.3f} s, {point.growth >> 20} MiB")


PARTS = {"memory": memory, "growth": growth}
