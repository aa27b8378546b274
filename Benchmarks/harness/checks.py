"""Whether both sides compute the same numbers."""
import dataclasses

from . import tensorfile

# Two programs in 32-bit floats that add in different orders. Each is within 2e-5 of the float64 values of the tests'
# fixtures; deeper nets and longer sums than those of the fixtures are given ten times as much. Differences are relative
# to the largest element of a tensor, since sums of large terms of both signs leave small ones that are all rounding.
TOLERANCE = 2e-4
# A ReLU or a pooling window whose two sides differ by a rounding error sends its gradient elsewhere. So a few elements
# of a gradient may differ more: this share of them, which still counts as the same function.
OUTLIERS = 1e-4
# The first step of Adam moves a weight by rate · g / (|g| + 1e-8): by the whole rate, whichever sign a gradient that is all
# rounding happens to have. So the few weights with such a gradient may end two rates apart, and no further. That the gradients
# themselves agree is what the cases “all gradients” check.
STEP_OUTLIERS, STEP_RATE = 1e-3, 1e-3


class Mismatch(Exception):
    """The sides disagree: nothing that is measured could be compared."""


@dataclasses.dataclass
class Check:
    """The largest difference of a case's tensors relative to the largest element of each."""
    case: str
    tensors: int
    largest: float
    outliers: int


def compare(case, ours, theirs, outliers=OUTLIERS, farthest=float("inf")):
    """Compares two files of results; `theirs` may call a class layer's output without its 1×1 positions.

    A share `outliers` of a tensor's elements may differ by more than the tolerance, by `farthest` at most.
    """
    ours, theirs = tensorfile.read(ours), tensorfile.read(theirs)
    if set(ours) != set(theirs):
        raise Mismatch(f"{case}: robust has {sorted(ours)}, the peer {sorted(theirs)}")
    check = Check(case, len(ours), 0.0, 0)
    for name, (shape, a) in ours.items():
        _, b = theirs[name]
        if len(a) != len(b):
            raise Mismatch(f"{case}: {name} has {len(a)} elements, the peer's {len(b)}")
        scale = max(max(b), -min(b)) or 1.0
        differences = [abs(x - y) for x, y in zip(a, b)]
        beyond = [d for d in differences if not d <= TOLERANCE * scale]
        if len(beyond) > outliers * len(a) or max(beyond, default=0) > farthest:
            raise Mismatch(
                f"{case}: {len(beyond)} of {len(a)} elements of {name} differ by more than {TOLERANCE} of its largest "
                f"element, {scale:.6g}; the largest difference is {max(differences):.3g}")
        check.outliers += len(beyond)
        check.largest = max(check.largest, max((d for d in differences if d <= TOLERANCE * scale), default=0) / scale)
    return check


def compare_steps(case, ours, theirs):
    """Compares losses and weights after one step of Adam from the same weights."""
    return compare(case, ours, theirs, STEP_OUTLIERS, 2 * STEP_RATE * (1 + TOLERANCE))


@dataclasses.dataclass
class SweepCheck:
    """How often the sides call an attacked image right or wrong, per budget."""
    case: str
    ours: list
    theirs: list
    only_ours_right: int
    only_theirs_right: int
    judgements: int


def compare_sweeps(case, ours, theirs, allowed):
    """`allowed`: the share of judgements that may differ."""
    (budgets, images), a = tensorfile.read(ours)["correct"]
    _, b = tensorfile.read(theirs)["correct"]
    check = SweepCheck(
        case, [int(sum(a[i * images:(i + 1) * images])) for i in range(budgets)],
        [int(sum(b[i * images:(i + 1) * images])) for i in range(budgets)],
        sum(x > y for x, y in zip(a, b)), sum(y > x for x, y in zip(a, b)), len(a))
    differing = check.only_ours_right + check.only_theirs_right
    if differing > allowed * check.judgements:
        raise Mismatch(f"{case}: the sides judge {differing} of {len(a)} attacked images differently; right per budget: "
                       f"{check.ours} and {check.theirs}")
    return check
