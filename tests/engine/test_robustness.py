"""Whatever is written into values, expressions, templates and commands gives a rendering or an error.

10,000 inputs; `make test-long` sets DASK_HELM_EXAMPLES and tries 10,000 values files and more of the others.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.engine import nasty, trials
from tests.paths import ROOT

LONG = "DASK_HELM_EXAMPLES" in os.environ
SHORT_COUNTS = {"values": 4_000, "expression": 3_000, "template": 2_700, "command": 300}
LONG_COUNTS = {"values": 10_000, "expression": 10_000, "template": 10_000, "command": 2_000}
COUNTS = LONG_COUNTS if LONG else SHORT_COUNTS
PROCESSES = 2
# Some inputs of each kind must be good, else only the reading of them is tried.
GOOD = 0.02


def tried(kind: str, first: int, last: int) -> list[Any]:
    """Return the verdicts on a range of inputs, from a process of their own."""
    command = [sys.executable, "-m", "tests.engine.trials", kind, str(first), str(last)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = result.stdout.splitlines()
    if result.returncode:
        died = f"the process ended with {result.returncode}\n{result.stderr[-6000:]}"
        lines[-1] = (lines[-1] if lines else "[-1, ") + f"{json.dumps(died)}]"
    return [json.loads(line) for line in lines]


def shown(kind: str, number: int, verdict: str) -> str:
    made = repr(nasty.INPUTS[kind](number)) if number >= 0 else ""
    return f"{kind} {number}: {verdict}\ninput: {made[:1000]}\n"


@pytest.mark.parametrize("kind", COUNTS)
def test_no_input_breaks_it(kind: str) -> None:
    step = COUNTS[kind] // PROCESSES
    starts = range(0, COUNTS[kind], step)
    with ThreadPoolExecutor(PROCESSES) as pool:
        results = pool.map(lambda first: tried(kind, first, first + step), starts)
    verdicts = [verdict for result in results for verdict in result]
    peaks = [number for name, number in verdicts if name == "MiB"]
    outcomes = {number: verdict for number, verdict in verdicts if number != "MiB"}
    wrong = [shown(kind, n, v) for n, v in outcomes.items() if v not in ("rendered", "refused")]
    assert not wrong, f"{len(wrong)} of {len(outcomes)}:\n" + "\n".join(wrong[:10])
    assert len(outcomes) == COUNTS[kind]
    assert max(peaks) < trials.MEBIBYTES
    counted = Counter(outcomes.values())
    assert min(counted["rendered"], counted["refused"]) > GOOD * COUNTS[kind]
