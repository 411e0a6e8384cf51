"""The document that Dash's pages stand in: it says the reader's language, colours, and the words of the scripts."""

from __future__ import annotations

from typing import Any, Final

from dash import Dash

from dashboard.reading import about_reader

INDEX: Final = """<!DOCTYPE html>
<html {%reader%}><head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body></html>"""


class Document(Dash):
    """Dash, whose document is made for who asks for it."""

    def interpolate_index(self, *parts: Any, **named: Any) -> str:  # noqa: ANN401 - Dash's own words
        """Return the document."""
        made: str = super().interpolate_index(*parts, **named)  # type: ignore[no-untyped-call] # Dash leaves it untyped
        return made.replace("{%reader%}", about_reader(), 1)
