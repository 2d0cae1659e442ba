"""What has its right name in the cache is whole; what is old and not used goes."""

import os
import time
from pathlib import Path

import pytest

from devcluster import cache


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DASK_HELM_CACHE", str(tmp_path / "cache"))
    return cache.root()


def write(folder: Path) -> None:
    (folder / "whole").touch()


def fail(folder: Path) -> None:
    (folder / "half").touch()
    raise KeyboardInterrupt


def test_the_same_inputs_are_built_once() -> None:
    first = cache.artifact("thing", "a", write)
    assert cache.artifact("thing", "a", fail) == first
    assert [path.name for path in first.iterdir()] == ["whole"]


def test_a_build_that_was_stopped_is_made_again(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        cache.artifact("thing", "a", fail)
    assert [path.name for path in cache.artifact("thing", "a", write).iterdir()] == ["whole"]
    assert [path.name for path in (root / "thing").iterdir()] == ["a"]


def test_one_artifact_may_need_another() -> None:
    assert cache.artifact("outer", "a", lambda _: write(cache.artifact("inner", "a", write)))


def test_the_last_three_of_a_kind_and_those_of_a_day_are_kept(root: Path) -> None:
    for age_in_days, name in enumerate("abcdef"):
        cache.artifact("thing", name, write)
        used = time.time() - age_in_days * 86400
        os.utime(root / "thing" / name, (used, used))
    cache.artifact("thing", "new", write)
    assert sorted(path.name for path in (root / "thing").iterdir()) == ["a", "b", "new"]


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "inputs"
    (folder / "__pycache__").mkdir(parents=True)
    digests = []
    for name, text in (("a", "x"), ("a", "y"), ("b", "y")):
        (folder / name).write_text(text)
        digests.append(cache.digest(folder))
    (folder / "__pycache__" / "c").touch()
    assert len(set(digests)) == 3
    assert cache.digest(folder) == digests[-1]
