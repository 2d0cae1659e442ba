#!/usr/bin/env bash
# Pins the newest versions that pyproject.toml allows. requirements.txt is for client, scheduler,
# workers and notebook; requirements-dev.txt adds the tools. The cluster's image has Python 3.11.
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
