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
            raise Failure(f"{self.name} stopped with status {self.process.wait()}")
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


class Sides:
    """Ours and the peer's worker; `peer` is None if it can't be had."""

    # Long enough for OpenMP threads of the side that was just measured to stop spinning.
    PAUSE = 0.05

    def __init__(self, ours, peer):
        self.ours, self.peer = ours, peer
        # The largest share of one processor that a side used while the other was measured, and in how many blocks.
        self.idle_share = 0.0

    def time(self, worker, case_id, repetitions):
        """Seconds of each repetition, after a pause."""
        time.sleep(self.PAUSE)
        idle = [side for side in (self.ours, self.peer) if side not in (None, worker)]
        before = [side.cpu_seconds() for side in idle]
        start = time.monotonic()
        seconds = worker.ask(action="time", id=case_id, repetitions=repetitions)["seconds"]
        elapsed = time.monotonic() - start
        for side, used in zip(idle, before):
            # Below half a second, the 10 ms steps in which the system counts are too coarse to say anything.
            if elapsed > 0.5:
                self.idle_share = max(self.idle_share, (side.cpu_seconds() - used) / elapsed)
        return seconds
