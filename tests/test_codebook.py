"""The codebook: who speaks for which side on a day, and a loader that says what is wrong."""

import itertools
import re
import shutil
from pathlib import Path

import pytest
import yaml

from positions import codebook
from positions.records import ACTORS, LANGUAGES, SIDES, TOPICS, Unusable

BOOK = codebook.load()


@pytest.mark.parametrize(
    ("person", "date", "side"),
    [
        ("juri-uschakow", "2025-12-03", "Russia"),
        ("juri-uschakow", "2011-01-01", "other"),  # before he took office
        ("wladimir-putin", "", "Russia"),
        ("alexej-nawalny", "2021-01-17", "other"),  # never in office
        ("andrij-jermak", "2025-11-28", "Ukraine"),
        ("andrij-jermak", "2025-11-29", "other"),  # dismissed the day before
        ("rustem-umjerow", "2025-12-04", "Ukraine"),
        ("dmytro-kuleba", "2024-09-06", "other"),
        ("walerij-saluschnyj", "2024-03-15", "other"),  # between the army and the embassy
        ("walerij-saluschnyj", "2025-02-01", "Ukraine"),
        ("donald-trump", "2018-07-16", "USA"),
        ("donald-trump", "2021-12-01", "other"),  # between his terms, before he ran again
        ("donald-trump", "2024-11-10", "USA"),
        ("joe-biden", "2025-03-01", "other"),
        ("keith-kellogg", "2026-03-01", "other"),
        ("john-bolton", "2019-01-01", "USA"),
        ("john-bolton", "2025-08-16", "other"),
        ("friedrich-merz", "2023-05-01", "Europe"),  # leader of the opposition
        ("angela-merkel", "2022-06-07", "other"),
        ("annalena-baerbock", "2024-02-24", "Europe"),
        ("annalena-baerbock", "2025-10-01", "other"),  # at the UN
        ("jens-stoltenberg", "2024-05-01", "Europe"),
        ("jens-stoltenberg", "2024-11-15", "other"),  # between NATO and the ministry
        ("jens-stoltenberg", "2025-06-01", "Europe"),
        ("alexus-grynkewich", "2025-09-01", "Europe"),  # an American who speaks as NATO's commander
        ("viktor-orban", "2026-04-01", "Europe"),
        ("recep-tayyip-erdogan", "2022-07-22", "other"),
        ("alexander-lukaschenko", "2023-06-25", "other"),
        ("carlo-masala", "2024-01-01", "other"),
        ("gerhard-schroeder", "2022-04-23", "other"),  # no office since 2005
        ("henry-kissinger", "", "other"),
    ],
)
def test_side_on(person: str, date: str, side: str) -> None:
    """A person speaks for a side only while in office."""
    assert BOOK.person(person).side_on(date) == side


@pytest.mark.parametrize(
    ("person", "date", "title"),
    [
        ("friedrich-merz", "2025-06-01", "German chancellor"),
        ("friedrich-merz", "2025-05-01", "leader of Germany's CDU and opposition leader"),
        ("olaf-scholz", "2020-01-01", "German finance minister"),
        ("kaja-kallas", "2023-01-01", "Estonian prime minister"),
        ("kaja-kallas", "", "EU foreign policy chief"),
        ("mark-rutte", "2024-08-01", None),
        ("julija-swyrydenko", "2025-07-17", "Ukrainian prime minister"),  # both posts that day: the later one
    ],
)
def test_office_on(person: str, date: str, title: str | None) -> None:
    """The office is the one held on the day, the latest known without a day."""
    office = BOOK.person(person).office_on(date)
    assert (office.title["en"] if office else None) == title


@pytest.mark.parametrize(
    ("language", "phrase", "date", "person"),
    [
        ("de", "Kremlchef", "2025-12-02", "wladimir-putin"),
        ("de", "ukrainische Präsident", "2016-01-01", "petro-poroschenko"),
        ("de", "ukrainischen Präsidenten", "2025-12-02", "wolodymyr-selenskyj"),
        ("de", "US-Präsident", "2023-01-01", "joe-biden"),
        ("de", "Kanzlerin", "2019-01-01", "angela-merkel"),
        ("de", "französische Außenminister", "2025-12-02", "jean-noel-barrot"),
        ("de", "EU-Außenbeauftragte", "2023-01-01", "josep-borrell"),
        ("de", "EU-Außenbeauftragte", "2025-01-01", "kaja-kallas"),
        ("de", "ungarische Regierungschef", "2026-06-01", "peter-magyar"),
        ("en", "Ukrainian president", "2014-03-01", ""),  # nobody: an acting president has a title of his own
        ("en", "Kremlin spokesman", "2025-12-02", "dmitri-peskow"),
        ("en", "British foreign secretary", "2025-12-02", "yvette-cooper"),
        ("en", "Poland's foreign minister", "2025-12-02", "radoslaw-sikorski"),
        ("en", "NATO secretary general", "2024-09-30", "jens-stoltenberg"),
        ("en", "secretary of state", "", "marco-rubio"),
    ],
)
def test_office_phrase(language: str, phrase: str, date: str, person: str) -> None:
    """A phrase for an office stands for whoever held it on the day."""
    holders = {entry.holder_on(date) for entry in BOOK.roles.offices if phrase in entry.phrases[language]}
    assert holders == {person}


def test_offices_have_one_holder_at_a_time() -> None:
    """Nobody takes an office before the predecessor has left it."""
    for office in BOOK.roles.offices:
        for before, after in itertools.pairwise(office.holders):
            assert before.until and before.until <= after.since, (office.id, before, after)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("Selenski", {"wolodymyr-selenskyj"}),
        ("Zelenskiy", {"wolodymyr-selenskyj"}),
        ("Зеленський", {"wolodymyr-selenskyj"}),
        ("Wittkoff", {"steve-witkoff"}),
        ("Umerow", {"rustem-umjerow"}),
        ("Johnson", {"boris-johnson", "mike-johnson"}),
        ("Tony Blair", {"tony-blair"}),
        ("Donald Trump Jr.", {"donald-trump-jr"}),
    ],
)
def test_people_named(name: str, people: set[str]) -> None:
    """Every spelling leads to its person, a shared name to all who bear it."""
    assert {person.id for person in BOOK.people_named[name]} == people


@pytest.mark.parametrize(
    "word", ["Johnson", "Wagner", "Frieden", "Frei", "Lang", "Reiche", "Eide", "Store", "Price", "May"]
)
def test_common_words_name_nobody_alone(word: str) -> None:
    """A surname that is a common word, or that several people bear, is not enough to name a person."""
    assert not [person.id for person in BOOK.people if word in person.aliases]


@pytest.mark.parametrize(
    ("language", "name", "side"),
    [
        ("de", "Kreml", "Russia"),
        ("de", "Moskaus", "Russia"),
        ("de", "Kyjiw", "Ukraine"),
        ("de", "Weißen Hauses", "USA"),
        ("de", "Bundesregierung", "Europe"),
        ("de", "Norwegen", "Europe"),
        ("de", "Türkei", "other"),
        ("de", "UN", "other"),
        ("de", "Tass", "Russia"),
        ("de", "dpa", "other"),
        ("en", "Kyiv", "Ukraine"),
        ("en", "Trump administration", "USA"),
        ("en", "coalition of the willing", "Europe"),
        ("en", "NATO", "Europe"),
        ("en", "Beijing", "other"),
        ("en", "Kyiv Independent", "other"),  # journalists speak for nobody
    ],
)
def test_institution_side(language: str, name: str, side: str) -> None:
    """States, capitals, governments and state media have their side; other states and journalists are ``other``."""
    assert {entry.side for entry in BOOK.institutions if name in entry.aliases[language]} == {side}


@pytest.mark.parametrize("word", ["Welt", "Bild", "Union", "X", "Zeit", "Stern"])
def test_common_words_are_no_institution_alone(word: str) -> None:
    """The names of papers and parties that are common words need more around them."""
    assert not [entry.id for entry in BOOK.institutions for language in LANGUAGES if word in entry.aliases[language]]


def test_sides_follow_from_countries() -> None:
    """People have their country's side, and Europe is the EU, the UK, Norway, Switzerland and NATO."""
    sides = {demonym.id: demonym.side for demonym in BOOK.demonyms}
    assert not [person.id for person in BOOK.people if person.side != sides[person.country]]
    assert {
        name for name in ("uk", "norway", "switzerland", "hungary", "eu", "nato") if sides[name] != "Europe"
    } == set()
    assert {sides[name] for name in ("turkey", "serbia", "iceland", "canada", "belarus", "un")} == {"other"}


def test_states_have_codes() -> None:
    """Every state but bodies of several has its own code of three capitals."""
    coded = [demonym for demonym in BOOK.demonyms if demonym.code]
    assert {demonym.id for demonym in BOOK.demonyms} - {demonym.id for demonym in coded} == {"eu", "nato", "un"}
    assert len(BOOK.states) == len(coded) and all(re.fullmatch("[A-Z]{3}", code) for code in BOOK.states)
    assert (BOOK.states["DEU"]["de"], BOOK.states["GBR"]["en"]) == ("Deutschland", "United Kingdom")


def test_the_codebook_is_large_enough() -> None:
    """Enough people for each side, and enough institutions, for a normal week of news."""
    assert len(BOOK.people) >= 300
    assert len(BOOK.institutions) >= 300
    assert all(sum(person.side == side for person in BOOK.people) >= 60 for side in SIDES)


@pytest.mark.parametrize(
    ("form", "lemma", "cls"),
    [
        ("sagte", "sagen", "say"),
        ("ablehnte", "ablehnen", "reject"),
        ("forderten", "fordern", "demand"),
        ("beharrt", "beharren", "insist"),
        ("rules out", "rule out", "reject"),
        ("vowed", "vow", "promise"),
    ],
)
def test_verb_forms(form: str, lemma: str, cls: str) -> None:
    """Inflected forms lead to their verb and its class."""
    verbs = [verb for language in LANGUAGES for verb in BOOK.cues.verbs[language]]
    assert [(verb.lemma, verb.cls) for verb in verbs if form in verb.forms] == [(lemma, cls)]


def test_separable_verbs_need_their_particle() -> None:
    """``lehnt`` alone says nothing; ``lehnt ... ab`` refuses."""
    verb = next(verb for verb in BOOK.cues.verbs["de"] if verb.lemma == "ablehnen")
    assert "lehnt" in verb.split and verb.particle == "ab" and verb.narrates
    assert not [other.lemma for other in BOOK.cues.verbs["de"] if "lehnt" in other.forms]


@pytest.mark.parametrize(
    ("language", "text", "topics"),
    [
        ("de", "Zum Verzicht der Ukraine auf eine Nato-Mitgliedschaft gebe es keine Alternative.", {"nato"}),
        ("de", "Kiew werde der Allianz nicht beitreten.", {"nato"}),
        ("de", "Die Nato-Staaten steigern ihre Verteidigungsausgaben.", set()),
        ("de", "Der gesamte Donbass müsse geräumt werden.", {"territory"}),
        ("de", "Gebietsabtretungen lehne man ab.", {"territory"}),
        ("de", "Über der Krim wurden Drohnen abgeschossen.", set()),
        ("de", "Man brauche Sicherheitsgarantien nach dem Vorbild von Artikel 5.", {"security_guarantees"}),
        ("de", "Der UN-Sicherheitsrat tagt am Montag.", set()),
        ("de", "Das neue Sanktionspaket trifft die Schattenflotte.", {"sanctions"}),
        ("de", "Moskau kündigte Gegensanktionen an.", set()),
        ("en", "Ukraine will not join NATO, the envoy said.", {"nato"}),
        ("en", "NATO troops held an exercise in Norway.", set()),
        ("en", "Kyiv would have to cede land and withdraw its troops.", {"territory"}),
        ("en", "No boots on the ground without a backstop.", {"security_guarantees"}),
        ("en", "The Security Council met.", set()),
        ("en", "He threatened secondary tariffs.", {"sanctions"}),
        ("en", "The frozen assets stay frozen.", set()),
    ],
)
def test_core_terms(language: str, text: str, topics: set[str]) -> None:
    """Core terms find their topic and leave near misses alone."""
    assert {topic.key for topic in BOOK.topics if topic.core_pattern(language).search(text)} == topics


@pytest.mark.parametrize(
    ("key", "language", "text"),
    [
        ("nato", "de", "Verteidigungsausgaben"),
        ("territory", "en", "the advance"),
        ("security_guarantees", "de", "UN-Mission und Sicherheitsrat"),
        ("sanctions", "en", "frozen assets"),
    ],
)
def test_near_terms(key: str, language: str, text: str) -> None:
    """Near misses are named as such."""
    assert BOOK.topic(key).near_pattern(language).search(text)


def test_propositions_are_the_contract() -> None:
    """The four propositions stand in the words that people script against."""
    assert [topic.proposition["en"] for topic in BOOK.topics] == [
        "Ukraine should be free to join NATO.",
        "Ukraine should not have to give up territory.",
        "Ukraine should receive binding Western security guarantees.",
        "Sanctions on Russia should be kept or tightened.",
    ]
    assert tuple(topic.key for topic in BOOK.topics) == TOPICS


@pytest.mark.parametrize(
    ("score", "band"),
    [(-1, "strongly_against"), (-0.6, "against"), (0, "mixed"), (0.2, "favor"), (0.59, "favor"), (1, "strongly_favor")],
)
def test_band(score: float, band: str) -> None:
    """The lower limit belongs to a band, the upper one to the next."""
    assert BOOK.band(score).key == band


@pytest.mark.parametrize("score", [1.01, -2, float("nan")])
def test_band_of_nothing(score: float) -> None:
    """A score outside the scale, or none, has no band."""
    with pytest.raises(ValueError, match="score must be in"):
        BOOK.band(score)


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour (WCAG)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("theme", "page"), [("light", "#FFFFFF"), ("dark", "#0E1117")])
def test_side_colours_stand_out(theme: str, page: str) -> None:
    """Every side has its own colour with a contrast of 3:1 or more to the page."""
    assert tuple(side.key for side in BOOK.sides) == ACTORS
    colours = [side.colour[theme] for side in BOOK.sides]
    assert len(set(colours)) == len(colours)
    for colour in colours:
        high, low = sorted((luminance(colour), luminance(page)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3, colour


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files to break."""
    shutil.copytree(codebook.FOLDER, tmp_path / "codebook", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "codebook"


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("people.yaml", "side: Russia", "side: Sowjetunion", "alexander-bortnikow: side 'Sowjetunion' is not one of"),
        ("people.yaml", "country: germany", "country: prussia", "country 'prussia' is not one of"),
        ("people.yaml", "from: 2021-10-26", "from: autumn", "adis-ahmetovic: .*from must be a date or null"),
        ("people.yaml", "from: 2021-10-26, to: null", "from: 2021-10-26, to: 2020-01-01", "ends on 2020-01-01, before"),
        ("people.yaml", "aliases: [Adis", "aliases: [Putin, Adis", "'Putin' belongs to adis-ahmetovic as well"),
        ("people.yaml", "- id: adis-ahmetovic", "- id: zz", "entries are ordered by id, but this one comes after zz"),
        ("people.yaml", "name: Adis Ahmetovic", "nom: Adis Ahmetovic", "adis-ahmetovic: name must have de and en"),
        ("people.yaml", "- id: adis-ahmetovic", "- {", "while parsing a flow mapping"),
        ("institutions.yaml", "kind: institution", "kind: club", "kind 'club' is not one of"),
        ("institutions.yaml", "joint: [Europe, USA]", "joint: [Europe, Mars]", "g7: joint 'Mars' is not one of"),
        ("roles.yaml", "Kremlin spokesman]", "Kremlin jester]", "nobody in people.yaml has the title 'Kremlin jester'"),
        ("cues.yaml", "class: reject", "class: sing", "ablehnen: class 'sing' is not one of"),
        ("cues.yaml", "split: [lehne, lehnen, lehnt, lehnte, lehnten]", "split: []", "ablehnen: split must not"),
        ("topics.yaml", "- key: nato", "- key: otan", "otan: key 'otan' is not one of"),
        ("ladders.yaml", "- topic: territory", "- topic: weather", "topic 'weather' is not one of"),
        ("ladders.yaml", "stance: favor", "stance: yes", "borders_1991: stance must be text, found True"),
        ("ladders.yaml", "{cede} & {land}", "{sell} & {land}", "cession: .* names no known piece: sell"),
        ("ladders.yaml", "- abtretung\\w*", "- abtretung(", "cession: 'abtretung\\(' is not a regular expression"),
        ("ladders.yaml", "- key: earlier_lines", "- key: borders_1991", "rungs: borders_1991 stands twice"),
        ("ladders.yaml", "right: 0.", "right: 95.", "right must be a share from 0 to 1, found 95"),
        ("topics.yaml", "upper: -0.6", "upper: -0.7", "bands must cover -1 to 1"),
    ],
)
def test_load_says_what_is_wrong(folder: Path, file: str, old: str, new: str, reason: str) -> None:
    """A broken file is named with the entry and the reason."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"(?s){re.escape(file)}: .*{reason}"):
        codebook.load(folder)


def test_load_misses_a_file(folder: Path) -> None:
    """A missing file is named."""
    (folder / "cues.yaml").unlink()
    with pytest.raises(ValueError, match=r"cues\.yaml"):
        codebook.load(folder)


def test_load_twice_reads_once() -> None:
    """The codebook is read once."""
    assert codebook.load() is BOOK


def test_files_say_how_they_were_compiled() -> None:
    """Every list of words and people begins with a note on its making."""
    for name in ("people", "institutions", "demonyms", "roles", "cues", "topics", "ladders"):
        text = (codebook.FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        assert "How it was compiled" in text.split("\n\n")[0] + text[:900], name
        assert yaml.load(text, yaml.CSafeLoader), name


PERSON = """
people:
  - {id: ada-holm, name: Ada Holm, gender: f, country: germany, side: Europe, offices: [OFFICE]}
"""
OFFICE = "{de: deutsche Verkehrsministerin, en: German transport minister, from: 2025-05-06, to: null}"


def own(tmp_path: Path, text: str) -> Path:
    """A user's codebook file."""
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_own_topics_take_the_place_of_the_shipped_ones(own_topics: Path) -> None:
    """People and words stay; words and boundary of a topic may be missing; the version tells two files apart."""
    book = codebook.load_own(own_topics)
    nuclear, limit = book.topics
    assert (nuclear.key, limit.name["de"], limit.core["de"]) == ("nuclear_energy", "Tempolimit", ())
    assert nuclear.core_pattern("de").search("Die Kernkraft bleibt")
    assert (book.people, book.cues, book.bands) == (BOOK.people, BOOK.cues, BOOK.bands)
    assert book.ladders.ladders == () and book.ladders.takes_up == BOOK.ladders.takes_up
    assert len(book.version) == 8 and codebook.load_own(own_topics) is book
    own_topics.write_text(own_topics.read_text("utf-8") + "version: '7'\n", "utf-8")
    assert codebook.load_own(own_topics).version == "7"


def test_own_people_are_added(tmp_path: Path) -> None:
    """A new person joins the shipped ones; one with a known id takes the entry's place; topics stay."""
    book = codebook.load_own(own(tmp_path, PERSON.replace("OFFICE", OFFICE)))
    assert book.person("ada-holm").side_on("2025-12-03") == "Europe"
    assert len(book.people) == len(BOOK.people) + 1 and book.topics is BOOK.topics
    text = PERSON.replace("ada-holm", "donald-trump").replace("Ada Holm", "Donald Trump").replace("OFFICE", "")
    assert codebook.load_own(own(tmp_path, text)).person("donald-trump").offices == ()


def test_own_institutions_and_demonyms_are_added(tmp_path: Path) -> None:
    """A land with its adjective, and a body in it."""
    text = """
demonyms:
  - id: bavaria
    side: Europe
    name: {de: Bayern, en: Bavaria}
    adjective: Bavarian
    de: {prefix: [], stems: [bayerisch], words: [Bayern, Bayerns]}
    en: {prefix: [], words: [Bavaria, Bavarian]}
institutions:
  - {id: landtag, kind: institution, name: Landtag, aliases: [Landtag], side: Europe, country: bavaria}
"""
    book = codebook.load_own(own(tmp_path, text))
    assert book.institution("landtag").country == "bavaria"
    assert {"bavaria", "germany"} <= {demonym.id for demonym in book.demonyms}


TOPIC = "topics: [{key: KEY, name: NAME, proposition: P}]"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("topics: [{key: a, name: A, proposition: P, cores: [x]}]", "topics: a: unknown field 'cores'"),
        ("people: [{id: ada-holm, name: Ada Holm, sidee: USA}]", "people: ada-holm: unknown field 'sidee'"),
        ("topics: [{key: a, name: A}]", "topics: a: proposition must have de and en, found None"),
        ("topics: [{key: a, name: A, proposition: {de: Ja.}}]", "topics: a: proposition must have de and en"),
        ("topics: [{key: a, proposition: P.}]", "topics: a: name must have de and en"),
        ("topics: []", "topics: expected a list of entries"),
        ("topics: [nuclear]", "topics: entry 1: expected fields"),
        (TOPIC.replace("KEY", "Tempo Limit"), "key must be small letters"),
        (TOPIC.replace("KEY", "other"), "key must be small letters"),
        (TOPIC.replace("KEY", "a").replace("NAME", "'<b>A</b>'"), "topics: a: name must be at most 60 characters"),
        (TOPIC.replace("KEY", "a").replace("NAME", "N" * 61), "name must be at most 60 characters"),
        (TOPIC.replace("}]", ", core: ['(']}]").replace("KEY", "a"), "a: '\\(' is not a regular expression"),
        (f"topics: [{', '.join(['{key: a, name: A, proposition: P}'] * 2)}]", "topics: a stands twice"),
        (
            "topics: [" + ", ".join(f"{{key: k{n}, name: A, proposition: P}}" for n in range(13)) + "]",
            "topics: at most 12, found 13",
        ),
        ("topics: [{key: a", "while parsing a flow mapping"),
        ("bands: []", "unknown field 'bands'; a codebook may hold version, topics, people"),
        ("- a", "expected fields"),
        ("", "expected fields, found None"),
        (PERSON.replace("OFFICE", OFFICE).replace("germany", "prussia"), "people: ada-holm: country 'prussia' is not"),
        (PERSON.replace("OFFICE", OFFICE).replace("Ada Holm", "Putin"), "'Putin' belongs to"),
        ("version: 2", "version must be text, found 2"),
    ],
)
def test_a_broken_file_of_ones_own_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """File, entry and reason."""
    with pytest.raises(Unusable, match=rf"(?s)own\.yaml: .*{reason}"):
        codebook.load_own(own(tmp_path, text))


def test_a_file_of_ones_own_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder, and bytes that are no text."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(Unusable, match=path.name):
            codebook.load_own(path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\x00\x80")
    with pytest.raises(Unusable, match="binary"):
        codebook.load_own(binary)


def test_every_topic_has_a_ladder() -> None:
    """In the order of the debate, from the proposition's side to the other; a topic that is not there has none."""
    assert {topic.key for topic in BOOK.topics} == {ladder.topic for ladder in BOOK.ladders.ladders}
    assert BOOK.ladders.of("speed_limit") is None
    keys = [rung.key for rung in BOOK.ladders.of("sanctions").rungs]
    assert keys == ["tightening", "keeping", "snap_back", "easing", "lifting"]


def test_a_topic_of_ones_own_keeps_the_ladder_only_with_its_proposition(tmp_path: Path) -> None:
    """A rung's stance is towards the shipped proposition, so that another one loses the ladder."""
    topic = "topics:\n  - key: nato\n    name: {de: Nato, en: NATO}\n    proposition: {de: Ja., en: %s}\n"
    same = codebook.load_own(own(tmp_path, topic % BOOK.topic("nato").proposition["en"]))
    assert [ladder.topic for ladder in same.ladders.ladders] == ["nato"]
    assert codebook.load_own(own(tmp_path, topic % "Something else.")).ladders.ladders == ()
