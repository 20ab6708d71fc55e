"""The frame around every page: language, navigation, shared filters. ``app.py`` draws it at each run."""

import logging

import streamlit as st

from positions import logs
from positions.records import Unusable
from positions.ui import filters, login, settings, uploads, views, words
from positions.ui.reading import corpus

PAGES = {
    "positions": ":material/grid_on:",
    "over_time": ":material/timeline:",
    "compare": ":material/compare_arrows:",
    "common_ground": ":material/join_inner:",
    "statements": ":material/format_quote:",
    "articles": ":material/article:",
    "corpus": ":material/fact_check:",
    "method": ":material/rule:",
}
UNFILTERED = ("method",)


def draw() -> None:
    """Draw the frame and the page in it."""
    logs.set_up()
    t = words.load(views.language())
    st.set_page_config(page_title=t("app.title"), page_icon=str(words.FOLDER / "icon.svg"), layout="wide")
    st.html(words.FOLDER / "style.css")
    pages = {
        name: st.Page(
            f"positions/pages/{name}.py",
            title=t(f"{name}.name"),
            icon=icon,
            url_path=name.replace("_", "-"),
            default=name == "positions",
            help=t(f"{name}.lead"),
        )
        for name, icon in PAGES.items()
    }
    page = st.navigation(list(pages.values()), position="top")
    name = next(key for key, one in pages.items() if one == page)

    login.require(t)
    st.title(t(f"{name}.title"), anchor=False)
    st.markdown(t(f"{name}.lead"))
    with st.sidebar:
        views.choose_language()
        login.offer_logout(t)
    uploads.collect()
    try:
        t = settings.adapt(t)
        known = corpus(t)
    except Unusable as error:
        logging.getLogger("positions").error("POSITIONS_CODEBOOK or POSITIONS_MODEL: %s", error)
        st.error(t("loading.settings"), icon=":material/error:")
        st.stop()
    except Exception:  # whatever the stages raise: visitors get a sentence, the log gets the reason
        logging.getLogger("positions").exception("tagging the corpus failed")
        st.error(t("loading.failed"), icon=":material/error:")
        st.stop()
    with st.sidebar:
        if name != "articles":
            uploads.progress(t)
        if name not in UNFILTERED:
            filters.sidebar(t, known)
    if name not in UNFILTERED:
        filters.sources(t)
        filters.chips(filters.current(), t)
    views.open_view(name, t, known, filters.Selection() if name in UNFILTERED else filters.current())
    page.run()
