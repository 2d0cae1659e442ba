"""Follows a log across interruptions without repeating or losing a line.

The API server can only start at whole seconds. So the last two seconds are requested again, and the
lines that were read before are dropped.
"""

import re
import time
from collections import Counter
from datetime import datetime, timezone

_OVERLAP_SECONDS = 1  # standard output and error are not exactly in the order of their times
_STAMP = re.compile(r"(\S{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")


class LogPosition:
    """The position of a reader in a log; `params` are the parameters of the first request."""

    def __init__(self, params: dict[str, str]) -> None:
        self._params, self._begun = params, time.time()
        self._is_new = True
        self._given: dict[int, Counter[str]] = {}  # the lines of the last seconds
        self._repeated: Counter[str] = Counter()  # those of them that will come again
        self._at = self._latest = (0, 0)  # seconds since 1970, nanoseconds

    def params(self) -> dict[str, str]:
        """Return the parameters of a request for the following lines."""
        was_new, self._is_new = self._is_new, False
        if was_new:
            return self._params
        self._repeated = sum(self._given.values(), Counter())
        if self._given:
            start = datetime.fromtimestamp(self._latest[0] - _OVERLAP_SECONDS, timezone.utc)
            return {"sinceTime": f"{start:%Y-%m-%dT%H:%M:%SZ}"}
        if not {"tailLines", "sinceSeconds"} & set(self._params):
            return {}
        # Nothing was read yet: request the lines of the first request again, and all lines since.
        passed = int(time.time() - self._begun + 1)
        return {"sinceSeconds": str(int(self._params.get("sinceSeconds", 0)) + passed)}

    def text(self, line: str) -> str | None:
        """Return a line without its time, or None if it was read before."""
        found = _STAMP.match(line)
        if found:
            zone = found[3].replace("Z", "+00:00")
            seconds = datetime.fromisoformat(found[1] + zone).timestamp()
            self._at = int(seconds), int((found[2] or "").ljust(9, "0"))
        if self._was_read(line):
            return None
        self._latest = max(self._latest, self._at)
        self._given.setdefault(self._at[0], Counter())[line] += 1
        for second in [one for one in self._given if one < self._latest[0] - _OVERLAP_SECONDS]:
            del self._given[second]
        return line[found.end() :] if found else line

    def _was_read(self, line: str) -> bool:
        """Return whether a line is repeated, or precedes repeated ones; later lines are new."""
        if self._at > self._latest:
            self._repeated.clear()
        is_old = bool(self._repeated)
        if self._repeated[line] > 1:
            self._repeated[line] -= 1
        else:
            del self._repeated[line]
        return is_old
