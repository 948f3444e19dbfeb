"""``script/server`` waits for what it started as long as it lives, and says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from open311.catalog.location import city_directory

pytestmark = pytest.mark.slow

SCRIPT = city_directory() / "script" / "server"
WAIT = r"""
note() { echo "$*"; }
die() { echo "error: $*"; exit 1; }
port_is_taken() { [ -e "$FILE" ]; }
sleep() { command sleep 0.002; }  # a tenth of a second passes fifty times faster
eval "$(sed -n '/^wait_for_answer() {$/,/^}$/p' "$SCRIPT")"
"$@" &
SERVER=$!
wait_for_answer
"""


def wait_for(program: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Wait, as the script does, for a process that answers once a file is there."""
    given = ["bash", "-euc", WAIT, "bash", sys.executable, "-c", program, str(file)]
    environment = {"SCRIPT": str(SCRIPT), "FILE": str(file), "BASE": "http://127.0.0.1:8311", "PATH": "/usr/bin:/bin"}
    return subprocess.run(given, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_server_that_is_slow_to_start_is_waited_for_and_the_wait_is_told(tmp_path: Path) -> None:
    slow = "import sys, time; time.sleep(3); open(sys.argv[1], 'w'); time.sleep(1)"
    done = wait_for(slow, tmp_path / "answers")
    assert done.returncode == 0, done.stdout
    assert "waiting for the server to answer at http://127.0.0.1:8311 (30 s; it is starting)" in done.stdout


@pytest.mark.parametrize("program", ["raise SystemExit('no such database')", "import os; os.kill(os.getpid(), 9)"])
def test_a_server_that_ends_is_not_waited_for(tmp_path: Path, program: str) -> None:
    done = wait_for(program, tmp_path / "answers")
    assert done.returncode == 1
    assert "error: the server ended before it answered" in done.stdout
