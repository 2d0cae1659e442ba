"""What is refused leaves the cluster as it was."""

from typing import Any

import pytest

from harness import observation
from harness.release import CHART, CommandError, Release

WRONG: dict[str, Any] = {
    "typing error": {"workers": {"default": {"replica": 2}}},
    "rule": {"scheduler": {"enabled": False}},
}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_nothing_is_half_installed(release: Release, values: Any) -> None:
    with pytest.raises(CommandError, match=r"replica|scheduler\.address"):
        release.helm("install", release.name, CHART, values=values)
    assert observation.everything(release) == set()


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_what_was_there_is_still_there(release: Release, values: Any) -> None:
    release.helm("install", release.name, CHART, values={"jupyter": {"enabled": False}})
    before = observation.everything(release)
    with pytest.raises(CommandError, match=r"replica|scheduler\.address"):
        release.helm("upgrade", release.name, CHART, values=values)
    assert observation.everything(release) == before
