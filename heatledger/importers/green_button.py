"""Green Button: the utility's own meter data as ESPI XML (NAESB REQ.21) in an Atom feed."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from heatledger.importers import ImportFileError
from heatledger.importers.spread import Span, spread
from heatledger.readings import Intervals, SeriesKey

FAMILY: Final = "greenbutton"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ESPI: Final = "{http://naesb.org/espi}"
_WH: Final = 72
# ESPI FlowDirectionKind -> quantity
_DIRECTIONS: Final = {1: "energy", 19: "energy_returned"}


class _Type(NamedTuple):
    kwh_per_unit: float
    quantity: str


def read(path: Path, home: str) -> Iterator[Intervals]:
    """Yield the intervals of each meter reading of electric energy.

    Parameters
    ----------
    path : Path
        The XML file as the utility gave it.
    home : str
        The home the series are to belong to.

    Raises
    ------
    ImportFileError
        If it is no such file, or holds no energy in Wh.
    """
    try:
        entries = list(ElementTree.parse(path).iter(f"{_ATOM}entry"))  # noqa: S314 - the user's own file; expat bounds expansion
    except (OSError, ElementTree.ParseError) as error:
        raise ImportFileError(f"{path}: {error}; name the XML file that the utility gave") from error
    types = {href: _type(found) for href, found in _content(entries, "ReadingType").items()}
    readings = _content(entries, "MeterReading")
    spans: dict[tuple[str, str], list[Span]] = {}
    for entry in entries:
        blocks = entry.findall(f".//{_ESPI}IntervalBlock")
        if not blocks:
            continue
        meter = next((href for href in readings if _links(entry, "up") and _links(entry, "up")[0].startswith(href)), "")
        related = [types[href] for href in _links(readings[meter], "related") if href in types] if meter else []
        kind = related[0] if related else next(iter(types.values())) if len(types) == 1 else None
        if kind is not None:
            spans.setdefault((_meter_name(meter), kind.quantity), []).extend(_spans(blocks, kind))
    made = [spread(SeriesKey(home, FAMILY, name, "", quantity), each) for (name, quantity), each in spans.items()]
    if not any(made):
        raise ImportFileError(f"{path}: holds no electric energy in Wh; ask the utility for interval data")
    yield from (block for block in made if block is not None)


def _content(entries: list[ElementTree.Element], tag: str) -> dict[str, ElementTree.Element]:
    """Return the entries that hold an element, by their own link."""
    found = [entry for entry in entries if entry.find(f".//{_ESPI}{tag}") is not None]
    return {(_links(entry, "self") or [""])[0]: entry for entry in found}


def _links(entry: ElementTree.Element, rel: str) -> list[str]:
    return [link.get("href", "") for link in entry.findall(f"{_ATOM}link") if link.get("rel") == rel]


def _number(element: ElementTree.Element, tag: str, default: int) -> int:
    return int(element.findtext(f".//{_ESPI}{tag}") or default)


def _type(entry: ElementTree.Element) -> _Type:
    scale = 10.0 ** _number(entry, "powerOfTenMultiplier", 0) / 1000
    if _number(entry, "uom", _WH) != _WH:
        return _Type(scale, "")
    return _Type(scale, _DIRECTIONS.get(_number(entry, "flowDirection", 1), ""))


def _spans(blocks: list[ElementTree.Element], kind: _Type) -> Iterator[Span]:
    for reading in (each for block in blocks for each in block.iter(f"{_ESPI}IntervalReading")):
        value = reading.findtext(f"{_ESPI}value")
        if value and kind.quantity:
            yield Span(_number(reading, "start", 0), _number(reading, "duration", 0), int(value) * kind.kwh_per_unit)


def _meter_name(href: str) -> str:
    """Return the usage point's name from a link like ``…/UsagePoint/01/MeterReading/01``."""
    parts = href.split("/")
    return parts[parts.index("UsagePoint") + 1] if "UsagePoint" in parts[:-1] else "meter"
