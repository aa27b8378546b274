"""The results as Markdown: RESULTS.md, and what is printed."""
import dataclasses

from . import checks


@dataclasses.dataclass
class LeftOut:
    """A peer that could not be measured at a case, and whether because it computes something else."""
    name: str
    problem: str
    differs: bool


class Results:
    """All that was found."""

    def __init__(self):
        self.timed, self.checks, self.memory, self.growth, self.left_out = [], [], [], [], []
        self.machine, self.shares, self.minutes = {}, (0.0, 0.0), 0.0

    def add(self, case, measurement):
        self.timed.append((case, measurement))

    def group(self, name):
        return [(case, m) for case, m in self.timed if case.group == name]


MODES = {"forward": "forward", "input": "forward + input gradient", "all": "forward + all gradients", "": ""}


def duration(seconds):
    """Three digits in the unit that suits."""
    for factor, unit in ((1e6, "µs"), (1e3, "ms"), (1, "s")):
        if seconds * factor < 1000 or unit == "s":
            return f"{digits(seconds * factor)} {unit}"


def digits(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(count):
    return f"{digits(count / 2**20)} MiB" if count < 2**30 else f"{digits(count / 2**30)} GiB"


def spread(values, show):
    return f"{show(values.low)} / **{show(values.middle)}** / {show(values.high)}"


def line(case, m):
    """One case in one line, for the terminal."""
    text = f"{case.id}: ours {duration(m.ours.middle / case.images)} an image"
    for name, value in m.peers.items():
        text += f", {name} {duration(value.middle / case.images)}"
    if m.ratio:
        text += f"; {digits(m.ratio.low)} / {digits(m.ratio.middle)} / {digits(m.ratio.high)} × {m.best}"
    return text


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def comparison(rows, per_image=True, variants=None):
    """Times of both sides and the ratio. A variant that was not run is a dash."""
    variants = variants or list(dict.fromkeys(v for _, m in rows for v in m.peers))
    cells = []
    for case, m in rows:
        count = case.images if per_image else 1
        row = [", ".join(filter(None, [case.title, MODES[case.mode]])), spread(m.ours.scaled(1 / count), duration)]
        row += [duration(m.peers[v].middle / count) if v in m.peers else "–" for v in variants]
        cells.append(row + [spread(m.ratio, digits) if m.ratio else "–", NAMES.get(m.best, "–")])
    names = [NAMES[v] for v in variants]
    unit = "an image" if per_image else "in all"
    return table(["work", f"robust, {unit}", *[f"{name}, {unit}" for name in names], "ratio to the best peer", "which is"],
                 cells)


NAMES = {"eager": "eager", "compile": "`torch.compile`", "channels-last": "eager, channels last", "jax": "JAX `jit`", "onnxruntime": "onnxruntime",
         "openvino": "OpenVINO"}


def render(results):
    parts = [part(results) for part in (
        introduction, summary, conditions, whole_models, foreign, training, sweeps, memory, growth, layers, checked, omissions)]
    return "\n".join(part for part in parts if part)


def introduction(results):
    return """# Speed of robust, compared with PyTorch, JAX and Foolbox

Written by `make benchmark`; do not edit. Where three numbers stand together they are minimum / **median** / maximum over
rounds. A ratio is the peer's time over robust's in the same round: above 1, robust is faster. The peer is the fastest of
the variants that were measured.
"""


# What to look at first: case, and what it is called here.
HEADLINES = (
    ("full/forward", "full matrix capsules, forward"),
    ("full/input", "full matrix capsules, forward + input gradient"),
    ("full/all", "full matrix capsules, forward + all gradients"),
    ("small/input", "small matrix capsules, forward + input gradient"),
    ("cnn/input", "CNN, forward + input gradient"),
    ("cnn/step", "CNN, training step"),
    ("cnn/fgsm-0:0.5:11", "FGSM sweep on the CNN, 11 budgets"),
    ("cnn/fgsm-0:0.5:11-raw", "the same, every image attacked at every budget"),
    ("small/fgsm-0:0.5:11", "FGSM sweep on the small matrix capsules, 11 budgets"),
    ("small/fgsm-0:0.5:11-raw", "the same, every image attacked at every budget"),
    ("lenet-5/64/input", "LeNet-5 as ONNX, forward + input gradient"),
    ("resnet-18/64/input", "ResNet-18 as ONNX, forward + input gradient"),
    ("mobilenet-v2/16/input", "MobileNetV2 as ONNX, forward + input gradient"),
)


def summary(results):
    found = {case.id: m for case, m in results.timed}
    rows = [[title, "Foolbox" if "sweep" in title or "same" in title else NAMES[found[key].best],
             spread(found[key].ratio, digits)] for key, title in HEADLINES if key in found and found[key].ratio]
    return rows and "## In short\n\n" + table(["work", "compared with", "times as fast"], rows)


def conditions(results):
    if not results.machine:
        return ""
    rows = [[title, text] for title, text in results.machine["facts"].items()]
    rows.append(["threads", "2 on both sides"])
    rows.append(["duration", f"{results.minutes:.0f} minutes"])
    peaks = results.machine["peaks"]
    for lanes, rates in sorted(peaks["flops"].items(), key=lambda item: int(item[0])):
        rows.append([f"measured peak, multiply-adds in vectors of {lanes} floats",
                     f"{rates['1'] / 1e9:.0f} GFLOP/s with one thread, {rates['2'] / 1e9:.0f} with two"])
    rows.append(["measured memory bandwidth (triad)", f"{peaks['bandwidth']['1'] / 1e9:.1f} GB/s with one thread, "
                 f"{peaks['bandwidth']['2'] / 1e9:.1f} with two"])
    return "## Conditions\n\n" + table(["", ""], rows) + f"""
Both sides are processes that stay up, have the same weights and the same images, and are measured in turn: a round is some
runs of robust, a pause, some runs of each variant of the peer. The value of a round is the median of its runs. A side
that waits sleeps: it used {100 * results.shares[0]:.1f}% of one processor while the other was timed, and all other programs on the
machine {100 * results.shares[1]:.1f}%. Each side runs everything before it is timed. PyTorch tracks gradients only of what is asked for, and none in a forward pass.
`torch.compile` has static shapes. robust splits a batch into two halves, one a thread.
"""


def whole_models(results):
    rows = results.group("models")
    return rows and f"""## Whole models

Batches of 16 (capsules) and 32 (CNN). Gradients are those of the summed cross-entropy of the scores: by the images, or by all
weights. Three iterations of EM routing, assignments normalised over all the parents of a child.

{comparison(rows)}"""


def foreign(results):
    rows = results.group("foreign")
    return rows and f"""## Models of others

Networks that PyTorch exports as ONNX, with random weights. onnxruntime and OpenVINO run the same file; they give no gradients.

{comparison(rows)}"""


def training(results):
    rows = results.group("training")
    return rows and f"""## Training

Forward pass with dropout, gradients, Adam (PyTorch's is the fused one).

{comparison(rows)}"""


def sweeps(results):
    rows = results.group("sweeps")
    return rows and f"""## Sweeps end to end

robust: `Sweep`, as `robust sweep` runs it, with every record stored in SQLite. Foolbox: the attack called with
`epsilons=[…]` on the same network in PyTorch, batch by batch. Both do BIM in ten steps of ε/5.
robust does not attack an image anew that a smaller ε has beaten, and computes one gradient for all budgets of FGSM; where the
table says “every image attacked at every budget” the former is switched off.

{comparison(rows, per_image=False)}"""


def memory(results):
    if not results.memory:
        return ""
    rows = []
    for item in results.memory:
        held, peer = item.ours["held"], item.peer
        rows.append([item.title, size(held), size(item.ours["growth"]), size(peer["growth"]) if peer else "–",
                     digits(peer["growth"] / held) if peer else "–",
                     digits(peer["growth"] / max(item.ours["growth"], 1)) if peer else "–"])
    return "## Memory of a forward pass and input gradient\n\n" + table(
        ["work", "robust holds for the reverse pass", "robust grows by at most", "`torch.compile` grows by at most",
         "ratio to what robust holds", "ratio of growths"], rows) + """
Growth is that of the resident memory of a fresh process: of robust over its first run; of PyTorch over a run after those
in which `torch.compile` did its work, which is not counted, and after `malloc_trim`.
"""


def growth(results):
    if not results.growth:
        return ""
    rows = []
    for point in results.growth:
        passes = point.images * (point.budgets + 2)
        rows.append([f"{point.images:,}", str(point.budgets), spread(point.seconds, duration),
                     duration(point.seconds.middle / point.images), duration(point.seconds.middle / passes),
                     size(point.growth)])
    return "## Growth with images and budgets\n\n" + table(
        ["images", "budgets", "time", "an image", "a forward pass of an image", "the process grows by"], rows) + """
FGSM on the CNN, every image attacked at every budget, each line in a fresh process. Forward passes: one before the attack;
of the images that are then right, one for the gradient (with a reverse pass) and one a budget. Images beyond the thousand that come with robust are repetitions.
"""


def layers(results):
    rows = results.group("layers")
    if not rows:
        return ""
    peaks = results.machine["peaks"]["flops"]
    lanes = sorted(peaks, key=int)
    header = ["layer", "robust, a batch", "GFLOP/s"] + [f"of the peak of {n} lanes" for n in lanes if int(n) >= 8]
    header += ["possible at most", "ratio to the best peer"]
    cells = []
    for case, m in rows:
        cell = [f"{case.title}, {MODES[case.mode]}", duration(m.ours.middle)]
        rate = case.work.operations / m.ours.middle if case.work else 0
        cell.append(digits(rate / 1e9) if rate else "–")
        cell += [f"{100 * rate / peaks[n]['2']:.0f}%" if rate else "–" for n in lanes if int(n) >= 8]
        cell.append(f"{100 * case.work.ceiling:.0f}%" if case.work else "–")
        cells.append(cell + [spread(m.ratio, digits) if m.ratio else "–"])
    return f"""## Layers, and their share of the machine's peak

Batches of 16 (capsules) and 32 (CNN) in two halves, two threads. *All gradients*: by the inputs and the weights. The peak is
what two threads reach with multiply-adds in registers, in vectors of so many floats (8: AVX2, 16: AVX-512). Operations are
counted as [counts.py](harness/counts.py) says; a multiply-add is two, and a lone addition or multiplication one, though it
takes as long: hence what is possible at most.

{table(header, cells)}"""


def checked(results):
    if not results.checks:
        return ""
    tensors = [c for c in results.checks if isinstance(c, checks.Check)]
    text = "## Checks\n\nBefore anything is timed, both sides compute it and are compared; a peer that differs by more is not measured.\n"
    if tensors:
        worst = max(tensors, key=lambda c: c.largest)
        outliers = sum(c.outliers for c in tensors)
        text += f"""
- {len(tensors)} cases, {sum(c.tensors for c in tensors)} tensors: outputs, gradients by inputs and weights. Allowed is a difference of
  {checks.TOLERANCE:g} of a tensor's largest element; the largest found is {worst.largest:.1e} ({worst.case}). {outliers} elements lie beyond,
  where a ReLU or a pooling window tips over by rounding (at most {checks.OUTLIERS:g} of a tensor may), or where Adam's first step
  makes a whole step of a gradient that is all rounding (at most {checks.STEP_OUTLIERS:g}, by two steps).
"""
    for c in results.checks:
        if isinstance(c, checks.SweepCheck):
            text += (f"- {c.case}: of {c.judgements:,} judgements, {c.only_ours_right} are right with robust only and "
                     f"{c.only_theirs_right} with Foolbox only. Right per budget: robust {numbers(c.ours)}, Foolbox "
                     f"{numbers(c.theirs)}.\n")
    return text


def omissions(results):
    rows = [[item.name, item.problem.replace("|", "\\|").replace("\n", " ")] for item in results.left_out]
    return rows and "## Left out\n\nPeers that failed at some work, or computed something else.\n\n" + table(["work", "why"], rows)


def numbers(values):
    return " ".join(map(str, values))
