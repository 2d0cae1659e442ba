"""Which of some words a misspelt one stands for."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

# What other programs, and older ones, call things.
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
# Longer ones are like no word at all, and to compare them would take long.
LONGEST_WORD = 200


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the nearest of the known words, the very nearest first; none when all are far."""
    return list(_nearest(word[:LONGEST_WORD], tuple(known)))


def meant(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are the same but for the spelling, or mean the same."""
    return list(_meant(word, tuple(known)))


# One file may hold the same mistake a thousand times.
@lru_cache(maxsize=512)
def _nearest(word: str, names: tuple[str, ...]) -> tuple[str, ...]:
    plain = {_plain(name): name for name in names}
    similar = get_close_matches(word, names, n=3, cutoff=_CUTOFF)
    letters = (plain[name] for name in get_close_matches(_plain(word), plain, n=3, cutoff=_CUTOFF))
    return tuple(dict.fromkeys([*_meant(word, names), *similar, *letters]))


@lru_cache(maxsize=512)
def _meant(word: str, names: tuple[str, ...]) -> tuple[str, ...]:
    plain = _plain(word)
    same = [name for name in names if plain and _plain(name) == plain]
    synonym = _SYNONYMS.get(plain)
    return (*same, synonym) if synonym in names and synonym not in same else tuple(same)


def _plain(word: str) -> str:
    """Return the word without case, dashes and underscores, in which spellings differ."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
