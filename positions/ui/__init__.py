"""What the pages share: words, corpus, filters, evidence cards, downloads, uploads."""

from positions.ui.views import View, view

__all__ = ["View", "view"]
