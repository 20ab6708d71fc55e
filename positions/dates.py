"""Statement + article -> the day on which it was said, from the words that report it.

Only expressions beside the reporting words count: "sagte er am Dienstag" dates the statement, "werde sich am Mittwoch
treffen, teilte er mit" dates the meeting. Weeks, months and years alone give no day. Weekdays are reckoned here;
written-out dates are read by the library dateparser.
"""

import re
from datetime import date, timedelta
from functools import cache

from positions.records import Statement

_WEEKDAYS = {
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend", "sonntag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_PARTS = {"de": r"(?:morgen|vormittag|mittag|nachmittag|abend|nacht)?s?", "en": r""}
_RELATIVE = {
    "de": {"vorgestern": -2, "gestern": -1, "gestrigen": -1, "gestrige": -1, "heute": 0},
    "en": {"yesterday": -1, "earlier today": 0, "today": 0},
}
_MONTHS = {
    "de": r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)",
    "en": r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)",
}
_WRITTEN = {
    "de": rf"\b\d{{1,2}}\. ?{_MONTHS['de']}(?: \d{{4}})?|\b\d{{1,2}}\.\d{{1,2}}\.\d{{4}}",
    "en": rf"\b{_MONTHS['en']} \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?\b|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTHS['en']}(?: \d{{4}})?\b",
}
_FUTURE = {
    "de": re.compile(r"\b(?:will|wollen|wolle|werde|werden|wird|soll|sollen|solle|kommenden|nächsten|geplant)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:will|would|shall|next|upcoming|due to|plans? to|expected to|scheduled)\b", re.IGNORECASE),
}
_QUOTED = re.compile(r"[„“»«\"‚‘][^„“”»«\"]*[“”«»\"]")
_BORDER = re.compile(r"[,;:–—]\s|\s[-–—]\s|\b(?:dass|that)\b")
CARRY_UNITS = 1


def date_statement(statement: Statement, published: str, language: str) -> str:
    """The ISO day on which ``statement`` was made by the words beside its cue, or empty.

    ``published`` is the article's ISO date; without it nothing but a full written date can be resolved.
    """
    clause = _reporting_clause(statement)
    return _resolve(clause, published, language if language in _WEEKDAYS else "en") if clause else ""


def _reporting_clause(statement: Statement) -> str:
    """The part of the statement between the clause borders around its cue; all of a narrated one."""
    text = _QUOTED.sub(lambda m: " " * len(m.group()), statement.text)
    if statement.mode == "narrated":
        return text
    at = statement.text.find(statement.cue) if statement.cue else -1
    if at < 0:
        return ""
    borders = [0, *(m.start() for m in _BORDER.finditer(text)), len(text)]
    left = max(border for border in borders if border <= at)
    right = min(border for border in borders if border >= at + len(statement.cue))
    return text[left:right]


def _resolve(clause: str, published: str, language: str) -> str:
    written = re.search(_WRITTEN[language], clause)
    if written:
        return _written(written.group(), published, language)
    if not published:
        return ""
    day = date.fromisoformat(published)
    for word, offset in _RELATIVE[language].items():
        if re.search(rf"\b{word}\b", clause, re.IGNORECASE):
            return (day + timedelta(days=offset)).isoformat()
    if match := _weekday_pattern(language).search(clause):
        return "" if _FUTURE[language].search(clause) else _latest(day, match.lastgroup or "").isoformat()
    return ""


@cache
def _weekday_pattern(language: str) -> re.Pattern[str]:
    names = "|".join(f"(?P<d{i}>(?:{name}){_PARTS[language]})" for i, name in enumerate(_WEEKDAYS[language]))
    return re.compile(rf"\b(?:{names})\b", re.IGNORECASE)


def _latest(day: date, group: str) -> date:
    """The latest such weekday up to ``day``, itself included."""
    return day - timedelta(days=(day.weekday() - int(group[1:])) % 7)


def _written(words: str, published: str, language: str) -> str:
    import dateparser  # 0.3 s to import, and few articles need it

    has_year = re.search(r"\d{4}", words)
    if not (has_year or published):
        return ""
    found = dateparser.parse(words, languages=[language], settings={"DATE_ORDER": "DMY" if language == "de" else "MDY"})
    if not found:
        return ""
    if has_year:
        return found.date().isoformat()
    day = date.fromisoformat(published)
    candidate = found.date().replace(year=day.year)
    if candidate > day + timedelta(days=1):
        candidate = candidate.replace(year=day.year - 1)
    return candidate.isoformat()
