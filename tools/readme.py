"""Generates the README's table of presets from the first lines of the files in values/."""

from dask_helm.cli import presets

from tools.paths import ROOT

README = ROOT / "README.md"
_BEGIN, _END = "<!-- presets: made by `make generate` -->\n", "<!-- end of presets -->\n"


def as_markdown() -> str:
    """Return the README with a fresh table."""
    before, rest = README.read_text("utf-8").split(_BEGIN)
    after = rest.split(_END)[1]
    return f"{before}{_BEGIN}\n{_table()}\n{_END}{after}"


def _table() -> str:
    rows = [f"| [`{n}`](values/{n}.yaml) | {presets.title(n)} |" for n in presets.names()]
    return "\n".join(["| preset | shows |", "|---|---|", *rows, ""])
