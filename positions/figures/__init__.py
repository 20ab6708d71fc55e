"""From a measure's frame to a Plotly figure, and to the sentence that says the same to who can't see it.

Every figure takes ``words``: texts by the keys of ``ENGLISH``, which stand in for those that are missing. Colours say
purple for favor and orange for against, in light and in dark; a state or a side is always told by shape as well. Names
that come from articles are escaped. Only this package knows Plotly.
"""

from positions.figures.comparison import (
    compare,
    describe_compare,
    describe_network,
    describe_portrayal,
    describe_shifts,
    describe_speakers,
    network,
    portrayal,
    shifts,
    speakers,
)
from positions.figures.ladders import describe_ladder, ladder
from positions.figures.quality import coverage, describe_coverage, describe_reliability, reliability
from positions.figures.tables import (
    agreement,
    attention,
    describe_agreement,
    describe_attention,
    describe_matrix,
    matrix,
)
from positions.figures.theme import COLORS, CONFIG, INKS, Figure, contrast, warn
from positions.figures.trends import calendar, describe_calendar, describe_timeline, timeline
from positions.figures.wording import ENGLISH, cell_lines, day, escape, number

__all__ = [
    "COLORS",
    "CONFIG",
    "ENGLISH",
    "INKS",
    "Figure",
    "agreement",
    "attention",
    "calendar",
    "cell_lines",
    "compare",
    "contrast",
    "coverage",
    "day",
    "describe_agreement",
    "describe_attention",
    "describe_calendar",
    "describe_compare",
    "describe_coverage",
    "describe_ladder",
    "describe_matrix",
    "describe_network",
    "describe_portrayal",
    "describe_reliability",
    "describe_shifts",
    "describe_speakers",
    "describe_timeline",
    "escape",
    "ladder",
    "matrix",
    "network",
    "number",
    "portrayal",
    "reliability",
    "shifts",
    "speakers",
    "timeline",
    "warn",
]
