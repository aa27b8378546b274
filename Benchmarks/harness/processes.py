"""The two sides as processes that wait, asleep, for a line of JSON."""
import json
import os
import signal
import subprocess
import time

# glibc's defaults give large tensors back to the system after each use and fetch them anew, which makes PyTorch four to
# nine times slower on capsules. These keep them.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "17179869184"}


class Failure(Exception):
    """A worker could not do what it was asked for."""


class Stopped(Failure):
    """The process of a worker is gone."""


class Worker:
    def __init__(self, name, command, environment=None):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env=os.environ | (environment or {}), start_new_session=True)

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Stopped(f"{self.name} stopped with status {self.process.wait()}")
        reply = json.loads(line)
        if reply.get("error"):
            raise Failure(f"{self.name}, {request['action']} {request.get('id', '')}: {reply['error']}")
        return reply

    def cpu_seconds(self):
        """Processor time of the process so far; 0 where there is no /proc."""
        try:
            with open(f"/proc/{self.process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        if self.process.poll() is not None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            # With the processes in which torch.compile works, which are in its group.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def busy_seconds():
    """Processor time of everything on the machine so far, waiting left out; 0 where there is no /proc."""
    try:
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen = fields
    return (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")


class Sides:
    """Ours and the peer's worker; `peer` is None if it can't be had."""

    # Long enough for OpenMP threads of the side that was just measured to stop spinning.
    PAUSE = 0.05

    def __init__(self, ours, peer):
        self.ours, self.peer = ours, peer
        # Seconds in which something was timed, and processor time meanwhile of the side that waited and of other programs.
        self.timed = self.waiting = self.others = 0.0

    def time(self, worker, case_id, repetitions):
        """Seconds of each repetition, after a pause."""
        time.sleep(self.PAUSE)
        start, busy, used = time.monotonic(), busy_seconds(), self.used()
        seconds = worker.ask(action="time", id=case_id, repetitions=repetitions)["seconds"]
        self.timed += time.monotonic() - start
        used = {side: after - used[side] for side, after in self.used().items()}
        self.others += busy_seconds() - busy - sum(used.values())
        self.waiting += sum(seconds for side, seconds in used.items() if side is not worker)
        return seconds

    def used(self):
        return {side: side.cpu_seconds() for side in (self.ours, self.peer) if side}

    @property
    def shares(self):
        """Processor time of the waiting side and of other programs, as shares of one processor."""
        return tuple(max(0.0, used) / max(self.timed, 1e-9) for used in (self.waiting, self.others))
