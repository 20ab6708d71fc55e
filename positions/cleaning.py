"""Raw text -> the article's own text: characters, tags, escapes, line breaks, and what does not belong to it.

Keeps every word: what leaves the text is listed with the reason.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from positions.records import Removed

HEAD, TAIL = 10, 4
BODY_LENGTH = 800
CAPTION_LENGTH = 350


def clean(raw: str) -> tuple[str, tuple[Removed, ...]]:
    """Turn the raw text of one article into paragraphs joined by one blank line, and list what was taken out.

    Escaped and real line tags become paragraph breaks, white space inside a paragraph becomes one space, invisible
    characters go; quotation marks stay as they are. Pieces are removed as whole paragraphs, except for a picture credit
    or an agency's sign-off at the end of one. ``Removed.reason`` is one of date_line, script, consent, navigation,
    advertisement, share, legal, teaser, link_list, caption, credit, sign_off, timestamp, byline, page_furniture.
    """
    text, removed = split_date_line(unescape(normalise(raw)))
    kept, dropped = drop_boilerplate(split_paragraphs(text))
    return "\n\n".join(kept), (*removed, *dropped)


# -------------------------------------------------------------------------------------------- characters, tags, escapes

_CHARACTERS = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " "),
    **dict.fromkeys(
        [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF], None
    ),
    **dict.fromkeys(map(ord, "\r\x85\u2028"), "\n"),
    **dict.fromkeys(map(ord, "\x0b\x0c\u2029"), "\n\n"),
    **dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
    0x2011: "-",
    **dict.fromkeys([*range(9), *range(0x0E, 0x20), 0x7F], None),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_BLOCK_TAG = re.compile(
    r"<\s*\\?/?\s*(?:br|hr|p|h[1-6]|div|li|ul|ol|blockquote|section|article|header|footer|table|tr|td)\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"<\s*\\?/?\s*(?:a|b|i|u|em|strong|span|small|sup|sub|font|mark)(?:\s[^<>]*)?\\?/?>", re.IGNORECASE
)


def normalise(text: str) -> str:
    """Compose letters, make line ends and spaces plain, drop invisible and control characters."""
    text = re.sub("\u00ad[ ]*\r?\n[ ]*", "", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_CHARACTERS))


def unescape(text: str) -> str:
    r"""Turn tags that stand in a text into paragraph breaks, and the four characters ``\r\n`` into a line end.

    Only tags that structure or mark up text are touched; anything else in angle brackets stays as it is written.
    """
    if "\\r\\n" in text or "\\/" in text or ("\\n" in text and "\n" not in text.strip()):
        text = re.sub(r"\\r\\n|\\n|\\r", "\n", text).replace('\\"', '"')
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n\n", text)).replace("\\/", "/")
    return normalise(
        re.sub(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[A-Za-z]\w{1,30});", lambda m: html.unescape(m[0]), text)
    )


def split_date_line(text: str) -> tuple[str, tuple[Removed, ...]]:
    """Cut `` date 2025-12-04 `` off the beginning of a text."""
    match = re.match(r"\s*(?:date|datum|published)\s*:?\s*\d{4}-\d{2}-\d{2}(?=\s|$)", text, re.IGNORECASE)
    if not match:
        return text, ()
    return text[match.end() :], (Removed(match[0].strip(), "date_line"),)


def split_paragraphs(text: str) -> list[str]:
    """Split a text at its line ends; lines that were wrapped at a fixed width are joined first."""
    lines = [" ".join(line.split()) for line in unwrap(text).split("\n")]
    paragraphs: list[str] = []
    apart = True
    for line in lines:
        if line and not apart and _continues(paragraphs[-1], line):
            paragraphs[-1] += line if line[0] in ",.;:" else f" {line}"
        elif line:
            paragraphs.append(line)
        apart = not line
    return paragraphs


def _continues(before: str, line: str) -> bool:
    """Tell whether a line goes on with the sentence of the line before."""
    begun = before[-1] not in '.!?:;"“”«»' and (line[0].islower() or line[0] in ",;")
    return begun and not find_reason(before) and not find_reason(line)


def unwrap(text: str, slack: float = 0.0) -> str:
    """Join the lines of a text that was wrapped at a fixed width; any other text comes back unchanged.

    ``slack`` is the share of the width from which a line counts as full; above 0 the text is taken to be wrapped.
    """
    width = max((len(line) for line in text.split("\n")), default=0)
    blocks = [block.split("\n") for block in re.split(r"\n[ ]*\n", text)]
    if not slack and not (40 <= width <= 110 and any(len(block) > 2 and _is_full(block, width) for block in blocks)):
        return text
    return "\n\n".join(_join_lines(block, width * (slack or 0.85)) for block in blocks)


def _is_full(block: list[str], width: int) -> bool:
    """Tell whether no line of a block but the last could have taken in the next line's first word."""
    return all(len(line) + 1 + len(after.split(" ", 1)[0]) >= width * 0.85 for line, after in pairwise(block))


def _join_lines(block: list[str], width: float) -> str:
    """Join lines of one block where the line before was full; undo hyphens at line ends."""
    joined = block[0].rstrip()
    last = joined
    for line in (line.strip() for line in block[1:]):
        if re.search(r"\w-$", joined) and not re.match(r"(und|oder|bis|bzw|and|or)\b", line):
            joined = (joined[:-1] if line[:1].islower() else joined) + line
        elif len(last) + 1 + len(line.split(" ", 1)[0]) >= width:
            joined += f" {line}"
        else:
            joined += f"\n\n{line}"
        last = line
    return joined


# ---------------------------------------------------------------------------------------------------------- boilerplate


@cache
def _lists() -> dict[str, Any]:
    """The word lists of ``codebook/boilerplate.yaml``."""
    path = Path(__file__).parent / "codebook" / "boilerplate.yaml"
    lists: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return lists


@cache
def _words(*keys: str) -> tuple[str, ...]:
    """The entries of some lists in every language, lower-case, the longest first."""
    found: list[str] = []
    for key in keys:
        entry = _lists()[key]
        found += entry if isinstance(entry, list) else [word for words in entry.values() for word in words]
    return tuple(sorted({word.lower() for word in found}, key=lambda word: (-len(word), word)))


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """The regular expressions of a list as one; only in program text does case matter."""
    rules = "|".join(f"(?:{rule})" for rules in _lists()[key].values() for rule in rules)
    return re.compile(rules, 0 if key == "script" else re.IGNORECASE)


@cache
def _phrase(*keys: str) -> str:
    """A regular expression for any entry of some lists."""
    return "(?:" + "|".join(re.escape(word) for word in _words(*keys)) + ")"


@cache
def _compiled(template: str, *keys: str) -> re.Pattern[str]:
    """A regular expression with ``%s`` standing for any entry of some lists."""
    return re.compile(template.replace("%s", _phrase(*keys)), re.IGNORECASE)


def drop_boilerplate(paragraphs: list[str]) -> tuple[list[str], list[Removed]]:
    """Separate the article's paragraphs from what stands around them, both in their order."""
    reasons = [
        find_reason(paragraph, head=index < HEAD, tail=index >= len(paragraphs) - TAIL)
        for index, paragraph in enumerate(paragraphs)
    ]
    _mark_links(paragraphs, reasons)
    _mark_captions(paragraphs, reasons)
    kept, removed = [], []
    for paragraph, reason in zip(paragraphs, reasons, strict=True):
        body, pieces = ("", [Removed(paragraph, reason)]) if reason else trim_end(paragraph)
        kept += [body] if body else []
        removed += pieces
    return kept, removed


def find_reason(paragraph: str, head: bool = False, tail: bool = False) -> str:
    """Why a paragraph is not part of the article, or "".

    ``head`` and ``tail`` say that it stands near the beginning or the end, where authors and times are named.
    """
    for reason, is_it in _RULES.items():
        if is_it(paragraph):
            return reason
    if is_timestamp(paragraph, head):
        return "timestamp"
    return "byline" if (head or tail) and is_byline(paragraph) else ""


def _is_script(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("script").search(paragraph))


def _is_consent(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("consent").search(paragraph))


def _is_legal(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("legal").search(paragraph))


def _is_navigation(paragraph: str) -> bool:
    return paragraph.lower().strip(" »›>«‹<↑→←-–|.") in _words("navigation")


def _is_advertisement(paragraph: str) -> bool:
    return paragraph.lower().strip(" -–—|.[]()") in _words("advertisement")


def _is_share(paragraph: str) -> bool:
    """Nothing but words of a bar of buttons, perhaps with counts."""
    if len(paragraph) > 150:
        return False
    rest = _compiled(r"(?<![\w-])%s(?![\w-])", "share").sub("", paragraph)
    return rest != paragraph and not re.search(r"[^\W\d_]", rest)


def _is_label(paragraph: str) -> bool:
    """A heading above links to other articles."""
    return bool(_compiled(r"[^\w„“”\"]*%s\s*[:.…>»›→]*", "teaser_labels").fullmatch(paragraph))


def _is_teaser(paragraph: str) -> bool:
    """A label with or without its link, or a sentence that asks the visitor to click, follow or subscribe."""
    if len(paragraph) > 400:
        return False
    linked = _compiled(r"[^\w„“”\"]*%s\s*[:|>»›→].*", "teaser_labels").fullmatch(paragraph)
    return _is_label(paragraph) or bool(linked or _compiled(r"[^\w„“”\"]*%s(?!\w)", "teaser_starts").match(paragraph))


def _is_caption(paragraph: str) -> bool:
    """A caption that says so, or a short text that ends in a picture credit."""
    if len(paragraph) <= CAPTION_LENGTH and _compiled(r"%s(?!\w)", "caption_starts").match(paragraph):
        return not is_credit(paragraph)
    body, credit = split_credit(paragraph)
    return bool(body and credit) and len(body) <= CAPTION_LENGTH and _count_sentences(body) <= 2


def is_credit(paragraph: str) -> bool:
    """Nothing but who took a picture: ``© dpa/Name``, ``Foto: Name``, ``Name/AFP via Getty Images``."""
    body, credit = split_credit(paragraph)
    return bool(credit) and not body


def split_credit(paragraph: str) -> tuple[str, str]:
    """Split a picture credit off the end of a paragraph: (what stands before it, the credit or "")."""
    marker = r"©|\(c\)|(?<!\w)(?:%s)\s*:"
    marks = list(_compiled(marker, "credit_words", "source_words").finditer(paragraph))[-3:]
    ends = list(re.finditer(r"(?<=[.!?”“\"])\s+\(?(?=\S)|^", paragraph))[-2:]
    for start, named in [*((mark.start(), True) for mark in marks), *((end.end(), False) for end in ends)]:
        body, credit = paragraph[:start].rstrip(" (|[-–"), paragraph[start:]
        if _names_picture(credit, named) and (not body or body[-1] in '.!?)"“”»' or _is_open_caption(body, credit)):
            return body, credit
    return paragraph, ""


def _is_open_caption(body: str, credit: str) -> bool:
    """Tell whether words without a full stop go with the credit after them: only a known agency shows it."""
    return len(body) <= CAPTION_LENGTH and bool(_compiled(r"(?<!\w)%s(?!\w)", "photo_agencies").search(credit))


def _names_picture(credit: str, marked: bool) -> bool:
    """Tell whether words are a picture credit; ``marked`` when they begin with a word or sign for one."""
    if len(credit) > 140 or is_sign_off(credit):
        return False
    names = re.sub(r"^[^:©]*[:©]\s*" if marked else r"^\(", "", credit).rstrip(")]. ")
    agency = _compiled(r"(?<!\w)%s(?!\w)", "photo_agencies").search(names)
    if not names or not _is_name_run(names):
        return False
    if marked and not _compiled(r"%s\s*:", "source_words").match(credit):
        return True
    if agency is None:
        return False
    return marked or bool(re.search(r"[/|]|\bvia\b", names)) or agency[0].lower() == names.lower()


def _is_name_run(words: str) -> bool:
    """Tell whether words are names only: capitals, particles, agencies, numbers."""
    rest = _compiled(r"(?<!\w)%s(?!\w)", "photo_agencies", "agencies", "name_particles").sub(" ", words)
    tokens = re.split(r"[\s/|,;&()+@_-]+", rest.replace("©", " "))
    return len(words.split()) <= 14 and all(not token or token[0].isupper() or token[0].isdigit() for token in tokens)


def is_sign_off(paragraph: str) -> bool:
    """Nothing but the agencies behind a text: ``dpa/afp``, ``Quelle: dpa``, ``(mit dpa, Name)``, ``/ddo/DP/stw``."""
    if len(paragraph) > 300:
        return False
    begins = _compiled(r"%s(?!\w)", "sign_off_starts").match(paragraph)
    if begins or re.fullmatch(r"(/[A-Za-zäöü]{2,4}){2,}/?", paragraph):
        return True
    inner = _compiled(r"^\W*(?:%s\s*:)?\W*", "source_words").sub("", paragraph).rstrip(" ).]")
    agency = _compiled(r"(?<![\w-])%s(?![\w-])", "agencies")
    if re.match(r"\((mit|with)\b", paragraph, re.IGNORECASE) and agency.search(inner):
        return _is_name_run(inner)
    initials = re.fullmatch(r"[a-zA-Z-]{2,8}(/[A-Za-zäöü]{2,5})+", inner)
    rest = "" if initials and agency.match(inner) else agency.sub("", inner)
    return bool(agency.search(inner)) and not re.sub(
        r"\b(und|and|mit|with|von|from|material)\b|[\W\d_]", "", rest, flags=re.IGNORECASE
    )


def is_timestamp(paragraph: str, head: bool = False) -> bool:
    """Nothing but when the text appeared or how long it takes to read; a bare date counts only near the beginning."""
    if len(paragraph) > 120 or not re.search(r"\d|:\s*$", paragraph):
        return False
    leads = _compiled(r"(?<!\w)%s(?!\w)", "timestamp_leads")
    words = _compiled(r"(?<!\w)%s(?![^\W\d_])", "timestamp_words", "weekdays", "months")
    if re.search(r"[^\W\d_]", words.sub("", re.sub(r"(\d)(?=[a-z])", r"\1 ", leads.sub("", paragraph)))):
        return False
    clock = re.search(r"\b\d{1,2}[:.]\d{2}\b(?!\.)", paragraph)
    reading = re.search(r"\b(read|ago|vor)\b", paragraph, re.IGNORECASE)
    return bool(leads.search(paragraph) or clock or (head and (parse_date(paragraph) or reading)))


def is_byline(paragraph: str) -> bool:
    """``By Jane Doe in Kyiv``, ``Von Max Muster und Eva Beispiel, Berlin``: at least one full name, nothing else."""
    start = _compiled(r"%s\b:?\s+", "byline_starts").match(paragraph)
    if not start or len(paragraph) > 120 or paragraph[-1] in ".!?:":
        return False
    parts = re.split(r"\s*(?:,|/|\||&|\band\b|\bund\b|\bin\b)\s*", paragraph[start.end() :])
    named = [part.split() for part in parts if part]
    return (
        len(named[0]) > 1 and all(len(name) <= 4 and _is_name_run(" ".join(name)) for name in named) if named else False
    )


_RULES: dict[str, Callable[[str], bool]] = {
    "script": _is_script,
    "consent": _is_consent,
    "navigation": _is_navigation,
    "advertisement": _is_advertisement,
    "share": _is_share,
    "legal": _is_legal,
    "teaser": _is_teaser,
    "sign_off": is_sign_off,
    "credit": is_credit,
    "caption": _is_caption,
}


def trim_end(paragraph: str) -> tuple[str, list[Removed]]:
    """Cut a sign-off and a picture credit off the end of a paragraph that belongs to the article."""
    removed: list[Removed] = []
    for end in re.finditer(r"(?<=[.!?\"“”«»)])\s*(?=[(/\w])", paragraph[-300:]):
        start = max(len(paragraph) - 300, 0) + end.end()
        if is_sign_off(paragraph[start:]):
            removed = [Removed(paragraph[start:], "sign_off")]
            paragraph = paragraph[:start].rstrip()
            break
    body, credit = split_credit(paragraph)
    if credit:
        removed.insert(0, Removed(paragraph[len(body) :].strip(), "credit"))
    return (body if credit else paragraph), removed


def _mark_links(paragraphs: list[str], reasons: list[str]) -> None:
    """Mark the links that follow a label such as ``Lesen Sie auch``: lines without a full stop."""
    listing = False
    for index, paragraph in enumerate(paragraphs):
        if reasons[index]:
            listing = (listing and reasons[index] != "sign_off") or (
                reasons[index] == "teaser" and _is_label(paragraph)
            )
            if listing and reasons[index] == "timestamp":
                reasons[index] = "link_list"
        elif listing and len(paragraph) <= 140 and paragraph[-1] not in ".:;,…":
            reasons[index] = "link_list"
        else:
            listing = False


def _mark_captions(paragraphs: list[str], reasons: list[str]) -> None:
    """Mark the paragraph before a picture credit as its caption, when it reads like one."""
    first = next((index for index, reason in enumerate(reasons) if not reason), 0)
    for index, reason in enumerate(reasons[1:], start=1):
        if (
            reason == "credit"
            and not reasons[index - 1]
            and describes_picture(paragraphs[index - 1], index - 1 == first)
        ):
            reasons[index - 1] = "caption"


def describes_picture(paragraph: str, first: bool = False) -> bool:
    """Tell whether a paragraph next to a picture credit is the caption: one sentence that reports nothing said.

    It carries a mark such as ``(l)`` or a full date, or it is told without past tense and auxiliaries. The ``first``
    paragraph may be the headline and needs a mark.
    """
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", paragraph)}
    if len(paragraph) > CAPTION_LENGTH or _count_sentences(paragraph) > 1 or re.search(r"[„“”\"«»]", paragraph):
        return False
    if words & set(_words("reporting")):
        return False
    if _pattern("caption_marks").search(paragraph):
        return True
    past = re.search(r"\b[a-zäöüß]{3,}(te|ten|ed)\b", paragraph)
    return not first and not past and not words & set(_words("narrative"))


def _count_sentences(text: str) -> int:
    """Sentences in a short text; dots of dates, initials and abbreviations do not end one."""
    return 1 + len(
        re.findall(r"(?<![\d])(?<!\b[A-Za-z])(?<!\b[A-Z][a-z])[.!?][\"“”«»)]*\s+(?=[„“\"«»]?[A-ZÄÖÜ])", text)
    )


# ---------------------------------------------------------------------------------------------------------------- dates


def parse_date(text: str) -> str:
    """The first full date in a line as ISO date, "" when there is none; numbers with dots give the day first."""
    for pattern, order in _date_patterns():
        for match in pattern.finditer(text):
            parts = dict(zip(order, match.groups(), strict=True))
            try:
                return date(int(parts["y"]), _month(parts["m"]), int(parts["d"])).isoformat()
            except ValueError:
                continue
    return ""


@cache
def _date_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns for full dates with the order of their groups."""
    names = sorted((name for months in _lists()["months"].values() for name in months), key=len, reverse=True)
    month = f"({'|'.join(names)})\\.?"
    return (
        (re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)"), "ymd"),
        (re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)"), "dmy"),
        (
            re.compile(
                rf"(?<!\d)(\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?{month},?\s+(\d{{4}})(?!\d)", re.IGNORECASE
            ),
            "dmy",
        ),
        (re.compile(rf"(?<!\w){month}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE), "mdy"),
        (re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)"), "ymd"),
    )


def _month(name: str) -> int:
    """The number of a month that is given by name or number."""
    if name.isdigit():
        return int(name)
    return int(next(months[name.lower()] for months in _lists()["months"].values() if name.lower() in months))


def find_stated_date(removed: Iterable[Removed]) -> str:
    """The date in the lines that cleaning took for dates: one that says what it is, or the only one there is."""
    pieces = [piece for piece in removed if piece.reason in ("date_line", "timestamp") and parse_date(piece.text)]
    leads = _compiled(r"(?<!\w)%s(?!\w)", "timestamp_leads")
    named = [parse_date(piece.text) for piece in pieces if piece.reason == "date_line" or leads.search(piece.text)]
    days = {parse_date(piece.text) for piece in pieces}
    return named[0] if named else days.pop() if len(days) == 1 else ""


def find_contradictions(published: str, text: str) -> tuple[str, ...]:
    """Warn about a date that lies in the future, or more than a year from every year that the text names.

    Years that articles on this war name as background do not count. Silent when nothing contradicts the date.
    """
    if not published:
        return ()
    years = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)} - set(_lists()["background_years"])
    warnings = []
    if years and all(abs(int(published[:4]) - year) > 1 for year in years):
        named = ", ".join(str(year) for year in sorted(years)[:5])
        warnings.append(f"The date {published} is far from the years that the text names ({named}).")
    if published > date.today().isoformat():
        warnings.append(f"The date {published} lies in the future.")
    return tuple(warnings)
