"""The log: one line an event, as text or JSON, and no word of an article in it."""

import json
import logging
from collections.abc import Iterator

import pytest
from conftest import BODY, SAID

from positions import logs


@pytest.fixture(autouse=True)
def logger() -> Iterator[logging.Logger]:
    """The program's logger, as it was before afterwards."""
    logger = logging.getLogger(logs.LOGGER)
    before = (logger.handlers, logger.propagate, logger.level)
    yield logger
    logger.handlers, logger.propagate, logger.level = before


def stumble() -> None:
    """An error that quotes an article."""
    raise ValueError(f"cannot read: {BODY}")


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    """What one warning and one error leave on standard error."""
    logs.set_up()
    logging.getLogger("positions.feeds").warning(
        "page not read", extra={"address": "https://a.example/ö", "again": None}
    )
    try:
        stumble()
    except ValueError:
        logging.getLogger("positions").exception("tagging the corpus failed")
    return capsys.readouterr().err


def test_events_are_json_on_request(monkeypatch, capsys):
    """Each line is an object with time, level, place, event and facts."""
    monkeypatch.setenv("POSITIONS_LOG", "json")
    first, second = (json.loads(line) for line in logged(capsys).splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "page not read", "level": "warning", "logger": "positions.feeds",
        "address": "https://a.example/ö", "again": None,
    }  # fmt: skip
    assert (second["event"], second["error"], second["level"]) == ("tagging the corpus failed", "ValueError", "error")
    assert "test_logs.py:" in second["at"]


@pytest.mark.parametrize("form", ["", "json"])
def test_an_error_does_not_bring_an_article_into_the_log(monkeypatch, capsys, form):
    """At the default level an error is its kind and its place; whoever asks for DEBUG sees its message."""
    monkeypatch.setenv("POSITIONS_LOG", form)
    text = logged(capsys)
    assert "ValueError" in text and "Prychodko" not in text and len(text.splitlines()) == 2
    monkeypatch.setenv("POSITIONS_LOG_LEVEL", "debug")
    assert "Prychodko" in logged(capsys)


def test_an_unknown_level_is_the_default(monkeypatch, logger):
    """A slip in the environment does not silence the log."""
    monkeypatch.setenv("POSITIONS_LOG_LEVEL", "loud")
    logs.set_up()
    assert logger.level == logging.INFO


@pytest.mark.parametrize("broken", [False, True])
def test_a_visit_leaves_no_text_in_the_log(open_app, capfd, tagger, monkeypatch, broken):
    """The dashboard with its articles, or with one that cannot be tagged, says nothing of what the articles say."""
    if broken:
        monkeypatch.setattr(tagger, "tag", lambda *_, **__: stumble())
    app = open_app("statements")
    said = capfd.readouterr()
    told = said.out + said.err
    assert bool(app.error) == ("tagging the corpus failed" in said.err) == broken
    assert not [sentence for sentence in [*SAID, BODY] if sentence[:25] in told]
