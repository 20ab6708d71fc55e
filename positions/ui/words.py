"""The words of the interface: one table a language, one way to look them up, numbers and dates in its habits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

LANGUAGES = ("en", "de")
FOLDER = Path(__file__).parents[1] / "interface"


@dataclass(frozen=True)
class Words:
    """``words("key", n=3)`` is the text of ``key`` with its blanks filled; an unknown key raises ``KeyError``."""

    language: str
    table: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.table[key].format(**values) if values else self.table[key]

    def count(self, key: str, n: int) -> str:
        """``n`` things in words: ``key.one`` for exactly one, ``key.many`` otherwise."""
        return self(f"{key}.{'one' if n == 1 else 'many'}", n=self.whole(n))

    def option(self, group: str, code: str) -> str:
        """The label of an option; a code without one (an outlet, a file's language) stands for itself."""
        return self.table.get(f"{group}.{code}", code)

    def replaced(self, table: Mapping[str, str]) -> "Words":
        """The same words with those of ``table`` in their place."""
        return Words(self.language, MappingProxyType({**self.table, **table}))

    def group(self, name: str) -> dict[str, str]:
        """All words below ``name``, keyed without it."""
        return {key.removeprefix(f"{name}."): text for key, text in self.table.items() if key.startswith(f"{name}.")}

    def whole(self, n: int) -> str:
        """An integer with the language's thousands mark."""
        return f"{n:,}".replace(",", self("format.thousands"))

    def percent(self, share: float) -> str:
        """A share in [0, 1] as whole percent; a dash for NaN."""
        return "–" if share != share else f"{share * 100:.0f}{self('format.percent')}"

    def day(self, iso: str) -> str:
        """An ISO date as people write it, or the words for "no date"."""
        return date.fromisoformat(iso).strftime(self("format.day")) if iso else self("date.none")

    def span(self, first: str, last: str) -> str:
        """A range of ISO dates; one day when both are the same."""
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"


@cache
def load(language: str) -> Words:
    """The words of ``language``, one of ``LANGUAGES``."""
    tree = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return Words(language, MappingProxyType(dict(_flat(tree))))


def _flat(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return pairs
