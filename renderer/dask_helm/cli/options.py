"""Options that several commands share."""

from collections.abc import Callable
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from dask_helm.engine import Release
    from dask_helm.engine.values import Values

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(dir_okay=False, allow_dash=True)
FOLDER = click.Path(file_okay=False, path_type=Path)


class Given(NamedTuple):
    """The values from the command line: files and expressions in Helm's syntax."""

    values: tuple[str, ...]
    set: tuple[str, ...]
    set_string: tuple[str, ...]
    set_json: tuple[str, ...]
    set_file: tuple[str, ...]
    set_literal: tuple[str, ...]

    def collect(self, *after: str) -> "Values":
        """Merge the values as Helm does; files in `after` follow -f. Raises InputError."""
        from dask_helm.engine.values import collect

        files = [*self.values, *after]
        check_stdin(files)
        return collect(files, *self[1:])


class Named(NamedTuple):
    """Name and namespace of a release from the command line; the name defaults to `dask`."""

    release_name: str | None
    namespace: str

    def release(self, positional: str | None = None) -> "Release":
        """Return the release; an argument can also name it."""
        from dask_helm.engine import Release

        if positional and self.release_name not in (None, positional):
            raise click.UsageError(
                f"the release has two names: {positional} and {self.release_name}"
            )
        return Release(positional or self.release_name or "dask", self.namespace)


def check_stdin(files: list[str]) -> None:
    """Raise UsageError if standard input would be read more than once."""
    if files.count("-") > 1:
        from dask_helm.errors import UsageError

        raise UsageError("standard input can be read only once; use - once")


_VALUES = (
    click.option(
        "-f",
        "--values",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="Values file, or - for standard input. Later files override earlier ones.",
    ),
    click.option("--set", multiple=True, metavar="KEY=VALUE", help="Set values: a.b=1,list[0]=x."),
    click.option("--set-string", multiple=True, metavar="KEY=VALUE", help="Set values as strings."),
    click.option("--set-json", multiple=True, metavar="KEY=JSON", help="Set values as JSON."),
    click.option("--set-file", multiple=True, metavar="KEY=FILE", help="Set a value from a file."),
    click.option(
        "--set-literal",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a value literally, without escapes.",
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
    "--release", "release_name", metavar="NAME", help="Name of the release. Defaults to dask."
)

STATUS_FORMATS = ("text", "wide", "name", "json", "yaml")
STATUS_HELP = "Output format; wide shows more, name only the names of the releases."

chart = click.option(
    "--chart",
    type=FOLDER,
    metavar="FOLDER",
    help="Use this chart instead of the built-in one.",
)
engine = click.option(
    "--engine",
    type=click.Choice(["python", "helm"]),
    default="python",
    show_default=True,
    help="Render with this package or with the program helm; the result is the same.",
)


def output(*formats: str, text: str = "Output format.", short: bool = False) -> Callable[[F], F]:
    """Return the option --output with these formats; the first one is the default."""
    names = ["-o", "--output"] if short else ["--output"]
    choice = click.Choice(formats)
    return click.option(*names, type=choice, default=formats[0], show_default=True, help=text)


def values(function: F) -> F:
    """Add -f, --set and related options; the command gets them as the argument `given`."""
    return stacked(packed(function, "given", Given), _VALUES)


def release(function: F) -> F:
    """Add --release and --namespace; the command gets them as the argument `named`."""
    return stacked(packed(function, "named", Named), (_RELEASE, _NAMESPACE))


def packed(function: F, name: str, kind: Any) -> F:
    """Pass several options as one argument."""

    @wraps(function)
    def packed(*arguments: Any, **options: Any) -> Any:
        fields = {field: options.pop(field) for field in kind._fields if field in options}
        return function(*arguments, **options, **{name: kind(**fields)})

    return packed  # type: ignore[return-value]


def stacked(function: F, options: tuple[Callable[[F], F], ...]) -> F:
    """Apply decorators; the first one comes first in the help text."""
    return reduce(lambda decorated, option: option(decorated), reversed(options), function)
