"""Finds the known word for a misspelled one."""

import re
from collections.abc import Iterable
from functools import lru_cache

from dask_helm.text import closest

# Names that other programs and older versions use.
_SYNONYMS = {
    "nthreads": "threads",
    "threadsperworker": "threads",
    "nprocs": "processes",
    "nworkers": "processes",
    "cpus": "cpu",
    "count": "replicas",
    "instances": "replicas",
    "nodes": "replicas",
    "volume": "volumes",
    "host": "hosts",
    "hostname": "hosts",
    "ingressclassname": "className",
    "claimname": "existingClaim",
    "schedulerport": "service",
    "args": "extraArgs",
    "ports": "service",
    "prefixurl": "prefix",
}

_CUTOFF = 0.72
# Longer words are not similar to any known word, and comparing them takes long.
LONGEST_WORD = 200


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return similar known words, the most similar first."""
    return list(_nearest(word[:LONGEST_WORD], tuple(known)))


def meant(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that differ only in spelling, or are synonyms."""
    return list(_meant(word, tuple(known)))


# One file can contain the same mistake a thousand times.
@lru_cache(maxsize=512)
def _nearest(word: str, names: tuple[str, ...]) -> tuple[str, ...]:
    plain = {normalized(name): name for name in names}
    similar = closest(word, names, 3, _CUTOFF)
    letters = (plain[name] for name in closest(normalized(word), plain, 3, _CUTOFF))
    return tuple(dict.fromkeys([*_meant(word, names), *similar, *letters]))


@lru_cache(maxsize=512)
def _meant(word: str, names: tuple[str, ...]) -> tuple[str, ...]:
    plain = normalized(word)
    same = [name for name in names if plain and normalized(name) == plain]
    synonym = _SYNONYMS.get(plain)
    return (*same, synonym) if synonym in names and synonym not in same else tuple(same)


def normalized(word: str) -> str:
    """Return the letters and digits of a word, in lower case."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
