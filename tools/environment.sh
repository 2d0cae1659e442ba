#!/usr/bin/env bash
# Creates .venv, the Python environment of the tests, the demo and the tools.
# Argument: the Python to use.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?usage: tools/environment.sh PYTHON}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "Python 3.10 or newer is required, got $python. Choose: make PYTHON=/path/to/python3.11" >&2
    exit 2
fi
# Debian packages venv separately. It is installed if ensurepip can be imported.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    echo "Installing the Debian package python3-venv" >&2
    apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null
fi
echo "Creating .venv with $("$python" --version)" >&2
"$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet uv
.venv/bin/uv pip install --quiet --python .venv/bin/python -r requirements-dev.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .
