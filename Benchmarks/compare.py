#!/usr/bin/env python3
"""Measures robust against PyTorch, JAX and Foolbox, one after the other in turn, and writes RESULTS.md (RESULTS-AVX2.md for a
build for AVX2).

    make benchmark                  everything
    make benchmark QUICK=1          fewer repetitions
    make benchmark ONLY=full/input  cases whose name contains this; several separated by commas

With QUICK or ONLY the tables are printed, and the file stays as it is. A peer that fails at some work, or computes something
else, is named and left out there; the latter ends with exit code 1 as well.
"""
import argparse
import pathlib
import signal
import sys
import tempfile
import time

from harness import cases, checks, machine, measure, report, scaling
from harness.processes import MALLOC, Failure, Sides, Stopped, Worker

# What other programs may use of one processor, before the numbers are called doubtful.
BUSY = 0.05
HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True, help="the program robust-benchmark")
    parser.add_argument("--peer", help="the Python that has the peers; without it, only robust is measured")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--only", default="", help="parts of names of cases, separated by commas")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--output", help="Default: RESULTS.md; RESULTS-AVX2.md or RESULTS-PORTABLE.md for such a build.")
    return parser.parse_args()


def start_peer(python):
    cache = HERE / ".cache" / "inductor"
    cache.mkdir(parents=True, exist_ok=True)
    return Worker("the peer", [python, "-W", "ignore", str(HERE / "Peers" / "worker.py")],
                  MALLOC | {"TORCHINDUCTOR_CACHE_DIR": str(cache)})


def wanted(only, name):
    return not only or any(part in name for part in only.split(","))


class Run:
    """One run of the benchmark: the sides, the files they share, and what has been found."""

    def __init__(self, options, sides, folder):
        self.options, self.sides, self.folder = options, sides, folder
        self.inputs = cases.Inputs(folder, sides)
        self.results = report.Results()

    def note(self, text):
        print(text, file=sys.stderr, flush=True)

    def timed(self, case):
        """Checks a case on both sides, which warms them up as well, then times it on both."""
        sides = self.sides
        ours = self.folder / "ours.safetensors"
        first_ours = self.prepare(sides.ours, case, case.id, ours)
        first_peers = {}
        for variant in case.variants if sides.peer else ():
            try:
                first_peers[variant] = self.peer(case, variant, ours)
            except (Failure, checks.Mismatch) as problem:
                self.leave_out(f"{case.id}/{variant}", problem, first_peers)
        rounds = self.rounds(case, max([first_ours, *first_peers.values()]))
        budget = 0.05 if case.group == "layers" else 0.25
        result = measure.measure(sides, case.id, tuple(first_peers), rounds, budget, first_ours, first_peers)
        sides.ours.ask(action="release", id=case.id)
        for variant, problem in result.failures.items():
            self.leave_out(f"{case.id}/{variant}", problem, {})
        for variant in result.peers:
            sides.peer.ask(action="release", id=f"{case.id}/{variant}")
        self.results.add(case, result)
        self.note(report.line(case, result))

    def peer(self, case, variant, ours):
        """Prepares one variant of the peer and compares what it computes with the file `ours`; how long a warm run takes."""
        name, theirs = f"{case.id}/{variant}", self.folder / "theirs.safetensors"
        seconds = self.prepare(self.sides.peer, case, name, theirs, variant=variant)
        if case.check == "tensors":
            self.results.checks.append(checks.compare(name, ours, theirs))
        elif case.check == "step":
            self.results.checks.append(checks.compare_steps(name, ours, theirs))
        elif case.check == "sweep":
            self.results.checks.append(checks.compare_sweeps(name, ours, theirs, case.allowed))
        return seconds

    def leave_out(self, name, problem, prepared=None):
        """Notes that a peer failed at a case. Where its process is gone, another one is started, and `prepared` is lost."""
        self.note(f"benchmark: {name} is left out: {problem}")
        self.results.left_out.append(report.LeftOut(name, str(problem), isinstance(problem, checks.Mismatch)))
        if prepared is None:
            return
        if isinstance(problem, Stopped):
            for variant in list(prepared):
                self.results.left_out.append(report.LeftOut(name.rpartition("/")[0] + "/" + variant, "its process ended", False))
            prepared.clear()
            self.sides.peer.close()
            self.sides.peer = start_peer(self.options.peer)
        else:
            self.sides.peer.ask(action="release", id=name)

    def rounds(self, case, slowest):
        """How often each side is measured: less often if a run takes seconds."""
        full = 9 if slowest < 1 else 5 if slowest < 5 else 3
        if case.group == "layers":
            full = min(full, 5)
        return min(full, 2) if self.options.quick else full

    @staticmethod
    def prepare(worker, case, name, path, **more):
        """Loads a case, writes what it computes to `path` if it is checked, and returns how long a warm run takes."""
        worker.ask(action="load", id=name, case=case.case, **more)
        if case.check:
            worker.ask(action="check", id=name, path=str(path))
        else:
            worker.ask(action="time", id=name, repetitions=1)
        if case.case["work"] == "training":
            # In the check nothing is dropped: with dropout, it is another network to compile.
            worker.ask(action="time", id=name, repetitions=1)
        return worker.ask(action="time", id=name, repetitions=1)["seconds"][0]


def run(options):
    with tempfile.TemporaryDirectory(prefix="robust-benchmark-") as folder:
        ours = Worker("robust-benchmark", [options.ours])
        sides = Sides(ours, start_peer(options.peer) if options.peer else None)
        try:
            this = Run(options, sides, pathlib.Path(folder))
            started = time.time()
            this.results.machine = machine.describe(ours, sides.peer, HERE.parent)
            for group, make in cases.GROUPS.items():
                for case in make(this.inputs):
                    if options.list:
                        print(case.id)
                    elif wanted(options.only, case.id):
                        this.timed(case)
            if options.list:
                return None
            for name, part in scaling.PARTS.items():
                if wanted(options.only, name):
                    part(this, lambda: Worker("robust-benchmark", [options.ours]),
                         (lambda: start_peer(options.peer)) if options.peer else None)
            this.results.shares = sides.shares
            if sides.shares[1] > BUSY:
                this.note(f"benchmark: other programs used {100 * sides.shares[1]:.0f}% of a processor meanwhile: the numbers are "
                          "not to be trusted, PyTorch's least of all")
            this.results.minutes = (time.time() - started) / 60
            return this.results
        finally:
            ours.close()
            if sides.peer:
                sides.peer.close()


def main():
    options = arguments()
    # To be terminated is to be interrupted: the workers are ended, and temporary files removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        results = run(options)
    except Failure as problem:
        sys.exit(f"benchmark: {problem}")
    except KeyboardInterrupt:
        sys.exit("benchmark: interrupted; no file was changed")
    if results is None:
        return 0
    text = report.render(results)
    print(text)
    suffix = {"avx512": ""}.get(results.machine["peaks"]["kernels"], "-" + results.machine["peaks"]["kernels"].upper())
    target = pathlib.Path(options.output or HERE / f"RESULTS{suffix}.md")
    code = 1 if any(peer.differs for peer in results.left_out) else 0
    if options.only or options.quick or not options.peer:
        print(f"benchmark: not everything was measured, so {target.name} stays as it is", file=sys.stderr)
        return code
    part = target.with_name(target.name + ".part")
    part.write_text(text)
    part.replace(target)
    print(f"benchmark: wrote {target}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
