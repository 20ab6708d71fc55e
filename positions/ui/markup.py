"""The few shapes of HTML that we write ourselves; every text that goes in is escaped here and nowhere else."""

import re
from collections.abc import Iterable
from html import escape


def text(value: object) -> str:
    """Any text, to be shown literally."""
    return escape(str(value))


def literal(words: str) -> str:
    """The operator's words with Markdown's marks escaped, for elements that read it; not enough for others' words."""
    return re.sub(r"([\\`*_\[\]<>$~:#])", r"\\\1", words)


def tag(name: str, inner: str, **attributes: str) -> str:
    """An element around markup; empty attributes are left out, ``class_`` and ``aria_label`` are spelled for HTML."""
    pairs = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value}
    spelled = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items())
    return f"<{name}{spelled}>{inner}</{name}>"


def facts(pairs: Iterable[tuple[str, str]], style: str) -> str:
    """A list of names and texts; those without a text are left out."""
    rows = (tag("div", tag("dt", text(name)) + tag("dd", text(value))) for name, value in pairs if value)
    return tag("dl", "".join(rows), class_=style)
