"""Statement + article -> the day on which it was said, from the words that report it.

Only expressions beside the reporting words count: "sagte er am Dienstag" dates the statement, "werde sich am Mittwoch
treffen, teilte er mit" dates the meeting. Weeks, months and years alone give no day. Does not read dates inside
quotations; in English, a day that stands too far from the reporting words is left out.
"""

import re
from datetime import date, timedelta
from functools import cache

from positions.records import Statement

_WEEKDAYS = {
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend", "sonntag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_MONTHS = {
    "de": (
        "januar|jänner",
        "februar|feber",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ),
    "en": (
        *("january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun"),
        *("july|jul", "august|aug", "september|sept|sep", "october|oct", "november|nov", "december|dec"),
    ),
}
_RELATIVE = {"vorgestern": -2, "gestern": -1, "gestrig": -1, "yesterday": -1, "heut": 0, "today": 0, "this": 0}
_EXPRESSION = {
    "de": r"(?P<weekday>{weekdays})(?:früh|morgen|vormittag|mittag|nachmittag|abend|nacht)?"
    r"|(?P<relative>vorgestern|gestern|gestrig|heut(?=e))(?:e[mnrs]?)?"
    r"|(?P<day>\d{{1,2}})\.\s?(?:(?P<month>{months})|(?P<number>\d{{1,2}})\.(?=\s?\d{{4}}))(?:\s?(?P<year>\d{{4}}))?"
    r"|(?<=am )(?P<part>morgen|vormittag|mittag|nachmittag|abend)",
    "en": r"(?P<weekday>{weekdays})(?:['’]s)?|(?P<relative>yesterday|today|this(?= morning| afternoon| evening))"
    r"|(?P<month>{months})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?(?!\d)"
    r"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{months})\.?(?: (?P<year2>\d{{4}}))?"
    r"|(?<=in the )(?P<part>morning|afternoon|evening)",
}
# what stands right before a day that is not the day of speech, and right after one of several days
_ELSEWHERE = {
    "de": r"(?:\b(?:bis(?: zum)?|ab(?: dem)?|seit(?: dem)?|für(?: den)?|(?<!nacht )(?:zum|auf)(?: den)?"
    r"|vor(?: dem)?|zwischen|von|dem|der|den|die|das"
    r"|(?:kommende|nächste|übernächste|folgende)[nrs]?|und|oder|jeden)|[-–/]) ?$",
    "en": r"(?:\b(?:by|until|till|through|since|from|for|before|after|of|next|following|coming|every|the"
    r"|between|and|or|to)|[-–/]) ?(?:(?:early|late) )?$",
}
_SEVERAL = {
    "de": r"^ ?(?:und|oder|bis|[-–/])(?: zum| am)? (?:{weekdays}|\d)",
    "en": r"^ ?(?:and|or|to|through|until|[-–/])(?: on)? (?:{weekdays}|\d)",
}
_DETERMINER = (
    r"\b(?:ein(?:e[mnrs]?)?|de[mnrs]|die|das|sein(?:e[mnrs]?)|ihr(?:e[mnrs]?))(?: erst| bereits| schon)? am (?:\w+ )?$"
)
_SPEECH_NOUN = (
    r"\b(?:\w*(?:angaben?|worten|auskunft|aussagen?|bericht(?:en?|s)?|erklärung|mitteilung|stellungnahme|äußerung(?:en)?|interviews?|rede|ansprache|botschaft"
    r"|videos?|gespräch|sitzung|beitrag|post|brief|schreiben|tweet|sendung|pressekonferenz|artikel|dekret|beschluss|entscheidung|communiqué|statement))\b"
)
_SOURCE = {
    "de": r"\b(?:angaben|worten|aussage|aussagen|darstellung|berichten|auskunft|laut|zufolge|gemäß)\b",
    "en": r"\b(?:according|per)\b",
}
_PLAN = {
    "de": r"^(?:will|wollen|wolle|wollten?|soll|sollen|werde|werden|wird|plan\w*|erwart\w*|rechne\w*|hoff\w*)\b",
    "en": r"^(?:(?:is|are) )?(?:will|wants?|plans?|planning|expects?|expecting|hopes?|hoping|intends?)\b",
}
_DONE = {  # a verb in a past tense
    "de": r"\b(?:ha(?:t|ben|be|tten?)|wurden?|[a-zäöüß]{3,}ten?"
    r"|(?:be|ent)?schloss(?:en)?|schlug(?:en)?|(?:an|auf)?nahm(?:en)?|gab(?:en)?|hob(?:en)?|(?:ver)?warf(?:en)?|wies(?:en)?|zog(?:en)?"
    r"|ließ(?:en)?|rief(?:en)?|bot(?:en)?|(?:ver)?sprach(?:en)?|trat(?:en)?|unterschrieb(?:en)?|widersprach(?:en)?)\b",
    "en": r"\b(?:\w{2,}ed|put|gave|took|made|set|cut|let|sent|chose|struck|withdrew|drew|told|left|threw|held|laid)\b",
}
_AHEAD = {  # what makes a clause tell of something to come or to be
    "de": r"\b(?:will|wollen|wolle|soll|sollen|wird|werden|werde|plan(?:t|en|e|te)|kann|können|könnte\w*"
    r"|müss\w*|muss|dürf\w*|würde\w*)\b"
    r"|\b(?:nach|vor|seit|in der nacht) (?:dem |der |zu |auf )?(?:\w+ )?(?:am )?$",
    "en": r"\b(?:will|would|wants?|plans?|planning|expects?|hopes?|intends?|can|could|may|might|must|should"
    r"|is|are|due)\b",
}
_BARE_SAYING = re.compile(
    r"^(?:sa(?:id|ys?|ying)|add(?:s|ed|ing)|not(?:es|ed)|argue[sd]|insist(?:s|ed)|claim(?:s|ed)|thinks?|believe[sd]?)\b",
    re.IGNORECASE,
)
_ADVERBIAL = re.compile(
    r"^(?:late|early|earlier|again|publicly|in|at|on|during|after|before|from|via|through|to|by|of|as|with|ahead|following|speaking)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:will|would|should|could|can|may|might|must|is|are|was|were|has|had|have|wird|werde|werden|würde|habe|hat|sei|seien|ist|sind"
    r"|to (?!the|an?|his|her|its|their|reporters|journalists|lawmakers|parliament|[A-Z0-9]))",
)
_OPENING = re.compile(r"\W*(?:(?:in|at|during|speaking)\b(?: [\w’'-]+){1,7} )?(?:on )?(?:late |early )?", re.IGNORECASE)
_APPOSITION = re.compile(r"[\s,]*(?:(?:(?:the|an?) \w+|[A-ZÄÖÜ][\w.’'-]*|de[rs]|von|für|im|in|und)[\s,]+)+$")
_QUOTED = re.compile(r"[„“»«\"‚‘][^„“”»«\"]*[“”«»\"]")
_BORDER = re.compile(r"[,;:–—]\s|\s[-–—]\s|\b(?:dass|that)\b")
RECENT = timedelta(days=183)
LAST_EVENING = timedelta(days=2)


def date_statement(statement: Statement, published: str, language: str, before: str = "") -> str:
    """The ISO day on which ``statement`` was made by the words beside its cue, or empty.

    ``published`` is the article's ISO date; without it nothing but a full written date can be resolved. ``before`` is
    the article's text up to the statement: "am Abend" means the day named last in its paragraph, else the article's.
    """
    language = language if language in _WEEKDAYS else "en"
    text = _QUOTED.sub(lambda m: " " * len(m.group()), statement.text)
    cue = _find_cue(text, statement)
    if cue is None or re.match(_PLAN[language], statement.cue, re.IGNORECASE):
        return ""
    days = [
        m
        for m in _days(language).finditer(text)
        if _names_one_day(text, m, language) and _dates(text, m, cue, statement.mode, language)
    ]
    nearest = min(days, key=lambda m: min(abs(m.start() - cue[1]), abs(cue[0] - m.end())), default=None)
    return _resolve(nearest, published, language, before.rpartition("\n\n")[2]) if nearest else ""


def _find_cue(text: str, statement: Statement) -> tuple[int, int] | None:
    """The cue's span; the empty span at the start of a narrated statement without one."""
    words = re.split(r" ?(?:…|\.\.\.) ?", statement.cue)[0]
    if not words:
        return (0, 0) if statement.mode == "narrated" else None
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)
    return found.span() if found else None


def _names_one_day(text: str, day: re.Match[str], language: str) -> bool:
    """Whether the expression means a day in the past: not "bis Freitag", "next Friday" or "Dienstag und Mittwoch"."""
    weekdays = "|".join(_WEEKDAYS[language])
    head, tail = text[: day.start()], text[day.end() :]
    if re.search(_SEVERAL[language].format(weekdays=weekdays), tail, re.IGNORECASE):
        return False
    if day.group().endswith(("'s", "’s")):
        return bool(re.search(r"\b(?:in|at|during)(?: (?:his|her|a|the))? $", head))
    return not re.search(_ELSEWHERE[language], head, re.IGNORECASE)


def _dates(text: str, day: re.Match[str], cue: tuple[int, int], mode: str, language: str) -> bool:
    """Whether the expression belongs to the reporting words and not to what they report."""
    if mode == "narrated" and day["relative"] in ("heut", "today"):
        return False  # "nowadays"
    left, right = _clause(text, cue)
    if cue == (0, 0):  # a decision told as done: "die EU verlängerte die Sanktionen am Montag"
        recent = day["weekday"] or day["relative"]
        own = text[left:right]
        done = re.search(_DONE[language], own) and not re.search(_AHEAD[language], own, re.IGNORECASE)
        return bool(recent and done) and left <= day.start() < right
    if not left <= day.start() < right:
        return _stands_outside(text, day, cue, language)
    if language == "de":
        return _fits_german(text[left : day.start()], text[day.end() : right], text[slice(*cue)], mode)
    if day.start() >= cue[1]:
        return _fits_english(
            text[cue[1] : day.start()],
            text[slice(*cue)],
            inverted=cue[0] > 0 and not re.search(r"\w", text[left : cue[0]]),
        )
    head, gap = text[left : day.start()], text[day.end() : cue[0]]
    return (
        not re.sub(r"\b(?:on|late|early|but|and)\b|\W", "", head, flags=re.IGNORECASE) or len(gap.split()) <= 2
    ) and not _VERB.search(gap)


def _clause(text: str, cue: tuple[int, int]) -> tuple[int, int]:
    borders = [0, *(m.start() for m in _BORDER.finditer(text)), len(text)]
    return max(b for b in borders if b <= cue[0]), min(b for b in borders if b >= max(cue[1], 1))


def _fits_german(head: str, tail: str, cue: str, mode: str) -> bool:
    if re.search(_DETERMINER, head, re.IGNORECASE):  # "in einem am Dienstag ausgestrahlten Interview"
        return bool(re.search(_SPEECH_NOUN, " ".join(tail.split()[:7]), re.IGNORECASE))
    if re.search(r"\bvom $", head):
        return bool(re.search(_SPEECH_NOUN, " ".join(head.split()[-6:]), re.IGNORECASE))
    if re.search(_SOURCE["de"], cue, re.IGNORECASE):  # "nach Angaben des Stabs gab es am Mittwoch Gefechte"
        return False
    return mode != "narrated" or not re.match(r"\W*(?:nach|vor|seit) ", head, re.IGNORECASE)


def _fits_english(gap: str, cue: str, inverted: bool) -> bool:
    """Whether nothing but the hearer and the circumstances stand between the reporting words and the day."""
    words = re.sub(r"\b(?:on|late|early)\s*$", "", gap.strip(), flags=re.IGNORECASE).strip()
    if _VERB.search(words) or len(words.split()) > 14 or re.search(_SOURCE["en"], cue, re.IGNORECASE):
        return False
    return not words or inverted or not _BARE_SAYING.match(cue) or bool(_ADVERBIAL.match(words))


def _stands_outside(text: str, day: re.Match[str], cue: tuple[int, int], language: str) -> bool:
    """Whether commas alone part day and cue: "On Monday, Ann Lee said", "sagte die Chefin, Ann Lee, am Montag"."""
    if day.end() <= cue[0]:
        head, gap = text[: day.start()], text[day.end() : cue[0]]
        return (
            language == "en" and bool(_OPENING.fullmatch(head)) and gap.count(",") in (1, 3) and not _VERB.search(gap)
        )
    gap = re.sub(r"\b(?:am|on)\s*$", "", text[cue[1] : day.start()])
    after = text[day.end() :].split(",")[0]
    return (
        gap.count(",") == 2
        and gap.rstrip().endswith(",")
        and _APPOSITION.match(gap.split(",", 1)[1]) is not None
        and not _VERB.search(after)
    )


@cache
def _days(language: str) -> re.Pattern[str]:
    names = {"weekdays": "|".join(_WEEKDAYS[language]), "months": "|".join(_MONTHS[language])}
    return re.compile(rf"(?<![\w.])(?:{_EXPRESSION[language].format(**names)})(?!\w)", re.IGNORECASE)


def _resolve(found: re.Match[str], published: str, language: str, before: str) -> str:
    parts = {name.rstrip("2"): value for name, value in found.groupdict().items() if value}
    day = date.fromisoformat(published) if published else None
    if "day" in parts:
        return _written(parts, day, language)
    if day is None:
        return ""
    if "relative" in parts:
        day += timedelta(days=_RELATIVE[parts["relative"].casefold()])
    elif "weekday" in parts:
        day -= timedelta(days=(day.weekday() - _position(parts["weekday"], _WEEKDAYS[language])) % 7)
    else:
        named = [m for m in _days(language).finditer(before) if not m["part"] and _names_one_day(before, m, language)]
        told = _resolve(named[-1], published, language, "") if named else ""
        return told if told and day - date.fromisoformat(told) <= LAST_EVENING else published
    return day.isoformat()


def _position(word: str, names: tuple[str, ...]) -> int:
    return next(i for i, name in enumerate(names) if word.casefold() in name.split("|"))


def _written(parts: dict[str, str], published: date | None, language: str) -> str:
    """A written date up to the article's; one without a year is the latest such day if that is recent, else nothing."""
    month = int(parts["number"]) if "number" in parts else _position(parts["month"], _MONTHS[language]) + 1
    years = [int(parts["year"])] if "year" in parts else [published.year, published.year - 1] if published else []
    for year in years:
        try:
            day = date(year, month, int(parts["day"]))
        except ValueError:  # no such day in that year
            continue
        if not published or (day <= published and ("year" in parts or published - day < RECENT)):
            return day.isoformat()
    return ""
