"""Installs what Jupyter's image lacks for this release, without a package index: install.py FOLDER

FOLDER/wheels contains the packages. What the image has stays as it is: only what is missing is
installed, for the Python of the image. FOLDER/python then leads to the installed modules.
"""

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

PACKAGE = "dask_helm"
# Compiled, and only needed to validate and render values.
LEFT_OUT = {"google-re2", "jsonschema-rs"}
ALSO = ["jupyter-server-proxy"]


def requirements(wheel):
    """Return the requirements of a wheel that a handle needs."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        headers = Parser().parsestr(archive.read(name).decode())
    found = headers.get_all("Requires-Dist", [])
    return [text for text in found if re.match(r"[\w.-]+", text)[0] not in LEFT_OUT]


def is_installed(name):
    """Return whether the image has a package."""
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def main(folder):
    """Install the packages."""
    (own,) = (folder / "wheels").glob(f"{PACKAGE}-*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", folder / "wheels"]
    pip += ["--prefix", folder, "--no-cache-dir", "--no-warn-script-location"]
    pip += ["--disable-pip-version-check"]
    if is_installed(PACKAGE):
        subprocess.run([*pip, *ALSO], check=True)
    else:
        subprocess.run([*pip, *requirements(own), *ALSO], check=True)
        subprocess.run([*pip, "--no-deps", own], check=True)
    link = folder / "python"
    if not link.exists() and (installed := next(folder.glob("**/*.dist-info"), None)):
        link.symlink_to(installed.parent.relative_to(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
