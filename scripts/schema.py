"""Writes the schemas of the files of grafana-free-config, and of the commissioning record; run it after a change."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Final

import msgspec

from heatledger.baseline.kinds import Alternative
from heatledger.commissioning.record import Record
from heatledger.commissioning.trial.course import Trial
from heatledger.config import Settings
from heatledger.devices import DeviceFile
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.tariff.model import Tariff

FOLDER: Final = Path(__file__).parents[1] / "grafana-free-config" / "schema"
KINDS: Final[dict[str, type[msgspec.Struct]]] = {
    "commissioning": Record,
    "comparison": Alternative,
    "device": DeviceFile,
    "home": Home,
    "settings": Settings,
    "system": System,
    "tariff": Tariff,
    "trial": Trial,
}


def schema(kind: type[msgspec.Struct]) -> str:
    """Return the JSON schema of a kind of file, as text."""
    tidy = json.loads(msgspec.json.encode(msgspec.json.schema(kind)), object_hook=_dedent)
    return json.dumps(tidy, indent=2, ensure_ascii=False) + "\n"


def _dedent(part: dict[str, object]) -> dict[str, object]:
    text = part.get("description")
    return {**part, "description": inspect.cleandoc(text)} if isinstance(text, str) else part


def main() -> None:
    """Write every schema."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, kind in KINDS.items():
        (FOLDER / f"{name}.schema.json").write_text(schema(kind), encoding="utf-8")


if __name__ == "__main__":
    main()
