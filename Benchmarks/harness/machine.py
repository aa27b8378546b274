"""Where and with what the benchmark was run."""
import datetime
import os
import platform
import subprocess

from .processes import MALLOC


def describe(ours, peer, repository):
    """Facts for people by title, and the measured peaks."""
    peaks = ours.ask(action="machine")["machine"]
    versions = peer.ask(action="machine")["versions"] if peer else {}
    facts = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(repository),
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}, {memory()}",
        "robust": f"{swift()}; kernels built for {peaks['kernels']}; oneDNN {peaks['oneDNN']}",
        "peers": ", ".join(f"{name} {version}" for name, version in versions.items()) or "none could be installed",
        "malloc of the peers": ", ".join(f"{name}={value}" for name, value in MALLOC.items()),
    }
    return {"facts": facts, "peaks": peaks}


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def commit(repository):
    name = output("git", "-C", str(repository), "rev-parse", "--short", "HEAD") or "unknown"
    changed = output("git", "-C", str(repository), "status", "--porcelain", "--untracked-files=no")
    changed = [line for line in changed.splitlines() if not line.endswith("RESULTS.md")]
    return name + (" and changes not committed" if changed else "")


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return output("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or "unknown"


def memory():
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (OSError, ValueError):
        return "memory unknown"


def swift():
    return output("swift", "--version").splitlines()[0] if output("swift", "--version") else "Swift"
