#!/bin/sh
# The preStop hook of a worker pod: runs drain.py with the Python that runs the pod's nanny.
#
# Kubernetes starts hooks beside the image's entry point, so an environment that the entry point
# activates is not on their PATH. The nanny has written down its interpreter.
python=$(cat "${DRAIN_FOLDER:-/tmp}/dask-helm-python-$POD_NAME" 2>/dev/null) || python=python
exec "$python" "$(dirname "$0")/drain.py" "$@"
