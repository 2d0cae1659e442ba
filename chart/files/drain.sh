#!/bin/sh
# The preStop hook of a worker pod: runs drain.py with the Python that runs the pod's nanny.
#
# Kubernetes starts hooks beside the image's entry point, so an environment that the entry point
# activates is not on their PATH. The nanny has written down its interpreter.
folder=${DRAIN_FOLDER:-/tmp}
[ "$1" = --check ] || touch "$folder/dask-helm-leaving-$POD_NAME"  # read by dask_helm_restart.py
python=$(cat "$folder/dask-helm-python-$POD_NAME" 2>/dev/null) || python=python
exec "$python" "$(dirname "$0")/drain.py" "$@"
