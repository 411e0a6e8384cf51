"""Writes SUPPORTED.md from the device files that ship; run it after a change to one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from heatledger.config import read_toml
from heatledger.devices import DeviceFile

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "SUPPORTED.md"
FOLDER: Final = ROOT / "grafana-free-config" / "devices"
HEAD: Final = """# Supported devices

What each family's device file in `grafana-free-config/devices/` understands, and what to know before trusting it.
One that is missing is one TOML file away: see [add a device](docs/add-a-device.md).
What a device can be told is confirmed by its own state, but for ¹: that is sent, not confirmed.
Beside these, climates, water heaters and switches are told as Home Assistant's discovery describes them, and Zigbee
valves as their bridge's own list does: docs/control.md says more.
This page is written by `scripts/supported.py`.

| family | devices | readings | can be told |
|---|---|---|---|
"""


def quantities(file: DeviceFile) -> list[str]:
    """Return the quantities a family's rules can give, in alphabetical order."""
    rows = [row for rule in file.rules for row in (*rule.emit, *(row for each in rule.each for row in each.emit))]
    return sorted({row.quantity for row in rows})


def render(files: list[DeviceFile]) -> str:
    """Return the page.

    Parameters
    ----------
    files : list of DeviceFile
        The device files, in the order of the page.

    Returns
    -------
    str
        Markdown.
    """
    table = [
        f"| [{file.name}](#{file.family}) | {'; '.join(file.devices)} | {', '.join(quantities(file))} | {told(file)} |"
        for file in files
    ]
    return HEAD + "\n".join(table) + "\n" + "".join("\n".join(_section(file)) + "\n" for file in files)


def told(file: DeviceFile) -> str:
    """Return what a family's devices can be told, and what of it they never confirm."""
    names = dict.fromkeys(command.what for command in file.commands)
    sure = {command.what for command in file.commands if command.echoed_by}
    words = [name.replace("_", " ") + ("" if name in sure else "\u202f¹") for name in names]
    return ", ".join(words) or "—"


def _section(file: DeviceFile) -> Iterator[str]:
    yield f"\n## {file.family}\n"
    yield f"{file.name}; its own documentation: <{file.about}>."
    yield f"Proved by {len(file.examples)} examples in its file.\n"
    for caveat in file.caveats:
        yield f"- {caveat.text}" + (f" ([report]({caveat.issue}))" if caveat.issue else "")


def main() -> None:
    """Write the page."""
    files = [read_toml(path, DeviceFile) for path in sorted(FOLDER.glob("*.toml"))]
    PAGE.write_text(render(files), encoding="utf-8")


if __name__ == "__main__":
    main()
