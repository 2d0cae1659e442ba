#!/bin/sh
# Builds the wheels of what the handle and the links to dashboards need in a Jupyter server.
#   wheels.sh PYTHON CONSTRAINTS WHEELS
# They run on every version of Python and every processor: packages with optional extensions are built
# without them. What has only compiled wheels is left out; every image with Dask and Jupyter has it.
set -e
python=$1 constraints=$2 wheels=$3

optional="aiohttp frozenlist multidict propcache yarl"
export AIOHTTP_NO_EXTENSIONS=1 FROZENLIST_NO_EXTENSIONS=1 MULTIDICT_NO_EXTENSIONS=1
export PROPCACHE_NO_EXTENSIONS=1 YARL_NO_EXTENSIONS=1

"$python" -m pip wheel --no-cache-dir --wheel-dir "$wheels" --constraint "$constraints" \
    --no-binary "$(echo "$optional" | tr ' ' ,)" \
    aiohttp async-timeout jupyter-server-proxy kubernetes_asyncio rich typing_extensions
find "$wheels" -name '*.whl' ! -name '*-none-any.whl' -delete
for name in $optional; do
    ls "$wheels/$name"-*-none-any.whl >/dev/null  # fails if it has compiled parts
done
