"""Fills Jupyter's home directory when it is used for the first time: seed.py IMAGE_HOME HOME

Copies what the image has in its home directory, then the files beside this script: notebooks into
dask-examples/, texts into HOME itself. A file that exists is never replaced, and a file that the
user deletes does not come back. Problems are printed; they do not keep Jupyter from starting.
"""

import os
import shutil
import sys
from pathlib import Path

MARKER = ".dask-helm-seeded"
EXAMPLES = "dask-examples"


def copy_missing(source, target):
    """Copy a file, symbolic link or directory to a path, except for what is there already."""
    try:
        if source.is_dir() and not source.is_symlink():
            target.mkdir(exist_ok=True)
            for entry in sorted(source.iterdir()):
                copy_missing(entry, target / entry.name)
        elif not os.path.lexists(target):
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target, follow_symlinks=False)
    except OSError as error:
        print(f"{source} is not copied: {error}", file=sys.stderr)


def main(image_home, home):
    """Fill the home directory, unless this was done before."""
    marker = home / MARKER
    if marker.exists():
        return
    if image_home.is_dir():
        copy_missing(image_home, home)
    for path in sorted(Path(__file__).parent.glob("[!.]*")):
        if path.suffix != ".py":
            folder = home / EXAMPLES if path.suffix == ".ipynb" else home
            copy_missing(path.resolve(), folder / path.name)  # files of a ConfigMap are links
    marker.touch()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except OSError as error:
        print(f"{sys.argv[2]} is not filled: {error}", file=sys.stderr)
