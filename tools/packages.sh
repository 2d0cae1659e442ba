#!/usr/bin/env bash
# Installs the missing Debian packages for the end-to-end tests: a browser that opens the pages, and
# a web server that acts as the Ingress controller.
set -euo pipefail
missing=()
for program in chromium nginx; do
    command -v "$program" >/dev/null || missing+=("$program")
done
if ((${#missing[@]})); then
    echo "Installing Debian packages: ${missing[*]}" >&2
    apt-get update -qq
    # nginx must not start as a service of this machine
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq -y --no-install-recommends \
        "${missing[@]/nginx/nginx-light}" >/dev/null
fi
