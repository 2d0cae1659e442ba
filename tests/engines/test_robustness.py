"""Whatever is written into values, expressions and templates gives a rendering or a clear error.

By default 2,000 values files and fewer of the others; DASK_HELM_EXAMPLES set (`make test-long`) tries 10,000.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.engines import nasty
from tests.paths import ROOT

LONG = "DASK_HELM_EXAMPLES" in os.environ
COUNTS = {"values": 10_000 if LONG else 2_000, "expression": 2_000, "template": 2_000}
PROCESSES = 2
# Some inputs of each kind must be good, else only the reading of them is tried.
GOOD = 0.02


def tried(kind: str, first: int, last: int) -> list[Any]:
    """Return the verdicts on a range of inputs, from a process of their own."""
    command = [sys.executable, "-m", "tests.engines.nasty", kind, str(first), str(last)]
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
    assert max(peaks) < nasty.MEBIBYTES
    counted = Counter(outcomes.values())
    assert min(counted["rendered"], counted["refused"]) > GOOD * COUNTS[kind]
