#!/bin/sh
# The entry point, as in the official images: installs extra packages, then executes the command.
set -e
export PATH="$PATH:$HOME/.local/bin"

if [ -n "$EXTRA_APT_PACKAGES" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "EXTRA_APT_PACKAGES needs root, and this container runs as user $(id -u)" >&2
        exit 1
    fi
    apt-get update
    apt-get install -y --no-install-recommends $EXTRA_APT_PACKAGES
fi

if [ -n "$EXTRA_CONDA_PACKAGES" ]; then
    echo "EXTRA_CONDA_PACKAGES: this image has no conda; use EXTRA_PIP_PACKAGES" >&2
    exit 1
fi

# The prefix belongs to root, so pip installs below HOME automatically.
if [ -n "$EXTRA_PIP_PACKAGES" ]; then
    pip install --no-cache-dir $EXTRA_PIP_PACKAGES
fi

exec "$@"
