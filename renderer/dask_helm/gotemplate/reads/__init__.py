"""Which values the templates of a chart read, found without rendering them.

An abstract interpretation: instead of data, the templates get what is known of it, above all which
paths below ``.Values`` a value may stand for. Both branches of every condition are taken.

What counts as read is a value that is printed, tested in a condition, compared or passed to a
function that looks at it. Steps on the way (``scheduler`` in ``.Values.scheduler.service``), asking
for the kind of a value, and copying it into another map or into YAML text that is loaded again are
none. A range reads the elements that its body reads, and the whole where the number of elements
shows in what it prints.
"""

from collections.abc import Mapping

from dask_helm.gotemplate.lexer import Source
from dask_helm.gotemplate.nodes import Definition
from dask_helm.gotemplate.parser import parse
from dask_helm.gotemplate.reads.interpreter import Interpreter
from dask_helm.gotemplate.reads.value import ANY, OTHER, Path, Value, joined, mapping


def reads(templates: Mapping[str, str]) -> dict[str, set[str]]:
    """Return each value path that is read, with the names of the files that read it when rendered.

    `templates` are texts by name. In a path such as ``workers.*.replicas``, ``*`` stands for every
    key; ``*`` alone means all values. A read goes to the file that is rendered, not to the partial
    (``_name.tpl``) it includes. A path stands for all that is below it.
    Not seen: what ``tpl`` evaluates; a change of a map under another name than the variable that
    ``set`` or ``merge`` gets; what a template that includes itself does from the fourth level on.
    Raises TemplateError for what cannot be parsed.
    """
    definitions, found = _definitions(templates), dict[str, set[str]]()
    interpreter = Interpreter(definitions)
    for name in filter(_is_rendered, templates):
        for path in interpreter.rendered(name, _ROOT):
            found.setdefault(_shown(path), set()).add(name)
    return found


_ROOT = joined([OTHER, mapping({"Values": Value(origins=frozenset([()]))})])


def _definitions(templates: Mapping[str, str]) -> dict[str, Definition]:
    """Return all named templates; Helm reads deep files first, and the last definition counts."""
    found: dict[str, Definition] = {}
    for name in sorted(templates, key=lambda name: (name.count("/"), name), reverse=True):
        for definition in parse(Source(name, templates[name])):
            if definition.name not in found or not definition.is_empty:
                found[definition.name] = definition
    return found


def _is_rendered(name: str) -> bool:
    return not name.rpartition("/")[2].startswith("_")


def _shown(path: Path) -> str:
    return ".".join(path) or ANY
