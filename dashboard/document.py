"""The document that Dash's pages stand in: it says the reader's language, colours, and the words of the scripts."""

from __future__ import annotations

from typing import Any, Final

from dash import Dash

from dashboard.reading import about_reader

_INDEX: Final = """<!DOCTYPE html>
<html {{%reader%}}><head>{{%metas%}}<title>{{%title%}}</title>
<link rel="icon" type="image/svg+xml" href="{path}assets/icons/icon.svg">
<link rel="apple-touch-icon" href="{path}assets/icons/apple-180.png">
<link rel="manifest" href="{path}manifest.webmanifest" crossorigin="use-credentials">{{%css%}}</head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer></body></html>"""


def index(path: str) -> str:
    """Return the document that Dash fills, its icon and manifest under the path a proxy shows it at.

    Parameters
    ----------
    path : str
        With a slash at both ends.
    """
    return _INDEX.format(path=path)


class Document(Dash):
    """Dash, whose document is made for who asks for it."""

    def interpolate_index(self, *parts: Any, **named: Any) -> str:  # noqa: ANN401 - Dash's own words
        """Return the document."""
        made: str = super().interpolate_index(*parts, **named)  # type: ignore[no-untyped-call] # Dash leaves it untyped
        return made.replace("{%reader%}", about_reader(), 1)
