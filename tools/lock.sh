#!/usr/bin/env bash
# Pins the newest versions that pyproject.toml allows: requirements.txt for client, scheduler, workers and
# notebook, requirements-dev.txt for that and the tools. Python 3.11 is what the cluster's image has.
set -euo pipefail
cd "$(dirname "$0")/.."
compile=(.venv/bin/uv pip compile --quiet --upgrade --python-version 3.11 pyproject.toml
    --no-header --no-annotate --no-emit-index-url)

write() { # FILE TITLE ARGUMENTS...
    local file=$1 title=$2
    shift 2
    { echo "# $title Made by: make lock"; "${compile[@]}" "$@"; } >"$file.new"
    mv "$file.new" "$file"
}

write requirements.txt "The one environment of client, scheduler, workers, notebook and tests, pinned." --group cluster
write requirements-dev.txt "requirements.txt plus what tests, linters and docs need, pinned." \
    --group dev --group docs --constraint requirements.txt
