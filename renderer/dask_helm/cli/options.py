"""Options that several commands share, and what they mean."""

from collections.abc import Callable
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from dask_helm.rendering import Release
    from dask_helm.values import Values

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(dir_okay=False, allow_dash=True)
FOLDER = click.Path(file_okay=False, path_type=Path)


class Given(NamedTuple):
    """The values as the command line gives them: files and expressions, in Helm's notation."""

    values: tuple[str, ...]
    set: tuple[str, ...]
    set_string: tuple[str, ...]
    set_json: tuple[str, ...]
    set_file: tuple[str, ...]
    set_literal: tuple[str, ...]

    def collect(self, *after: str) -> "Values":
        """Merge them as Helm does; the files `after` come after -f. Raises InputError."""
        from dask_helm.values import collect

        files = [*self.values, *after]
        check_stdin(files)
        return collect(files, *self[1:])


class Named(NamedTuple):
    """Name and namespace of a release as the command line gives them; no name means `dask`."""

    release_name: str | None
    namespace: str

    def release(self, positional: str | None = None) -> "Release":
        """Return the release, which may also be named by an argument."""
        from dask_helm.rendering import Release

        if positional and self.release_name not in (None, positional):
            raise click.UsageError(f"two names for the release: {positional}, {self.release_name}")
        return Release(positional or self.release_name or "dask", self.namespace)


def check_stdin(files: list[str]) -> None:
    """Raise UsageError when standard input is to be read more than once."""
    if files.count("-") > 1:
        from dask_helm.errors import UsageError

        raise UsageError("standard input can be read only once: name - once")


_VALUES = (
    click.option(
        "-f",
        "--values",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Values file, - for standard input; of several the last one wins.",
    ),
    click.option("--set", multiple=True, metavar="KEY=VALUE", help="One value: a.b=1,list[0]=x."),
    click.option("--set-string", multiple=True, metavar="KEY=VALUE", help="One value, a string."),
    click.option("--set-json", multiple=True, metavar="KEY=JSON", help="One value, as JSON."),
    click.option("--set-file", multiple=True, metavar="KEY=FILE", help="One value from a file."),
    click.option(
        "--set-literal", multiple=True, metavar="KEY=VALUE", help="One value, nothing escaped."
    ),
)
_NAMESPACE = click.option(
    "-n",
    "--namespace",
    default="default",
    metavar="NAME",
    show_default=True,
    help="Namespace of the release.",
)
_RELEASE = click.option(
    "--release", "release_name", metavar="NAME", help="Name of the release; dask by default."
)

chart = click.option(
    "--chart",
    type=FOLDER,
    metavar="FOLDER",
    help="A chart to use instead of the built-in one.",
)
engine = click.option(
    "--engine",
    type=click.Choice(["python", "helm"]),
    default="python",
    show_default=True,
    help="Who renders: this package, or the program helm (both give the same).",
)


def output(
    *formats: str, text: str = "Format of what is printed.", short: bool = False
) -> Callable[[F], F]:
    """Return the option --output with these formats, the first one being the default."""
    names = ["-o", "--output"] if short else ["--output"]
    choice = click.Choice(formats)
    return click.option(*names, type=choice, default=formats[0], show_default=True, help=text)


def values(function: F) -> F:
    """Add -f, --set and the like; the command gets them as the argument `given`."""
    decorated: F = stacked(packed(function, "given", Given), _VALUES)
    return decorated


def release(function: F) -> F:
    """Add --release and --namespace; the command gets them as the argument `named`."""
    decorated: F = stacked(packed(function, "named", Named), (_RELEASE, _NAMESPACE))
    return decorated


def packed(function: Any, name: str, kind: Any) -> Any:
    """Hand several options over as one argument."""

    @wraps(function)
    def packed(*arguments: Any, **options: Any) -> Any:
        fields = {field: options.pop(field) for field in kind._fields if field in options}
        return function(*arguments, **options, **{name: kind(**fields)})

    return packed


def stacked(function: Any, options: tuple[Callable[[Any], Any], ...]) -> Any:
    """Apply decorators so that the first one comes first in the help text."""
    return reduce(lambda decorated, option: option(decorated), reversed(options), function)
