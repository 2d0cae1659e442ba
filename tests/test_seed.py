"""What Jupyter's home directory gets at the first start, and what it keeps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import CHART

SCRIPT = (CHART / "files" / "seed.py").read_text()


@pytest.fixture
def config_map(tmp_path: Path) -> Path:
    """Return a folder like the volume of a ConfigMap: links to files in a hidden folder."""
    folder = tmp_path / "seed"
    files = {"seed.py": SCRIPT, "1-first.ipynb": "example", "NOTICE.md": "notice"}
    (folder / "..data").mkdir(parents=True)
    for name, text in files.items():
        (folder / "..data" / name).write_text(text)
        (folder / name).symlink_to(Path("..data") / name)
    return folder


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Return the home directory of an image."""
    home = tmp_path / "image"
    (home / "examples").mkdir(parents=True)
    (home / "examples" / "old.ipynb").write_text("of the image")
    (home / ".bashrc").write_text("alias")
    (home / "link").symlink_to("examples/old.ipynb")
    return home


def seeded(config_map: Path, image: Path, home: Path) -> str:
    """Run the script as the init container does, and return what it reports."""
    command = [sys.executable, str(config_map / "seed.py"), str(image), str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr


def files(home: Path) -> dict[str, str]:
    found = (path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_text() for path in found}


def test_an_empty_home_directory_gets_the_files_of_the_image_and_the_examples(
    config_map: Path, image: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert seeded(config_map, image, home) == ""
    assert files(home) == {
        ".bashrc": "alias",
        ".dask-helm-seeded": "",
        "NOTICE.md": "notice",
        "dask-examples/1-first.ipynb": "example",
        "examples/old.ipynb": "of the image",
        "link": "of the image",
    }
    assert (home / "link").is_symlink()
    assert not (home / "NOTICE.md").is_symlink(), "a link into the volume would break"


def test_files_of_the_user_stay_and_deleted_ones_do_not_come_back(
    config_map: Path, image: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "dask-examples").mkdir(parents=True)
    (home / "dask-examples" / "1-first.ipynb").write_text("changed")
    (home / "examples").write_text("a file where the image has a folder")
    report = seeded(config_map, image, home)
    assert "examples is not copied" in report
    assert files(home)["dask-examples/1-first.ipynb"] == "changed"
    assert files(home)["examples"] == "a file where the image has a folder"

    for name in (".bashrc", "NOTICE.md", "dask-examples/1-first.ipynb"):
        (home / name).unlink()
    assert seeded(config_map, image, home) == ""
    assert set(files(home)) == {".dask-helm-seeded", "examples"}


def test_problems_are_reported_and_do_not_keep_jupyter_from_starting(
    config_map: Path, image: Path, tmp_path: Path
) -> None:
    os.mkfifo(image / "pipe")
    home = tmp_path / "home"
    home.mkdir()
    assert "pipe is not copied" in seeded(config_map, image, home)
    assert "NOTICE.md" in files(home)
    assert seeded(config_map, tmp_path / "no-such-image", tmp_path / "no-such-home")
