#!/usr/bin/env bash
# Renders docs/diagrams/*.mmd as SVG, with Node.js and Chromium. The results are committed, so that the
# documentation needs neither a build step nor the network.
set -euo pipefail
cd "$(dirname "$0")/../docs/diagrams"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/browser.json" <<END
{"executablePath": "$(command -v chromium)", "args": ["--no-sandbox"]}
END
# Text instead of HTML, which a browser does not show inside an <img>.
cat >"$work/style.json" <<END
{"theme": "neutral", "htmlLabels": false, "flowchart": {"htmlLabels": false},
 "fontFamily": "sans-serif", "deterministicIds": true}
END
for source in *.mmd; do
    PUPPETEER_SKIP_DOWNLOAD=1 npx --yes @mermaid-js/mermaid-cli@11 --quiet \
        --puppeteerConfigFile "$work/browser.json" --configFile "$work/style.json" \
        --backgroundColor white --input "$source" --output "${source%.mmd}.svg"
done
