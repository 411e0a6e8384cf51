"""Draws the icons of the installed app from their one drawing: writes dashboard/assets/icons, which a test checks.

A maskable icon fills the square, its drawing inside the circle of 40 % that every launcher leaves (W3C, Web Application
Manifest, "Icon masks"); the plain one has corners of its own.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path
from typing import Final

import numpy as np

FOLDER: Final = Path(__file__).resolve().parents[1] / "dashboard" / "assets" / "icons"
_FINE: Final = 8
"""Points a side by which an edge is smoothed."""
_BARS: Final = ((7.5, 20, 8, "#14181D"), (16.5, 16, 12, "#14181D"), (25.5, 10, 18, "#B5330E"))
"""The bars of the drawing on a field of 38: left, top, height, colour. The last one is heat."""
FILES: Final = {
    "any-192.png": (192, 10.0),
    "any-512.png": (512, 10.0),
    "maskable-192.png": (192, 0.0),
    "maskable-512.png": (512, 0.0),
    "apple-180.png": (180, 0.0),
}
"""By name: pixels a side, radius of the corners on a field of 38."""


def drawing() -> str:
    """Return the drawing as SVG: three bars that rise, on gold."""
    bars = "".join(
        f'<rect x="{left:g}" y="{top}" width="5" height="{height}" fill="{colour}"/>'
        for left, top, height, colour in _BARS
    )
    field = '<rect width="38" height="38" rx="10" fill="#FFD24A"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 38 38">{field}{bars}</svg>\n'


def pixels(size: int, radius: float) -> np.ndarray:
    """Return the same drawing as pixels: red, green, blue and how opaque, each 0–255; shape (size, size, 4)."""
    at = (np.arange(size * _FINE) + 0.5) * 38 / (size * _FINE)
    across, down = np.meshgrid(at, at)
    inner = [np.clip(np.abs(axis - 19) - (19 - radius), 0, None) for axis in (across, down)]
    field = np.zeros((*across.shape, 4))
    field[np.hypot(*inner) <= radius] = _colour("#FFD24A")
    for left, top, height, colour in _BARS:
        inside = (across >= left) & (across < left + 5) & (down >= top) & (down < top + height)
        field[inside] = _colour(colour)
    blocks = field.reshape(size, _FINE, size, _FINE, 4)
    opaque = blocks[..., 3:].mean(axis=(1, 3))
    seen = (blocks[..., :3] * blocks[..., 3:]).mean(axis=(1, 3)) / np.maximum(opaque, 1e-9)
    return np.concatenate([seen, opaque * 255], axis=2).round().astype(np.uint8)


def _colour(written: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(written[at : at + 2], 16) for at in (1, 3, 5))
    return (red, green, blue, 1.0)


def png(picture: np.ndarray) -> bytes:
    """Return pixels as a PNG (W3C, Portable Network Graphics): eight bits a channel, no filter."""
    height, width = picture.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def main() -> int:
    """Write the files; return 1 where one changed."""
    FOLDER.mkdir(exist_ok=True)
    made = {"icon.svg": drawing().encode()}
    made |= {name: png(pixels(*look)) for name, look in FILES.items()}
    changed = [name for name, data in made.items() if not _holds(FOLDER / name, data)]
    for name in changed:
        (FOLDER / name).write_bytes(made[name])
        print(f"drawn: {name}")  # noqa: T201 - a script says what it did
    return 1 if changed else 0


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main())
