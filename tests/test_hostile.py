"""Hostile texts and keys appear only where a harmless text appears, or are refused with a path."""

import copy
import re
import shlex
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml
from dask_helm.engine import Release, to_yaml
from dask_helm.engine import yaml as goyaml
from dask_helm.engine.values import collect, merge_maps
from dask_helm.errors import ValuesError
from dask_helm.renderer import Renderer

from harness.programs import helm
from tests.hostile import (
    CLEAN,
    FATAL,
    FATAL_KEYS,
    KEY,
    Values,
    as_yaml,
    changed,
    decoded,
    marker,
    strings,
)
from tests.paths import CHART

Object = dict[str, Any]

VALUES = Values()
RELEASE = Release("demo", "team")
RENDERERS = {skip: Renderer(validate=not skip) for skip in (False, True)}
ENGINES = {"our engine": None, "Helm 3": 3, "Helm 4": 4}
HASH = "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"
# Positions for which the templates, too, take only certain texts, so that no marker can be there.
RULED = {
    ("scheduler", "address"), ("rbac", "subjects", 0, "kind"), ("rbac", "viewers", 0, "kind"),
    ("workerDefaults", "memoryLimit"), ("workers", "p", "memoryLimit"),
}  # fmt: skip
# Positions that are seen in no object: set by umbrella charts, or what they select is seen.
UNSEEN = {
    *[path for path in VALUES.positions if path[0] in ("tags", "global")],
    ("workerDefaults", "type"), ("workers", "p", "type"), ("jupyter", "hashedPassword"), *RULED,
}  # fmt: skip
# What components inherit if they do not set it themselves.
INHERITED = (
    "image", "nodeSelector", "podSpec", "priorityClassName", "runtimeClassName", "schedulerName",
    "serviceAccountName",
)  # fmt: skip

ON: Object = {"enabled": True}
NO_DIGEST: Object = {"image": {"digest": None}}
POOL: Object = {**NO_DIGEST, "type": "cpu", "service": ON, "gpu": {"count": 1}}


def with_scheduler() -> Object:
    """Every component sets its own keys."""
    jupyter = {
        "ingress": ON,
        "hashedPassword": None,
        "persistence": {**ON, "existingClaim": None, "keep": True},
    }
    changes = {
        **NO_DIGEST,
        **ON,
        "nameOverride": None,
        "fullnameOverride": None,
        "drain": {**ON, "timeout": 1, "replacementTimeout": 1},
        "scheduler": {
            **NO_DIGEST,
            **ON,
            "address": None,
            "dashboard": {"ingress": ON},
            "replicas": 1,
        },
        "workerDefaults": POOL,
        "workers": {"p": POOL, "default": {}},
        "jupyter": {**NO_DIGEST, **ON, **jupyter, "replicas": 1},
        "test": NO_DIGEST,
        "rbac": {"create": True},
    }
    return copy.deepcopy(merge_maps(VALUES.document, changes))


def without_scheduler() -> Object:
    """The components inherit what they can; the pools have GPUs."""
    values, document = with_scheduler(), VALUES.document
    for part in (
        *(values[name] for name in ("scheduler", "workerDefaults", "jupyter", "test")),
        values["workers"]["p"],
    ):
        for key in INHERITED:
            part.pop(key, None)
    gpu = {"type": "gpu", "gpu": {"count": 1}}
    address = document["scheduler"]["address"]
    changes = {
        "nameOverride": document["nameOverride"],
        "scheduler": {
            "enabled": False,
            "address": address,
            "dashboard": {"ingress": {"enabled": False}},
        },
        "workerDefaults": gpu,
        "workers": {"p": gpu},
        "jupyter": {
            "image": document["jupyter"]["image"],
            "existingSecret": None,
            "hashedPassword": HASH,
            "persistence": document["jupyter"]["persistence"],
        },
    }
    return copy.deepcopy(merge_maps(values, changes))


def with_digests() -> Object:
    """Images have a digest, and Jupyter inherits one."""
    document = VALUES.document
    changes: Object = {
        name: {"image": document[name]["image"]} for name in ("scheduler", "workerDefaults", "test")
    }
    changes["workers"] = {"p": {"image": document["workers"]["p"]["image"]}}
    changes |= {key: document[key] for key in ("image", "fullnameOverride")}
    values = copy.deepcopy(merge_maps(with_scheduler(), changes))
    del values["jupyter"]["image"]
    return values


BASES: dict[str, Callable[[], Object]] = {
    base.__name__: base for base in (with_scheduler, without_scheduler, with_digests)
}


def harmless(document: Any, skip: bool) -> Any:
    """Return the document with valid texts in place of the markers that are refused."""
    numbers = [number for number in VALUES.valid if not skip or VALUES.positions[number] in RULED]
    return changed(document, {marker(number): VALUES.valid[number] for number in numbers})


def rendered(values: Object, engine: int | None, skip: bool) -> tuple[list[Object] | None, str]:
    """Return the objects, or None and the message of the refusal."""
    if engine is None:
        try:
            manifests = RENDERERS[skip].render(collect([values]), RELEASE).manifests
        except ValuesError as error:
            return None, "".join(
                f"\n{problem.path} {problem.message}\n" for problem in error.problems
            )
        return goyaml.load_all(to_yaml(manifests)), ""
    options = ["--skip-schema-validation"] if skip else []
    result = subprocess.run(
        [helm(engine), "template", "demo", CHART, "-n", "team", "-f", "-", *options],
        input=as_yaml(values), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (None, result.stderr) if result.returncode else (goyaml.load_all(result.stdout), "")


@cache
def baseline(base: str, skip: bool) -> list[Object]:
    objects, message = rendered(harmless(BASES[base](), skip), None, skip=True)
    assert objects is not None, message
    return decoded(objects, goyaml.load)


def is_named(number: int, message: str) -> bool:
    """Whether a message names the position, as a path of values or of the schema."""
    path = [key for key in VALUES.positions[number] if key != KEY]
    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)[1:]
    if VALUES.positions[number][-1] == KEY and f'\n{dotted}."' in message:
        return True
    return f"\n{dotted} " in message or f"- at '{''.join(f'/{key}' for key in path)}':" in message


def texts(turn: int) -> dict[int, str]:
    """Return a hostile text for each position; in a map it is either a key or the value."""
    found = {}
    for number, path in enumerate(VALUES.positions):
        words = (*FATAL_KEYS, *CLEAN) if path[-1] == KEY else (*CLEAN, *FATAL)
        beside = any((*path[:depth], KEY) in VALUES.positions for depth in range(len(path)))
        if (path[-1] == KEY and turn % 2) or (path[-1] != KEY and not (beside and turn % 2)):
            found[number] = words[(number + turn * 37) % len(words)]
    return found


def survivors(
    base: str, engine: int | None, skip: bool, hostile: dict[int, str]
) -> tuple[dict[int, str], list[Object]]:
    """Return the hostile texts that are not refused, and the objects with them."""
    hostile = dict(hostile)
    while True:
        values = changed(BASES[base](), {marker(number): text for number, text in hostile.items()})
        objects, message = rendered(harmless(values, skip), engine, skip)
        if objects is not None:
            return hostile, objects
        refused = [number for number in hostile if is_named(number, message)]
        assert refused, f"a refusal without the path of a hostile text: {message}"
        for number in refused:
            del hostile[number]


@pytest.mark.parametrize("turn", range(2))
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("skip", [False, True], ids=["with schema", "without schema"])
@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_texts_change_nothing_but_their_place(
    engine: str, skip: bool, base: str, turn: int
) -> None:
    kept, objects = survivors(base, ENGINES[engine], skip, texts(turn))
    expected = changed(
        baseline(base, skip), {marker(number): text for number, text in kept.items()}
    )
    assert decoded(objects, goyaml.load) == expected
    assert len(kept) > 250


def test_every_position_is_seen_in_an_object() -> None:
    seen = {text for base in BASES for text in strings(baseline(base, True))}
    found = " ".join(seen)
    missing = {path for number, path in enumerate(VALUES.positions) if marker(number) not in found}
    assert missing == UNSEEN


def test_dask_reads_the_texts_of_its_configuration() -> None:
    # Python's YAML 1.1 cannot read "=" and "<<", which Go's YAML writes plainly.
    wrong = {"dask": {"config": {"a": "=", "b": ["<<"], "=": 1}}}
    config = {f"k{number}": text for number, text in enumerate(CLEAN) if text != "="}
    for engine in ENGINES.values():
        objects, message = rendered({"dask": {"config": config}}, engine, skip=True)
        assert objects is not None, message
        (text,) = [o["data"]["dask.yaml"] for o in objects if "dask.yaml" in o.get("data", {})]
        assert yaml.safe_load(text) == config
        _, message = rendered(wrong, engine, skip=False)
        for path in ("a ", "b[0] ", '"=" '):
            assert f"\ndask.config.{path}" in message


MAPS = {
    "commonLabels": ("commonLabels",),
    "commonAnnotations": ("commonAnnotations",),
    "podDefaults.nodeSelector": ("podDefaults", "nodeSelector"),
    "workers.a.podLabels": ("workers", "a", "podLabels"),
    "dask.config.x": ("dask", "config", "x"),
    "scheduler.resources.limits": ("scheduler", "resources", "limits"),
    "jupyter.config.ServerApp": ("jupyter", "config", "ServerApp"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", MAPS)
def test_a_key_that_yaml_does_not_keep_is_refused(path: str, engine: str) -> None:
    """With any of them, the chart once left out security context, probes and resources."""
    values: Object = dict.fromkeys(FATAL_KEYS, "1")
    for key in reversed(MAPS[path]):
        values = {key: values}
    for skip in (False, True):
        _, message = rendered(values, ENGINES[engine], skip)
        # With the schema, some of them are reported by its own message.
        expected = len(FATAL_KEYS) if skip else 1
        assert message.count(f'\n{path}."') + message.count(f"- at '/{path}") >= expected


@pytest.mark.parametrize("engine", ENGINES)
def test_keys_and_values_of_labels_follow_the_syntax_of_kubernetes(engine: str) -> None:
    good = {
        "a": "", "A.b-c_d": "x", "example.com/a": "1.5", "null": "null", "1e3": "true",
        "a" * 63: "b" * 63,
        f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.com/name": "x", "0x1F": "on", "y": "",
    }  # fmt: skip
    objects, message = rendered({"commonLabels": good}, ENGINES[engine], skip=False)
    assert objects is not None, message
    for each in objects:
        assert good.items() <= each["metadata"]["labels"].items()
    bad = [
        "",
        "a b",
        "-a",
        "a-",
        "a/b/c",
        "/a",
        "a/",
        "é",
        "Example.com/a",
        "a..b/c",
        "a" * 64,
        f"{'a' * 254}/b",
    ]
    for skip in (False, True):
        _, message = rendered({"commonLabels": dict.fromkeys(bad, "x")}, ENGINES[engine], skip)
        assert message.count("is not a valid key of a label or an annotation") == len(bad)
        wrong = {
            f"k{number}": text
            for number, text in enumerate(("a b", "-a", "a-", "é", "a" * 64, "a\n"))
        }
        _, message = rendered({"scheduler": {"podLabels": wrong}}, ENGINES[engine], skip)
        for key in wrong:
            assert (
                f"scheduler.podLabels.{key} " in message
                or f"/scheduler/podLabels/{key}'" in message
            )
    upper = {"commonAnnotations": {"Example.com/a": "any\ntext"}}
    assert rendered(upper, ENGINES[engine], skip=False)[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_pools_are_refused_without_the_schema(engine: str) -> None:
    names = [
        "a/b",
        "x$(id)",
        "é",
        "",
        "-a",
        "a-",
        "A",
        "a" * 21,
        "a b",
        "a'b",
        "{{",
        "#",
        "a: b",
        "x\ty",
        "a\n- b",
    ]
    for name in names:
        for skip in (False, True):
            _, message = rendered({"workers": {name: {}}}, ENGINES[engine], skip)
            assert "\nworkers." in message


@pytest.mark.parametrize("key", ["fullnameOverride", "nameOverride"])
def test_names_are_refused_with_their_path(key: str) -> None:
    for text in (*CLEAN, *FATAL):
        objects, message = rendered({key: text}, None, skip=True)
        assert objects or f"\n{key} " in message
        assert objects is None or text in ("true", "null", "on", "y")


def test_every_text_that_is_read_as_yaml_is_checked() -> None:
    """fromYaml returns an error as if it were data; only dask.parsed looks for it."""
    files = [file for file in (CHART / "templates").rglob("*") if file.is_file()]
    uses = [
        file.name
        for file in files
        for line in file.read_text().splitlines()
        if "| fromYaml" in line
    ]
    unchecked = r"fromYamlArray|fromJson(Array)?\b(?<!mustFromJson)"
    assert uses == ["_parsed.tpl"]
    assert not [file for file in files if re.search(unchecked, file.read_text())]


def test_notes_quote_for_the_shell_what_they_print() -> None:
    hostile = "a'; touch hacked; '$(touch hacked)`touch hacked`\x1b[31m"
    values = {
        "image": {"repository": hostile},
        "jupyter": {"existingSecret": hostile, "existingSecretKey": f"{hostile}.b"},
        "scheduler": {"dashboard": {"ingress": {"enabled": True, "hosts": [hostile]}}},
    }
    notes = Renderer().render(collect([values]), RELEASE).notes
    (line,) = [line for line in notes.splitlines() if "get secret" in line]
    words = shlex.split(line)
    plain = hostile.replace("\x1b", "?")
    assert words[5] == plain
    assert words[7] == f"jsonpath={{.data.{plain}\\.b}}"
    assert "\x1b" not in notes
    assert shlex.split(
        next(line for line in notes.splitlines() if "http" in line and "hacked" in line)
    ) == [f"http://{plain}/status"]
