"""Our own chart's schema and defaults."""

import json
from typing import Any

from dask_helm.engine import yaml as goyaml

from tests.paths import CHART

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
DEFAULTS: dict[str, Any] = goyaml.load((CHART / "values.yaml").read_bytes())
