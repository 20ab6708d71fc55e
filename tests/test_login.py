"""The log-in: nothing without a section of secrets, nothing past it without one, no way in by a broken file."""

from pathlib import Path

import pytest
import streamlit as st
from conftest import ROOT, SAID
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.testing.v1 import AppTest

from positions.ui import login

AUTH = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "x"}
ONE = {**AUTH, "client_id": "x", "client_secret": "x", "server_metadata_url": "https://id.example"}


def visit(secrets: dict, logged_in: bool) -> AppTest:
    """The first page as somebody sees it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = "en"
    app.secrets.update(secrets)
    app.user = {"is_logged_in": logged_in}
    return app.run()


def labels(app: AppTest) -> list[str]:
    """The buttons that have to do with the log-in."""
    return [button.label for button in app.button if button.label.startswith("Log")]


def test_without_the_section_nothing_changes(open_app):
    """No button, no question, no secrets needed."""
    app = open_app()
    assert labels(app) == [] and not app.exception
    assert app.title[0].value == "Who stands where"


@pytest.mark.parametrize(
    ("auth", "buttons"),
    [(ONE, ["Log in"]), ({**AUTH, "google": ONE, "verlag": ONE}, ["Log in with Google", "Log in with Verlag"])],
)
def test_nothing_is_shown_before_the_log_in(tagger, corpus_folder, auth, buttons):
    """A visitor sees a way in and nothing else; nothing is tagged for them."""
    app = visit({"auth": auth}, logged_in=False)
    assert [title.value for title in app.title] == ["Log in"] and labels(app) == buttons
    assert tagger.calls == 0 and not [text for text in SAID if text in str(app.main)]


def test_who_is_logged_in_sees_the_dashboard(tagger, corpus_folder):
    """The page, and a way out."""
    app = visit({"auth": ONE}, logged_in=True)
    assert app.title[0].value == "Who stands where" and labels(app) == ["Log out"]


def test_other_secrets_ask_for_no_log_in(tagger, corpus_folder):
    """Only the section ``auth`` switches it on."""
    assert labels(visit({"POSITIONS_LOG": "text"}, logged_in=False)) == []


def test_a_broken_file_of_secrets_opens_nothing(tmp_path: Path, monkeypatch):
    """A file that is there and cannot be read is an error, not a dashboard without log-in."""
    (tmp_path / "secrets.toml").write_text("[auth\n", encoding="utf-8")
    monkeypatch.setattr(st, "get_option", lambda _: [str(tmp_path / "secrets.toml")])

    class Unreadable:
        def __getitem__(self, name: str) -> None:
            raise StreamlitSecretNotFoundError("broken")

    monkeypatch.setattr(st, "secrets", Unreadable())
    with pytest.raises(StreamlitSecretNotFoundError):
        login.section()
    (tmp_path / "secrets.toml").unlink()
    assert login.section() == {}
