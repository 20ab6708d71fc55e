"""Who speaks, for which side, whose position it is and through whom it came. Neutral words, invented people."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from positions.attribution import Memory, attribute
from positions.classifier import Reading
from positions.mentions import find_mentions
from positions.records import ACTORS, Article, Attribution, TopicStance
from positions.turns import Turn

DAY = "2025-12-03"


def even(*likely: str, chance: float = 0.9) -> tuple[float, ...]:
    return tuple(chance if actor in likely else 0.02 for actor in ACTORS)


def reading(
    article: Article,
    said: str,
    who: str = "",
    cue: str = "",
    actors: Sequence[str] = (),
    holder: str = "",
    told: float = 0.9,
) -> Reading:
    """What a network might say of the sentence ``said``, pointing at ``who`` in it."""
    start = article.text.index(said)
    at = article.text.index(who, start) if who else 0
    sources = ((at, at + len(who)),) if who else ()
    pointer = ((at, at + len(who), 0.9),) if who else ()
    words = (article.text.index(cue, start), article.text.index(cue, start) + len(cue)) if cue else None
    holders = even(holder or (actors[0] if actors else "other"), chance=told)
    return Reading(
        start, start + len(said), 0.9, (0.0, 1.0, 0.0, 0.0), even(*actors), holders, (), pointer, sources, words
    )


def attributions(text: str, *told: tuple, language: str = "de", published: str = DAY) -> list[Attribution]:
    """Attribute (sentence, who, cue[, actors]) in order with one memory, as for one article."""
    article = Article("a", text, published=published, language=language)
    mentions, memory = find_mentions(text, language, published), Memory()
    return [attribute(article, reading(article, *one), mentions, memory) for one in told]


def last(*told: tuple, language: str = "de") -> Attribution:
    """The last of (sentence, who, cue[, actors]) that follow each other, a paragraph each."""
    return attributions("\n\n".join(sentence for sentence, *_ in told), *told, language=language)[-1]


@pytest.mark.parametrize(
    ("text", "who", "cue", "language", "speaker", "side"),
    [
        ("Das Treffen beginne um zehn, sagte Uschakow.", "Uschakow", "sagte", "de", "Juri Uschakow", "Russia"),
        (
            "Das Treffen beginne um zehn, sagte der Kremlsprecher.",
            "der Kremlsprecher",
            "sagte",
            "de",
            "Dmitri Peskow",
            "Russia",
        ),
        ("The meeting starts at ten, Ushakov said.", "Ushakov", "said", "en", "Yuri Ushakov", "Russia"),
        ("Das Treffen beginne um zehn, teilte der Kreml mit.", "der Kreml", "teilte", "de", "Kreml", "Russia"),
        (
            "Das Treffen beginne um zehn, sagte Putins Berater Juri Uschakow.",
            "Putins Berater Juri Uschakow",
            "sagte",
            "de",
            "Juri Uschakow",
            "Russia",
        ),
        (
            "Das Treffen beginne um zehn, sagte Nato-Sprecherin Ada Holm.",
            "Nato-Sprecherin Ada Holm",
            "sagte",
            "de",
            "Ada Holm",
            "Europe",
        ),
    ],
)
def test_speakers(text: str, who: str, cue: str, language: str, speaker: str, side: str) -> None:
    """Names, offices and institutions of the codebook get one spelling and their side, whatever the network guesses."""
    (found,) = attributions(text, (text, who, cue, ["Europe"]), language=language)
    assert (found.speaker, found.sides) == (speaker, (side,))


@pytest.mark.parametrize(
    ("who", "resolution"),
    [("der Kremlsprecher", "Kremlsprecher → Dmitri Peskow"), ("Peskow", "")],
)
def test_resolution(who: str, resolution: str) -> None:
    """The chain is told where the words are an office, and not where they already are the name."""
    text = f"Das Treffen beginne um zehn, sagte {who}."
    (found,) = attributions(text, (text, who, "sagte", ["Russia"]))
    assert found.resolution == resolution
    assert found.mention == who


def test_pronoun_without_antecedent_names_nobody() -> None:
    """A pronoun before anybody has spoken stays without a speaker; the side is the network's."""
    text = "Danach gehe es heim, sagte er."
    (found,) = attributions(text, (text, "er", "sagte", ["Ukraine"]))
    assert (found.speaker, found.sides) == ("", ("Ukraine",))


def test_pronouns_fit_in_gender() -> None:
    """ "Sie" is the latest woman who spoke, "er" the latest man, where the codebook knows them."""
    one, two = "Der Saal sei voll, sagte Uschakow.", "Das Haus sei alt, sagte Kallas."
    three, four = "Es regne, sagte sie.", "Danach gehe es heim, sagte er."
    told = [
        (one, "Uschakow", "sagte", ["Russia"]),
        (two, "Kallas", "sagte", ["Europe"]),
        (three, "sie", "sagte"),
        (four, "er", "sagte"),
    ]
    found = attributions(" ".join((one, two, three, four)), *told)
    assert [a.speaker for a in found] == ["Juri Uschakow", "Kaja Kallas", "Kaja Kallas", "Juri Uschakow"]
    assert found[2].resolution == "sie → Kaja Kallas"
    assert [a.sides for a in found] == [("Russia",), ("Europe",), ("Europe",), ("Russia",)]


@pytest.mark.parametrize(
    ("text", "who", "cue", "language", "speaker"),
    [
        ("Nach seinen Angaben regne es.", "seinen", "Angaben", "de", "Juri Uschakow"),
        ("Das Dach ist seiner Ansicht nach dicht.", "seiner", "Ansicht", "de", "Juri Uschakow"),
        ("Nach ihren Worten regne es.", "ihren", "Worten", "de", ""),
        ("In his view the roof leaks.", "his", "view", "en", "Yuri Ushakov"),
        ("In her view the roof leaks.", "her", "view", "en", ""),
    ],
)
def test_possessives_mean_who_spoke_before(text: str, who: str, cue: str, language: str, speaker: str) -> None:
    """ "Seinen" is no name: it is the latest man who spoke, and nobody where only another has spoken."""
    before = {
        "de": ("Der Saal sei voll, sagte Uschakow.", "Uschakow", "sagte"),
        "en": ("The hall is full, Ushakov said.", "Ushakov", "said"),
    }
    first, name, verb = before[language]
    found = attributions(f"{first} {text}", (first, name, verb, ["Russia"]), (text, who, cue), language=language)
    assert found[1].speaker == speaker


def test_memory_is_of_one_article() -> None:
    """A new memory knows nobody from the article before."""
    text = "Der Saal sei voll, sagte Uschakow."
    attributions(text, (text, "Uschakow", "sagte", ["Russia"]))
    other = "Danach gehe es heim, sagte er."
    assert attributions(other, (other, "er", "sagte", ["Russia"]))[0].speaker == ""


def test_family_name_becomes_the_full_name() -> None:
    """Somebody whom the codebook does not know is called by the fullest name in the article."""
    one, two = "Der Saal sei voll, sagte der Gesandte Pawel Sorokin.", "Danach gehe es heim, sagte Sorokin."
    found = attributions(
        f"{one} {two}", (one, "der Gesandte Pawel Sorokin", "sagte", ["Russia"]), (two, "Sorokin", "sagte", ["Russia"])
    )
    assert [a.speaker for a in found] == ["Pawel Sorokin", "Pawel Sorokin"]
    assert found[1].resolution == "Sorokin → Pawel Sorokin"


def test_role_becomes_who_had_it() -> None:
    """A bare role means the latest speaker who was introduced with it, else it stays as written."""
    one, two = "Der Saal sei voll, sagte der Gesandte Pawel Sorokin.", "Danach gehe es heim, sagte der Gesandte."
    told = ((one, "der Gesandte Pawel Sorokin", "sagte", ["Russia"]), (two, "der Gesandte", "sagte", ["Russia"]))
    assert [a.speaker for a in attributions(f"{one} {two}", *told)] == ["Pawel Sorokin", "Pawel Sorokin"]
    assert attributions(two, told[1])[0].speaker == "Gesandte"


@pytest.mark.parametrize(
    ("before", "who", "language", "speaker"),
    [
        ("Uschakow", "der Russe", "de", "Juri Uschakow"),
        ("Uschakow", "die Russin", "de", "Russen"),
        ("die estnische Ministerin Lene Saar", "die Estin", "de", "Lene Saar"),
        ("Kallas", "die Polin", "de", "Pole"),
        ("Ushakov", "the Russian", "en", "Yuri Ushakov"),
        ("Uschakow", "der Ukrainer", "de", "Ukrainer"),
        ("Selenskyj", "der Ukrainer", "de", "Wolodymyr Selenskyj"),
        ("Selenskyj", "der Ukraine", "de", "Ukraine"),
        ("Uschakow", "die Russen", "de", "Russen"),
        ("Uschakow", "der Kreml", "de", "Kreml"),
        ("Ushakov", "the Russians", "en", "Russians"),
    ],
)
def test_one_persons_origin_means_who_spoke(before: str, who: str, language: str, speaker: str) -> None:
    """ "Der Ukrainer" is the latest man of Ukraine who spoke, "die Estin" a woman introduced as Estonian; else, or of
    many, the words stay as written."""
    forms = {"de": ("Der Saal sei voll, sagte {}.", "sagte"), "en": ("The hall is full, said {}.", "said")}
    form, cue = forms[language]
    side = {"Kallas": "Europe", "Selenskyj": "Ukraine"}.get(before, "Europe" if "Saar" in before else "Russia")
    first, second = form.format(before), form.format(who).replace("voll", "leer").replace("full", "empty")
    told = ((first, before, cue, [side]), (second, who, cue, [side]))
    assert attributions(f"{first} {second}", *told, language=language)[1].speaker == speaker


@pytest.mark.parametrize(
    ("who", "published", "side"),
    [
        ("die frühere Ministerin Marta Weil", DAY, "other"),
        ("die Analystin Marta Weil", DAY, "other"),
        ("die Ministerin Marta Weil", DAY, "Europe"),
        ("Ex-Präsident Joe Biden", DAY, "other"),
        ("US-Präsident Joe Biden", "2022-05-01", "USA"),
    ],
)
def test_former_officials_and_outsiders(who: str, published: str, side: str) -> None:
    """Who is out of office or only watches speaks for no side."""
    text = f"Das Treffen beginne um zehn, sagte {who}."
    (found,) = attributions(text, (text, who, "sagte", ["Europe"]), published=published)
    assert found.sides == (side,)


@pytest.mark.parametrize(
    ("who", "actors", "sides"),
    [
        ("Kreml und Weißes Haus", ["Russia", "USA"], {"Russia", "USA"}),
        ("der Kreml", ["Russia"], {"Russia"}),
        ("die Sprecher", ["Ukraine", "Europe"], {"Ukraine", "Europe"}),
        ("jemand", [], {"Russia"}),  # nobody likely: the likeliest, here the first
    ],
)
def test_sides(who: str, actors: list[str], sides: set[str]) -> None:
    """A joint statement counts for every side that speaks."""
    text = f"Das Treffen beginne um zehn, sagte {who}."
    (found,) = attributions(text, (text, who, "sagte", actors))
    assert set(found.sides) == sides


@pytest.mark.parametrize(
    ("holder", "told", "expected"),
    [("Russia", 0.9, "Russia"), ("Russia", 0.5, "USA"), ("USA", 0.9, "USA")],
)
def test_holder(holder: str, told: float, expected: str) -> None:
    """The holder is the speaker's side, unless the network is sure that another side's position is told."""
    text = "Moskau komme um zehn, sagte das Weiße Haus."
    (found,) = attributions(text, (text, "das Weiße Haus", "sagte", ["USA"], holder, told))
    assert found.holder == expected


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("KIEW (dpa) - Das Treffen beginne um zehn, sagte Uschakow laut Tass.", ("Tass", "dpa")),
        ("KIEW (dpa) - Das Treffen beginne um zehn, sagte Uschakow.", ("dpa",)),
        ("KIEW (ots) - Das Treffen beginne um zehn, sagte Uschakow.", ()),
        ("Das Treffen beginne um zehn, sagte Uschakow.", ()),
        (
            "„Das Treffen, von dem Tass heute früh schrieb, beginnt um zehn“, sagte Uschakow.",
            (),
        ),  # named in the quotation
    ],
)
def test_via(text: str, via: tuple[str, ...]) -> None:
    """Who passed the words on: media beside them, then the agency of the dateline."""
    sentence = text.split(" - ")[-1]
    (found,) = attributions(text, (sentence, "Uschakow", "sagte", ["Russia"]))
    assert found.via == via


def test_relay_carries_on() -> None:
    """A next sentence of the same speaker without reporting words came the same way."""
    one, two = "Das Treffen beginne um zehn, sagte Uschakow laut Tass.", "Es ende um elf."
    article = Article("a", f"{one} {two}", published=DAY, language="de")
    mentions, memory = find_mentions(article.text, "de", DAY), Memory()
    attribute(article, reading(article, one, "Uschakow", "sagte", ["Russia"]), mentions, memory)
    follows = Reading(len(one) + 1, len(article.text), 0.9, (0.0, 1.0, 0.0, 0.0), even("Russia"), even("Russia"), (),
                      ((one.index("Uschakow"), one.index("Uschakow") + 8, 0.9),), (), None)  # fmt: skip
    assert attribute(article, follows, mentions, memory).via == ("Tass",)


def test_nobody_pointed_at() -> None:
    """Without anybody pointed at there is no speaker, and the network's side stands."""
    text = "Das Treffen beginne um zehn."
    (found,) = attributions(text, (text, "", "", ["Ukraine"]))
    assert (found.speaker, found.mention, found.sides, found.via) == ("", "", ("Ukraine",), ())


@pytest.mark.parametrize(
    ("text", "who", "sides"),
    [
        ("Washington und Kiew erklärten, man sei sich einig.", "Washington", ("USA", "Ukraine")),
        ("Am Montag erklärten die USA und die Ukraine, man sei sich einig.", "die USA", ("USA", "Ukraine")),
        ("Kiew erklärten sie, Moskau und Washington seien einig.", "Kiew", ("Ukraine",)),
        ("Das sagte Peskow, die Ukraine müsse abziehen.", "Peskow", ("Russia",)),
        ("Putins Berater Juri Uschakow erklärte, man sei einig.", "Putins Berater Juri Uschakow", ("Russia",)),
        (
            "Bei ukrainischen und europäischen Vertretern sorgte das für Unruhe.",
            "europäischen Vertretern",
            ("Europe", "Ukraine"),
        ),
        ("Russische Diplomaten müssen Reisen anmelden.", "Russische Diplomaten", ("Russia",)),
    ],
)
def test_names_joined_by_and_speak_together(text, who, sides):
    """Only "and" joins; what follows a comma is what is said."""
    (found,) = attributions(text, (text, who, "", sides[:1]))
    assert found.sides == sides


def test_an_unknown_person_keeps_one_side():
    """What is heard at the introduction outweighs a doubtful later sentence; another person is heard anew."""
    text = "Abgeordnete Vera Krutowa lehnte ab. Krutowa drohte mit Folgen. Jens Krahl widersprach."
    article = Article("a", text, published=DAY, language="de")
    mentions, memory = find_mentions(text, "de", DAY), Memory()
    first, second, third = text.split(". ")
    weak = replace(reading(article, second, "Krutowa"), actors=even("Ukraine", chance=0.6))
    found = [
        attribute(article, one, mentions, memory)
        for one in (
            reading(article, first, "Vera Krutowa", actors=("Russia",)),
            weak,
            reading(article, third, "Jens Krahl", actors=("Europe",)),
        )
    ]
    assert [one.sides for one in found] == [("Russia",), ("Russia",), ("Europe",)]


def test_an_introduction_outweighs_many_later_sentences():
    """However long an interview about Europe goes on, the Ukrainian who gives it stays one."""
    text = "Olena Bilyk kam. " + " ".join(f"Bilyk sprach {number}." for number in range(20))
    article = Article("a", text, published=DAY, language="de")
    memory = Memory()
    first = reading(article, "Olena Bilyk kam.", "Olena Bilyk", actors=("Ukraine",))
    later = [
        replace(reading(article, f"Bilyk sprach {number}.", "Bilyk"), actors=even("Europe", chance=0.6))
        for number in range(20)
    ]
    assert {attribute(article, one, [], memory).sides for one in (first, *later)} == {("Ukraine",)}


def test_others_never_speak_together_with_a_side():
    """An analyst in Berlin is an outsider or a European, not both."""
    text = "Das sagte jemand in der Stadt."
    article = Article("a", text, published=DAY, language="de")
    heard = tuple({"other": 0.8, "Europe": 0.7}.get(actor, 0.02) for actor in ACTORS)
    found = attribute(article, replace(reading(article, text), actors=heard), [], Memory())
    assert found.sides == ("other",)


@pytest.mark.parametrize("name", ["Solomija Uschakow", "Graham Lachapelle"])
def test_a_namesake_is_not_the_known_person(name):
    """A known family name beside another first name, or as a first name, is another person, who has no known side."""
    text = f"Das sagte die Abgeordnete {name}."
    (found,) = attributions(text, (text, name, "sagte", ("Ukraine",)))
    assert (found.speaker, found.sides) == (name, ("Ukraine",))


@pytest.mark.parametrize(
    ("who", "heard", "side"),
    [
        ("a senior official briefing reporters", "USA", "USA"),  # the reporters are not the source
        ("a person briefed on the draft", "USA", "other"),
        ("two people familiar with the talks", "Europe", "other"),
        ("the reporters", "USA", "other"),
    ],
)
def test_unnamed_sources_have_a_side_only_where_a_word_names_it(who, heard, side):
    """People who merely know of something are nobody's voice; an official is heard."""
    text = f"The map was not settled, {who} said."
    (found,) = attributions(text, (text, who, "said", (heard,)), language="en")
    assert found.sides == (side,)


@pytest.mark.parametrize(
    ("text", "who", "side"),
    [
        ("US-Medien berichteten von einem Treffen.", "US-Medien", "other"),
        ("Das sagte der Zeitung gestern Vizeminister Oleg Mironenko.", "Oleg Mironenko", "Russia"),
    ],
)
def test_media_that_speak_are_no_side(text, who, side):
    """A medium counts as other; a person who speaks to one keeps the side."""
    (found,) = attributions(text, (text, who, "", (side if side != "other" else "USA",)))
    assert found.sides == (side,)


def test_turns_are_the_words_of_whom_layout_names():
    """Unquoted words without a reporting verb are those of whoever answers; others' words inside keep their speaker."""
    said = "Das wird dauern. Ich sagte das. Uschakow sagte, es eile nicht."
    text = f"Olena Hajduk sitzt im Parlament.\n\nKommen Sie?\n\n{said}"
    at = text.index("Das wird")
    article = Article("a", text, published=DAY, language="de")
    memory = Memory((Turn(at, len(text), ("Olena Hajduk",), "interview"),))
    mentions = find_mentions(text, "de", DAY)
    own = attribute(article, reading(article, "Das wird dauern.", actors=["Ukraine"]), mentions, memory)
    assert (own.speaker, own.sides, own.resolution) == ("Olena Hajduk", ("Ukraine",), "Interview → Olena Hajduk")
    again = reading(article, "Ich sagte das.", "Ich", "sagte", ["Ukraine"])
    assert attribute(article, again, mentions, memory).speaker == "Olena Hajduk"
    other = reading(article, "Uschakow sagte, es eile nicht.", "Uschakow", "sagte", ["Russia"])
    assert attribute(article, other, mentions, memory).speaker == "Juri Uschakow"


@pytest.mark.parametrize(
    ("given", "speaker", "side"),
    [
        ("Vladimir Putin / Kremlin", "Vladimir Putin", "Russia"),
        ("Delegation of Norway", "Norway", "Europe"),
        ("HUN at UN General Debate", "Hungary", "Europe"),
        ("UKR", "Ukraine", "Ukraine"),
        ("XYZ", "XYZ", "USA"),
        ("Ada Holm", "Ada Holm", "USA"),
    ],
)
def test_a_speech_is_of_whom_its_record_names(given, speaker, side):
    """Whom the codebook knows has his side, for others it is what the network hears."""
    text = "We ask for patience."
    article = Article("a", text, published=DAY, language="en", speaker=given)
    found = attribute(
        article, reading(article, text, actors=["USA"]), [], Memory((Turn(0, len(text), (given,), "record", given),))
    )
    assert (found.speaker, found.sides, found.resolution) == (speaker, (side,), f"record → {speaker}")


def test_a_joint_statement_is_of_all_sides_that_its_heading_names():
    """First side first; without a verb of saying inside, the words are everybody's."""
    text = "Joint statement of the foreign ministers of Latvia and Ukraine\n\nWe ask for patience. Moscow said no."
    at = text.index("We ask")
    article = Article("a", text, published=DAY, language="en")
    turn = Turn(at, len(text), ("Latvia", "Ukraine"), "heading", "the foreign ministers of Latvia and Ukraine")
    memory = Memory((turn,))
    mentions = find_mentions(text, "en", DAY)
    own = attribute(article, reading(article, "We ask for patience.", actors=["Europe"]), mentions, memory)
    assert (own.speaker, own.sides) == ("foreign ministers of Latvia and Ukraine", ("Europe", "Ukraine"))
    assert own.resolution == "heading → foreign ministers of Latvia and Ukraine"
    other = reading(article, "Moscow said no.", "Moscow", "said", ["Russia"])
    assert attribute(article, other, mentions, memory).sides == ("Russia",)


@pytest.mark.parametrize("who", ["die G7", "die Finanzminister der G7-Staaten"])
def test_a_body_of_several_sides_speaks_for_all_of_them(who):
    """The codebook names them; the network need not hear them."""
    text = f"Das dauere noch, teilten {who} mit."
    (found,) = attributions(text, (text, who, "teilten", ["other"]))
    assert found.sides == ("Europe", "USA")


@pytest.mark.parametrize(
    ("who", "heard", "sides"),
    [
        ("beide Seiten", {"Russia": 0.3, "Ukraine": 0.45}, ("Ukraine", "Russia")),
        ("die beiden Präsidenten", {"USA": 0.5, "Russia": 0.2, "other": 0.25}, ("USA", "Russia")),
        ("beide Seiten", {"Europe": 0.9}, ("Europe",)),
        ("beide Seiten", {}, ("other",)),
        ("beide europäische Diplomaten", {"Europe": 0.6, "USA": 0.3}, ("Europe",)),
        ("zwei Diplomaten", {"Europe": 0.6, "USA": 0.3}, ("Europe",)),
    ],
)
def test_words_for_two_mean_two_sides(who, heard, sides):
    """Where words name a pair, its sides need not be as likely as sides that speak together elsewhere."""
    text = f"Das dauere noch, teilten {who} mit."
    article = Article("a", text, published=DAY, language="de")
    chances = tuple(heard.get(actor, 0.05 if actor != "other" or heard else 0.5) for actor in ACTORS)
    told = replace(reading(article, text, who, "teilten", []), actors=chances)
    assert attribute(article, told, find_mentions(text, "de", DAY), Memory()).sides == sides


@pytest.mark.parametrize(
    ("about", "side"),
    [
        ("Olena Hajduk, 43, ist Vizeministerin der Ukraine für den Wiederaufbau", "Ukraine"),
        ("Die ukrainische Expertin Olena Hajduk", "other"),
        ("Die frühere ukrainische Vizeministerin Olena Hajduk", "other"),
        ("Olena Hajduk über die Ukraine und Russland", "USA"),
        ("Olena Hajduk", "USA"),
    ],
)
def test_the_side_of_whom_nobody_knows_is_that_of_the_introduction(about, side):
    """One side in the words that introduce a person is hers; outsiders have none, and else the network is asked."""
    text = f"{about}.\n\nDas wird dauern."
    turn = Turn(text.index("Das wird"), len(text), ("Olena Hajduk",), "interview", about)
    article = Article("a", text, published=DAY, language="de")
    own = reading(article, "Das wird dauern.", actors=["USA"])
    assert attribute(article, own, find_mentions(text, "de", DAY), Memory((turn,))).sides == (side,)


@pytest.mark.parametrize(
    ("text", "cue", "speaker", "side"),
    [
        ("Laut Medienberichten wollen die USA im Mai abstimmen.", "Laut", "Medien", "other"),
        ("Den US-Berichten zufolge wollen die USA im Mai abstimmen.", "zufolge", "US-Medien", "other"),
        ("Die USA wollen laut Berichten im Mai abstimmen.", "laut Berichten", "Medien", "other"),
        ("Die USA wollen laut Zeitungsberichten abstimmen.", "laut", "Zeitungen", "other"),
        ("Einem Insider-Bericht zufolge wollen die USA abstimmen.", "zufolge", "Insider-Bericht", "other"),
        ("Die USA wollen abstimmen und nennen die Berichte falsch.", "nennen", "USA", "USA"),
        ("Laut den USA waren die Berichte im Mai falsch.", "Laut", "USA", "USA"),
        ("Laut einem Bericht der USA war das im Mai falsch.", "Laut", "USA", "USA"),
    ],
)
def test_reports_that_are_the_only_source_speak(text, cue, speaker, side):
    """Where a preposition is all that reports, the noun beside it is the source, not the sentence's subject."""
    (found,) = attributions(text, (text, "USA", cue, ["USA"]))
    assert (found.speaker, found.sides) == (speaker, (side,))


@pytest.mark.parametrize(
    ("who", "speaker", "side"), [("Kreml-Angaben", "Kreml", "Russia"), ("US-Angaben", "USA", "USA")]
)
def test_accounts_are_of_whom_the_compound_names(who, speaker, side):
    """A compound with "Angaben" is no name of its own."""
    (found,) = attributions(text := f"Das dauere nach {who} noch.", (text, who, "nach", ["Europe"]))
    assert (found.speaker, found.sides, found.resolution) == (speaker, (side,), f"{who} → {speaker}")


@pytest.mark.parametrize(("presence", "holder"), [(0.9, "USA"), (0.1, "other")])
def test_a_report_tells_of_the_side_that_its_words_are_about(presence, holder):
    """On a topic, the position is that of the side which the network takes for the speaker."""
    text = "Laut Medienberichten wollen die USA das nicht."
    article = Article("a", text, published=DAY, language="de")
    topic = TopicStance("nato", presence, 0.1, 0.8, 0.1)
    told = replace(reading(article, text, "USA", "Laut", ["USA"]), topics=(topic,))
    assert attribute(article, told, find_mentions(text, "de", DAY), Memory()).holder == holder


def test_a_name_that_stands_only_in_a_heading_in_capitals_is_known():
    """What opens the text is nobody's name for want of another place."""
    text = "KIEW MELDET SICH\n\nREMARKS BY PRESIDENT TRUMP\n\nWe will see.".replace("KIEW", "Kiew")
    at = text.index("We will")
    turn = Turn(at, len(text), ("Trump",), "heading", "President Trump")
    article = Article("a", text, published=DAY, language="en")
    own = reading(article, "We will see.", actors=["Ukraine"])
    found = attribute(article, own, find_mentions(text, "en", DAY), Memory((turn,)))
    assert (found.speaker, found.sides) == ("Donald Trump", ("USA",))


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("Foreign Minister Maret Tamm", "Maret Tamm"),
        ("Deputy Prime Minister Ada Holm", "Ada Holm"),
        ("Polish Defence Minister Ada Holm", "Ada Holm"),
        ("John Major", "John Major"),
    ],
)
def test_titles_of_several_words_are_no_part_of_a_name(who, speaker):
    """What stands before the last word of the title is title, too; a family name may be a word for a role."""
    (found,) = attributions(text := f"It would take time, {who} said.", (text, who, "said"), language="en")
    assert found.speaker == speaker


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("the Ministry of Foreign Affairs", "Ministry of Foreign Affairs"),
        ("the governor of the Sample Region", "governor of the Sample Region"),
        ("the Armed Services panel", "Armed Services panel"),
        ("a pilot from the 79th Brigade", "pilot from the 79th Brigade"),
        ("the officials'", "officials"),
        ("Ada Holm of the Sample School", "Ada Holm"),
        ("Senator Ada Holm of Ohio", "Ada Holm"),
    ],
)
def test_bodies_and_places_are_no_persons_name(who, speaker):
    """What stands behind "of" or before "panel" names a body or a place; in front of it a person keeps the name."""
    (found,) = attributions(text := f"It would take time, {who} said.", (text, who, "said"), language="en")
    assert found.speaker == speaker


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("des Landratsamts", "Landratsamt"),
        ("des Bundesamtes für Statistik", "Bundesamt für Statistik"),
        ("des Senatsausschusses", "Senatsausschuss"),
        ("des Komitees", "Komitee"),
    ],
)
def test_a_genitive_is_shown_as_a_nominative(who, speaker):
    """Behind "des" the noun's ending is taken off."""
    (found,) = attributions(text := f"Das dauere nach Angaben {who} noch.", (text, who, "Angaben"))
    assert found.speaker == speaker


def test_a_verb_is_nobody():
    """In German a word written small that is no role names no speaker; the side is the network's."""
    text = "Bald erwarte die Ukraine das nicht mehr."
    (found,) = attributions(text, (text, "erwarte", "", ["Ukraine"]))
    assert (found.speaker, found.sides) == ("", ("Ukraine",))


@pytest.mark.parametrize(
    ("first", "text", "speaker"),
    [
        ("the Kremlin", "The road is open, it said.", "Kremlin"),
        ("Ushakov", "The road is open, it said.", ""),
        ("the White House", "The Kremlin read that as news, it said.", "Kremlin"),
        ("the White House", "News from the Kremlin is open to doubt, it said.", "White House"),
    ],
)
def test_it_is_a_body_that_spoke(first, text, speaker):
    """Not a person; a body that opens the sentence comes first, another one that the sentence names does not."""
    lead = f"The bridge is open, {first} said."
    told = [(lead, first, "said"), (text, "it", "said", ["USA"])]
    found = last(*told, language="en")
    assert (found.speaker, found.resolution) == (speaker, f"it → {speaker}" if speaker else "")


def test_they_are_a_group_that_spoke():
    """The latest one, whoever spoke alone after it."""
    lines = ("The bridge is open, two diplomats said.", "It is long, Ushakov said.", "It is wet, they said.")
    told = zip(lines, ("two diplomats", "Ushakov", "they"), strict=True)
    found = attributions("\n\n".join(lines), *((line, who, "said") for line, who in told), language="en")
    assert found[-1].speaker == found[0].speaker == "two diplomats"


@pytest.mark.parametrize(
    ("who", "language", "speaker", "side"),
    [
        ("the President of Russia", "en", "Vladimir Putin", "Russia"),
        ("the German Chancellor", "en", "Friedrich Merz", "Europe"),
        ("der Präsident der Ukraine", "de", "Wolodymyr Selenskyj", "Ukraine"),
        ("der Präsident Russlands", "de", "Wladimir Putin", "Russia"),
        ("the former President of Russia", "en", "former President of Russia", "other"),
        ("the Ukrainian Foreign Minister Maret Tamm", "en", "Maret Tamm", "Ukraine"),
    ],
)
def test_titles_with_a_country_are_their_holders(who, language, speaker, side):
    """Of the day; neither a former holder nor somebody whom another name follows."""
    cue = "said" if language == "en" else "sagte"
    text = f"It rains, {who} {cue}." if language == "en" else f"Es regne, {cue} {who}."
    (found,) = attributions(text, (text, who, cue, [side]), language=language)
    assert (found.speaker, found.sides) == (speaker, (side,))


def test_a_label_in_capitals_is_who_it_names():
    """Transcripts print names in capitals; those that nobody knows are shown as names."""
    text = "SECRETARY RUBIO: We will see.\n\nMR. HOLM: So will we."
    turns = (
        Turn(0, text.index("\n"), ("SECRETARY RUBIO",), "interview"),
        Turn(text.index("MR"), len(text), ("ADA HOLM",), "interview"),
    )
    article = Article("a", text, published=DAY, language="en")
    memory, mentions = Memory(turns), find_mentions(text, "en", DAY)
    found = [attribute(article, reading(article, words), mentions, memory) for words in ("We will see.", "So will we.")]
    assert [one.speaker for one in found] == ["Marco Rubio", "Ada Holm"]


@pytest.mark.parametrize(
    ("text", "who", "speaker"),
    [
        ("Das dauere, hieß es von der Luftwaffe in Kiew.", "der Luftwaffe in Kiew", "Luftwaffe in Kiew"),
        ("Das dauere, hieß es vom Ministerium in Kiew.", "vom Ministerium in Kiew", "Ministerium in Kiew"),
        ("Das dauere, hieß es von der Regierung in Kiew.", "der Regierung in Kiew", "ukrainische Regierung"),
        ("Das dauere, hieß es in Kiew.", "Kiew", "Kiew"),
        ("Das dauere, hieß es von der Botschaft in Kiew.", "der Botschaft in Kiew", "Botschaft in Kiew"),
    ],
)
def test_a_body_in_a_capital_is_not_the_capital(text, who, speaker):
    """It is named as written and has the capital's side; one that the codebook knows keeps its name there."""
    (found,) = attributions(text, (text, who, "hieß es", ["other"]))
    assert (found.speaker, found.sides) == (speaker, ("Ukraine",))


@pytest.mark.parametrize(
    ("text", "who", "cue", "speaker"),
    [
        ("MP Halina Bereza contradicted him.", "Halina Bereza", "contradicted", "Halina Bereza"),
        ("DTEK, a power company, said it was the worst night.", "DTEK", "said", "DTEK"),
        ("Halina Bereza told me she had been asleep.", "Halina Bereza", "told", "Halina Bereza"),
        ("The road is open, according to him.", "him", "according to", "Yuri Ushakov"),
        ('"The road is open," said he.', "he", "said", "Yuri Ushakov"),
        ('"The road is open," said he', "he", "said", "Yuri Ushakov"),
        ("Dmitriev, an envoy, denied it.", "Dmitriev", "denied", "Kirill Dmitriev"),
    ],
)
def test_an_object_does_not_speak(text, who, cue, speaker):
    """A pronoun behind the reporting words is whom they are told to, or begins what is told."""
    lead = "The bridge is open, Ushakov said."
    told = [(lead, "Ushakov", "said"), (text, who, cue, ["Ukraine"])]
    assert last(*told, language="en").speaker == speaker


def test_as_he_said_means_who_is_named_in_the_sentence():
    """Not who spoke last."""
    lines = (
        "Es regnet, sagte Beate Lindenau.",
        "Es schneit, sagte Grit Sommer.",
        "Lindenau reist, wie sie ankündigte.",
    )
    told = [(lines[0], "Beate Lindenau", "sagte"), (lines[1], "Grit Sommer", "sagte"), (lines[2], "sie", "ankündigte")]
    assert last(*told).speaker == "Beate Lindenau"


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("the economy ministry", "economy ministry"),
        ("the ministry", "Polish education ministry"),
        ("the same ministry", "Polish education ministry"),
    ],
)
def test_another_ministry_is_not_the_one_that_spoke(who, speaker):
    """A word before the role that the earlier one lacks tells them apart."""
    lead, text = "It rains, the Polish education ministry said.", f"It snows, {who} said."
    told = [(lead, "the Polish education ministry", "said", ["Europe"]), (text, who, "said", ["Europe"])]
    assert last(*told, language="en").speaker == speaker


def test_a_ministry_is_not_the_person_who_spoke_for_it():
    """A body's word in the description of a person does not make him the body."""
    lead, text = "It rains, Ada Holm of the ministry said.", "It snows, the ministry said."
    told = [(lead, "Ada Holm of the ministry", "said", ["Europe"]), (text, "the ministry", "said", ["Europe"])]
    assert last(*told, language="en").speaker == "ministry"


@pytest.mark.parametrize(
    ("text", "pointed", "cue", "speaker"),
    [
        ("Der Kanzler reise, sagte in Brüssel der Kanzler.", "Brüssel der Kanzler", "sagte", "Friedrich Merz"),
        ("Es regne, sagte im Netz der russische Präsident.", "Netz der russische Präsident", "sagte", "Wladimir Putin"),
        ("Es regne, sagte der Präsident der Ukraine.", "Präsident der Ukraine", "sagte", "Wolodymyr Selenskyj"),
        ("Es regne, sagte die Kreml-Sprecherin.", " die Kreml-Sprecherin", "sagte", "Kreml-Sprecherin"),
        (
            "Der Beauftragte für die Ukraine sagte es.",
            "Beauftragte für die Ukraine",
            "sagte",
            "Beauftragte für die Ukraine",
        ),
    ],
)
def test_an_article_opens_another_phrase(text, pointed, cue, speaker):
    """Where the network points at two phrases, the one that can be the subject speaks."""
    (found,) = attributions(text, (text, pointed, cue))
    assert found.speaker == speaker


@pytest.mark.parametrize(
    ("text", "cue", "language", "speaker"),
    [
        ('Dmitrijew werde erwartet, berichtete "Politico".', "berichtete", "de", "Politico"),
        ('Dmitrijew werde erwartet, wie "Politico" berichtete.', "berichtete", "de", "Politico"),
        ("Dmitrijew sei da. Nun meldete die amtliche Agentur RIA, dass er geht.", "meldete", "de", "RIA Nowosti"),
        ("Dmitriev had left, Reuters reported on Monday, quoting a guard.", "reported", "en", "Reuters"),
        ("Dmitrijew werde erwartet, forderte Moskau auf.", "forderte", "de", "Kirill Dmitrijew"),
        ("Dmitriev, an envoy, accused Moscow.", "accused", "en", "Kirill Dmitriev"),
        ('Dmitriev, who calls it "surrender", accused Kyiv.', "accused", "en", "Kirill Dmitriev"),
        ("Dmitrijew, der am Dienstag eintraf, warnte Kiew.", "warnte", "de", "Kirill Dmitrijew"),
        ("Dmitrijew, ein Gesandter, kritisierte Deutschland.", "kritisierte", "de", "Kirill Dmitrijew"),
        ("Das dauere, sagte Dmitrijew der Tass.", "sagte", "de", "Kirill Dmitrijew"),
    ],
)
def test_who_follows_the_reporting_words_at_the_end_is_their_subject(text, cue, language, speaker):
    """Even where the network points at somebody else; not where more follows."""
    who = "Dmitrijew" if language == "de" else "Dmitriev"
    (found,) = attributions(text, (text, who, cue, ["Russia"]), language=language)
    assert found.speaker == speaker


@pytest.mark.parametrize(
    ("text", "cue", "language", "speaker"),
    [
        ('Es regne, wie "Politico" berichtete.', "berichtete", "de", "Politico"),
        ("Putin said so, Reuters reported.", "reported", "en", "Reuters"),
        ("Putin berichtete der Tass davon.", "berichtete", "de", "Wladimir Putin"),
        ("Wie Putin der Agentur AFP berichtete, regnet es.", "berichtete", "de", "Wladimir Putin"),
        ("Putin wird von der Agentur Tass zitiert.", "zitiert", "de", "Wladimir Putin"),
        ("Putin rejects the plan first reported by Axios.", "reported", "en", "Vladimir Putin"),
        ("Putin has been quoted by Reuters as saying so.", "quoted", "en", "Vladimir Putin"),
    ],
)
def test_a_medium_that_passes_on_is_the_subject_where_nobody_else_is(text, cue, language, speaker):
    """Even where the network is not sure that it is; not a medium that is told something, or behind "by"."""
    article = Article("a", text, published=DAY, language=language)
    said = reading(article, text, "Putin" if "Putin" in text else "", cue, ["Russia"])
    said = replace(said, pointer=tuple((start, end, 0.5) for start, end, _ in said.pointer))
    assert attribute(article, said, find_mentions(text, language, DAY), Memory()).speaker == speaker


@pytest.mark.parametrize(
    ("text", "cue", "speaker"),
    [
        ("Es regne, hieß es weiter.", "hieß es", "Ada Holm"),
        ("Weiter hieß es, Moskau sei nass.", "hieß es", "Ada Holm"),
        ("In Moskau hieß es, es regne.", "hieß es", "Moskau"),
        ("Zudem hieß es aus Moskau, es regne.", "hieß es", "Moskau"),
        ("Es regne, hieß es weiter in Moskau.", "hieß es", "Moskau"),
        ("Moskau sagte, anderswo heißt es weiter, es regne.", "sagte", "Moskau"),
    ],
)
def test_what_was_said_further_is_of_who_told_last(text, cue, speaker):
    """Not of whom the text between narrates, nor of a name in the sentence."""
    told = ("Es schneie, sagte Ada Holm.", "Ada Holm", "sagte", ["USA"])
    narrated = "Kiew lehnt das ab."
    whole = "\n\n".join((told[0], narrated, text))
    article = Article("a", whole, published=DAY, language="de")
    mentions, memory = find_mentions(whole, "de", DAY), Memory()
    attribute(article, reading(article, *told), mentions, memory)
    between = reading(article, narrated, "Kiew", "", ["Ukraine"])
    attribute(article, replace(between, modes=(0.0, 0.0, 0.0, 1.0)), mentions, memory)
    who = "Moskau" if "Moskau" in text else ""
    assert attribute(article, reading(article, text, who, cue, ["USA"]), mentions, memory).speaker == speaker


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("Der Gouverneur des Gebiets Orjol", "Gouverneur des Gebiets Orjol"),
        ("the Finance Ministry", "Finance Ministry"),
    ],
)
def test_areas_and_ministries_are_nobodys_name(who, speaker):
    """What follows "des Gebiets" is a place, what stands before "Ministry" its field."""
    language, cue = ("de", "sagte") if who.startswith("Der") else ("en", "said")
    (found,) = attributions(text := f"{who} {cue}, it rains.", (text, who, cue, ["Russia"]), language=language)
    assert found.speaker == speaker


@pytest.mark.parametrize(
    ("first", "second", "pronoun", "speaker"),
    [
        ("Katrin Overgaard", "Bernd Overbeck", "sie", "Katrin Overgaard"),
        ("Bernd Overbeck", "Katrin Overgaard", "er", "Bernd Overbeck"),
        ("Bernd Overbeck", "Kim Overgaard", "er", "Kim Overgaard"),  # both a woman's and a man's name
        ("Katrin Overgaard", "Birgit Overbeck", "er", ""),
    ],
)
def test_a_given_name_tells_whom_a_pronoun_can_mean(first, second, pronoun, speaker):
    """The latest person whom it fits; nobody where it fits none."""
    lines = (f"Es regnet, sagte {first}.", f"Es taut, sagte {second}.", f"Es werde kalt, fügte {pronoun} hinzu.")
    told = [(lines[0], first, "sagte"), (lines[1], second, "sagte"), (lines[2], pronoun, "fügte")]
    assert last(*told).speaker == speaker


@pytest.mark.parametrize(
    ("who", "language", "side"),
    [
        ("der US-Botschaft in Kiew", "de", "USA"),
        ("der ukrainischen Botschaft in Berlin", "de", "Ukraine"),
        ("the Russian embassy in London", "en", "Russia"),
    ],
)
def test_an_embassy_is_of_whom_its_name_says(who, language, side):
    """Not of the town where it stands."""
    german = language == "de"
    text, cue = (f"Das dauere, hieß es von {who}.", "hieß es") if german else (f"It rains, {who} said.", "said")
    (found,) = attributions(text, (text, who, cue, ["other"]), language=language)
    assert found.sides == (side,)


@pytest.mark.parametrize("who", ["Daniel van den Berg", "Rat in den Niederlanden", "Sprecher vor dem Treffen"])
def test_small_words_belong_to_what_follows(who):
    """An article behind them opens no phrase of its own."""
    text = f"Das dauere, sagte {who}."
    (found,) = attributions(text, (text, who, "sagte"))
    assert found.mention == who
