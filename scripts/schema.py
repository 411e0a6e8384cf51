"""Writes the JSON schemas that let an editor complete and check home, settings and tariff files.

    python scripts/schema.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import msgspec

from heatledger.config import Settings
from heatledger.home import Home
from heatledger.tariff.model import Tariff

FOLDER: Final = Path(__file__).parents[1] / "grafana-free-config" / "schema"
KINDS: Final[dict[str, type[msgspec.Struct]]] = {"home": Home, "settings": Settings, "tariff": Tariff}


def schema(kind: type[msgspec.Struct]) -> str:
    """Return the JSON schema of a kind of file, as text."""
    return json.dumps(msgspec.json.schema(kind), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, kind in KINDS.items():
        (FOLDER / f"{name}.schema.json").write_text(schema(kind), encoding="utf-8")


if __name__ == "__main__":
    main()
