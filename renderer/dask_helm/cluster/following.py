"""Following a log over breaks: no line twice, and none lost.

The API server only knows whole seconds to begin at. So it is asked for the last two seconds again,
and what has come of them is left out.
"""

import re
import time
from collections import Counter
from datetime import datetime, timezone

_MARGIN = 1  # seconds: lines of standard output and error are not quite in the order of their times
_STAMP = re.compile(r"(\S{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")

When = tuple[int, int]  # seconds since 1970, nanoseconds


class Place:
    """Where the reading of a log has come to; `params` are those to begin with."""

    def __init__(self, params: dict[str, str]) -> None:
        self._params, self._begun = params, time.time()
        self._is_new = True
        self._given: dict[int, Counter[str]] = {}  # the lines of the last seconds
        self._left: Counter[str] = Counter()  # those of them that are still to come again
        self._at = self._latest = (0, 0)

    def params(self) -> dict[str, str]:
        """Return the parameters by which to ask for what comes from here on."""
        was_new, self._is_new = self._is_new, False
        if was_new:
            return self._params
        self._left = sum(self._given.values(), Counter())
        return _since(self._latest[0] - _MARGIN) if self._given else self._longer()

    def _longer(self) -> dict[str, str]:
        """Return those for a log of which nothing has come yet: how long ago counts from then."""
        if not {"tailLines", "sinceSeconds"} & set(self._params):
            return {}
        passed = time.time() - self._begun + 1
        return {"sinceSeconds": str(int(self._params.get("sinceSeconds", 0)) + int(passed))}

    def text(self, line: str) -> str | None:
        """Return the text of a line with a time before it; None when it has come before."""
        found = _STAMP.match(line)
        self._at = _when(found) if found else self._at  # the rest of a line with a \r in it
        if self._has_come(line):
            return None
        self._note(line)
        return line[found.end() :] if found else line

    def _has_come(self, line: str) -> bool:
        """Whether a line is one of those, or before them; after the last of them all are new."""
        if self._at > self._latest:
            self._left.clear()
        is_old = bool(self._left)
        if self._left[line] > 1:
            self._left[line] -= 1
        else:
            del self._left[line]
        return is_old

    def _note(self, line: str) -> None:
        self._latest = max(self._latest, self._at)
        self._given.setdefault(self._at[0], Counter())[line] += 1
        old = [second for second in self._given if second < self._latest[0] - _MARGIN]
        for second in old:
            del self._given[second]


def _when(stamp: "re.Match[str]") -> When:
    zone = stamp[3].replace("Z", "+00:00")
    seconds = datetime.fromisoformat(stamp[1] + zone).timestamp()
    return int(seconds), int((stamp[2] or "").ljust(9, "0"))


def _since(second: int) -> dict[str, str]:
    return {"sinceTime": f"{datetime.fromtimestamp(second, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"}
