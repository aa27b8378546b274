import tempfile

import pytest


@pytest.fixture(autouse=True)
def folder(monkeypatch):
    """Each test works in an empty folder of its own."""
    with tempfile.TemporaryDirectory() as path:
        monkeypatch.chdir(path)
        yield path


def pytest_terminal_summary(terminalreporter):
    """Names the frameworks that are not here, so that nobody takes a skipped test for a passed one."""
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)}
    for reason in sorted(reasons):
        terminalreporter.write_line(reason.removeprefix("Skipped: "), yellow=True)
