"""Alternates between the sides and compares round by round."""
import dataclasses
import statistics

from .processes import Failure


@dataclasses.dataclass
class Spread:
    """Minimum, median and maximum."""
    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values):
        return cls(min(values), statistics.median(values), max(values))

    def scaled(self, factor):
        return Spread(self.low * factor, self.middle * factor, self.high * factor)


@dataclasses.dataclass
class Measurement:
    """Seconds per run of each side, and how many times as long as ours the best peer takes."""
    rounds: int
    repetitions: int
    ours: Spread
    peers: dict
    best: str = None
    ratio: Spread = None
    # Why a variant that could be warmed up was not measured to the end.
    failures: dict = dataclasses.field(default_factory=dict)


def measure(sides, case_id, variants, rounds, seconds_per_round, first_ours, first_peers):
    """Rounds of ours, peer, peer, …; in each round, a side's value is the median of its repetitions.

    `variants` are those that could be warmed up. The best peer is that with the smallest median. One that its warm-up shows to take more than three times as long as
    another runs twice only.
    """
    def repetitions(first):
        return max(1, min(200, round(seconds_per_round / max(first, 1e-6))))

    quickest = min(first_peers.values(), default=0)
    own, others, failures = [], {variant: [] for variant in variants}, {}
    for index in range(rounds):
        own.append(statistics.median(sides.time(sides.ours, case_id, repetitions(first_ours))))
        for variant in variants:
            if variant in failures or (first_peers[variant] > 3 * quickest and index >= 2):
                continue
            count = repetitions(first_peers[variant])
            try:
                others[variant].append(statistics.median(sides.time(sides.peer, f"{case_id}/{variant}", count)))
            except Failure as problem:
                failures[variant] = problem
    result = Measurement(rounds, repetitions(first_ours), Spread.of(own),
                         {variant: Spread.of(values) for variant, values in others.items() if variant not in failures},
                         failures=failures)
    if result.peers:
        result.best = min(result.peers, key=lambda variant: result.peers[variant].middle)
        result.ratio = Spread.of([b / a for a, b in zip(own, others[result.best])])
    return result
