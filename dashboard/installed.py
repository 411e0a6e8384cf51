"""heatledger as an app of its own on a tablet or phone: its manifest, its service worker, its page without network."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from fastapi import FastAPI, Response

from dashboard.forms import Forms

THEME: Final = "#07090B"
NO_PART_OF_A_PAGE: Final = r"^(worker|offline)\.js$"
"""What of the assets no page loads by itself: a regular expression of file names."""
_ASSETS: Final = Path(__file__).parent / "assets"
_ICONS: Final = (("any", 192), ("any", 512), ("maskable", 192), ("maskable", 512))
_OFFLINE: Final = ("1-tokens.css", "9-forms.css", "scheme.js", "installed.js", "offline.js")
"""What the page without network needs; every other file is kept when it is first loaded."""


def manifest() -> dict[str, object]:
    """Return what an installed heatledger is called and where it begins; every address counts from the manifest's own.

    Returns
    -------
    dict
        By W3C's Web Application Manifest.
    """
    icons = [
        {
            "src": f"assets/icons/{purpose}-{pixels}.png",
            "sizes": f"{pixels}x{pixels}",
            "type": "image/png",
            "purpose": purpose,
        }
        for purpose, pixels in _ICONS
    ]
    return {
        "name": "heatledger",
        "short_name": "heatledger",
        "description": "What the home costs now, the bill so far, and how well the heat pumps work.",
        "id": "./",
        "start_url": "./?wall",
        "scope": "./",
        "display": "fullscreen",
        "display_override": ["fullscreen", "standalone"],
        "orientation": "any",
        "theme_color": THEME,
        "background_color": THEME,
        "icons": icons,
    }


def worker(path: str, build: str) -> str:
    """Return the service worker's script: which program it belongs to, what it keeps of that, and how.

    Parameters
    ----------
    path : str
        Under which it works.
    build : str
        Which program; another one's worker differs, and so replaces it.
    """
    kept = [f"{path}assets/{name}?b={build}" for name in _OFFLINE]
    said = {"SCOPE": path, "BUILD": build, "OFFLINE": f"{path}offline", "SHELL": kept}
    head = "".join(f"const {name} = {msgspec.json.encode(value).decode()};\n" for name, value in said.items())
    return head + (_ASSETS / "worker.js").read_text(encoding="utf-8")


def register(server: FastAPI, forms: Forms) -> None:
    """Add the routes to the FastAPI application."""

    @server.get("/manifest.webmanifest", include_in_schema=False)
    def described() -> Response:
        return Response(msgspec.json.encode(manifest()), media_type="application/manifest+json")

    @server.get("/worker.js", include_in_schema=False)
    def working() -> Response:
        return Response(worker(forms.path, forms.build), media_type="text/javascript")

    @server.get("/offline", include_in_schema=False)
    def offline() -> Response:
        return forms.page("offline")
