"""OpenEI URDB rates (version 7 and 8) as rate plans; what cannot be expressed is refused by name, never dropped."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from heatledger.tariff.importers.urdb_times import Hours, whens
from heatledger.tariff.load import BillError
from heatledger.tariff.model import Tariff

_MONTHS: Final = range(12)
_CURRENCIES: Final = {"USA": "USD", "US": "USD", "CAN": "CAD", "CA": "CAD", "MEX": "MXN", "IND": "INR", "GBR": "GBP"}
_DESCRIBING = """
    label utility eiaid name sector country approved description source uri startdate enddate currency latest_update
    revisions revision supersedes is_default sourceparent servicetype phasewiring voltagecategory voltageminimum
    voltagemaximum peakkwcapacitymin peakkwcapacitymax peakkwcapacityhistory peakkwhusagemin peakkwhusagemax
    peakkwhusagehistory basicinformationcomments energycomments demandcomments usenetmetering geofilter
"""
_PRICING = """
    energyratestructure energyweekdayschedule energyweekendschedule demandratestructure demandweekdayschedule
    demandweekendschedule demandrateunit demandunits demandwindow flatdemandstructure flatdemandmonths flatdemandunit
    flatdemandunits fixedchargefirstmeter fixedchargeunits fixedmonthlycharge mincharge minchargeunits minmonthlycharge
    annualmincharge lookbackpercent dgrules
"""
_KNOWN: Final = frozenset((*_DESCRIBING.split(), *_PRICING.split()))
"""What describes a rate and changes no amount, and what is read here; anything else is refused."""
_STRUCTURES: Final = ("energyratestructure", "demandratestructure", "flatdemandstructure")
_OF_TIER: Final = frozenset(("rate", "adj", "max", "unit", "sell"))
_SAID_TWICE: Final = (
    ("fixedchargefirstmeter", "fixedmonthlycharge"),
    ("mincharge", "minmonthlycharge"),
    ("demandrateunit", "demandunits"),
    ("flatdemandunit", "flatdemandunits"),
)
_ASSUMED: Final = (
    "URDB does not say how export is billed: as its simulators do, energy with a sell price is netted by the hour, any "
    "other over the bill, what is left over being kept until December"
)
_BY_HAND: Final = "cannot be expressed in a rate plan; write the plan by hand, see docs/add-a-tariff.md"
_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "Net Metering": {"scheme": "net_metering", "rollover": "kwh", "true_up_month": 12},
    "Net Billing Instantaneous": {"scheme": "registers"},
    "Net Billing Hourly": {"scheme": "net_billing", "netting_minutes": 60},
}


def import_urdb(text: str, *, where: str) -> Tariff:
    """Read one URDB rate as a rate plan.

    Energy lines of one file share a ladder by their part of the energy, under net billing in order of time. Without
    dates the plan is valid always; without a demand window, demand is of the load's own step; the currency follows the
    country, else it is the dollar. A charge per day is billed by the day. Where nothing is said of export, it is net
    billing by the hour if energy has sell prices, else net metering with rollover.

    Parameters
    ----------
    text : str
        JSON: one rate, or the service's answer with one rate in ``items``.
    where : str
        For messages.

    Returns
    -------
    Tariff

    Raises
    ------
    BillError
        If it is not such a rate, or says what a plan cannot.
    """
    try:
        raw = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except json.JSONDecodeError as error:
        raise BillError(f"{where}: not JSON: {error}; give a rate as the service hands it out") from error
    try:
        return _plan(_one(raw, where), where)
    except BillError:
        raise
    except msgspec.ValidationError as error:
        raise BillError(f"{where}: {error}; {_BY_HAND}") from error
    except (TypeError, AttributeError, KeyError, IndexError, ValueError, ArithmeticError) as error:
        what = type(error).__name__
        raise BillError(
            f"{where}: not a URDB rate ({what}: {error}); give a rate as the service hands it out"
        ) from error


def _plan(rate: dict[str, Any], where: str) -> Tariff:
    _refuse(rate, where)
    validity = {"from": _date(rate.get("startdate"), where), "to": _date(rate.get("enddate"), where)}
    lines = [*_energy(rate, where), *_demand(rate, where), *_fixed(rate, where), *_minimum(rate, where)]
    dated = {key: value for key, value in validity.items() if value}
    export = _export(rate, where)
    if export["scheme"] == "net_billing":  # what is bought hour by hour fills the ladder hour by hour
        lines = [_in_order(line) for line in lines]
    plan = {
        "name": " · ".join(str(rate[key]) for key in ("utility", "name") if rate.get(key)) or "Rate",
        "currency": rate.get("currency") or _currency(rate, where),
        "source": f"URDB {rate.get('label') or ''}, imported: check against your bill".replace(" ,", ","),
        "lines": [{**line, **dated} for line in lines],
        "export": export,
        "notes": "" if rate.get("dgrules") else _ASSUMED,
    }
    return msgspec.convert(plan, Tariff)


def _one(raw: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - decoded JSON
    items = raw.get("items", [raw]) if isinstance(raw, dict) else raw
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        raise BillError(f"{where}: not one rate; give a file with a single rate in it")
    return items[0]


def _refuse(rate: Mapping[str, Any], where: str) -> None:
    for key, value in rate.items():
        blank = not any(value) if isinstance(value, list) else not value
        if blank or key.startswith("_") or key in _KNOWN:
            continue
        raise BillError(
            f"{where}: {key} cannot be expressed in a rate plan; write the plan by hand, see docs/add-a-tariff.md"
        )
    if not rate.get("energyratestructure"):
        raise BillError(f"{where}: energyratestructure is missing; a rate needs the price of energy")
    for key in _STRUCTURES:
        for period, tiers in enumerate(rate.get(key) or ()):
            for number, tier in enumerate(tiers):
                _refuse_tier(tier, f"{where}: {key}[{period}][{number}]", is_last=number == len(tiers) - 1)
    for one, other in _SAID_TWICE:
        if rate.get(one) and rate.get(other) and rate[one] != rate[other]:
            raise BillError(f"{where}: {one} and {other} differ; keep the one that is billed")


def _refuse_tier(tier: Mapping[str, Any], where: str, *, is_last: bool) -> None:
    for key, value in tier.items():
        if key not in _OF_TIER and value:
            raise BillError(f"{where}: {key} {_BY_HAND}")
    if "rate" not in tier and "adj" not in tier:
        raise BillError(f"{where}: rate is missing; write 0 where the step is free")
    if is_last and tier.get("max"):
        raise BillError(f"{where}: max {tier['max']} leaves what is above it unpriced; take max off the last step")


def _grid(rate: Mapping[str, Any], kind: str, count: int, where: str) -> Hours:
    found = []
    for day in ("weekday", "weekend"):
        key = f"{kind}{day}schedule"
        rows = rate.get(key) or [[0] * 24] * 12
        if len(rows) != 12 or any(len(row) != 24 for row in rows):
            raise BillError(f"{where}: {key} is not 12 months of 24 hours; mend it")
        if any(not 0 <= int(period) < count for row in rows for period in row):
            raise BillError(f"{where}: {key} names a period that its rate structure does not have; mend it")
        found.append([[int(period) for period in row] for row in rows])
    return found[0], found[1]


def _energy(rate: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    structure = rate["energyratestructure"]
    grid = _grid(rate, "energy", len(structure), where)
    for period, tiers in enumerate(structure):
        units = {str(tier.get("unit") or "kWh") for tier in tiers}
        if not units <= {"kWh", "kWh daily"} or len(units) > 1:
            raise BillError(f"{where}: energyratestructure[{period}]: unit {' and '.join(sorted(units))} {_BY_HAND}")
    _same_ladders(structure, grid, where)
    lines = []
    for period, tiers in enumerate(structure):
        hours = whens(grid, period)
        if hours is None:
            continue
        name = f"Energy, period {period}" if len(structure) > 1 else "Energy"
        steps = [{"rate": _plus(tier), **({"up_to": _text(tier["max"])} if tier.get("max") else {})} for tier in tiers]
        ladder = {"tiers": steps, "tier_per": "day" if tiers[0].get("unit") == "kWh daily" else "bill"}
        price = ladder if len(steps) > 1 else {"rate": steps[0]["rate"]}
        lines.append({"kind": "energy", "label": name, "group": "energy", "when": hours, **price, **_UNROUNDED})
        sells = {_text(tier["sell"]) for tier in tiers if tier.get("sell")}
        if len(sells) > 1:
            raise BillError(f"{where}: energyratestructure[{period}]: sell differs by tier, which cannot be expressed")
        if any(tier.get("sell") for row in structure for tier in row):
            sold = {"rate": next(iter(sells), "0"), "when": hours, "group": "export", **_UNROUNDED}
            lines.append({"kind": "credit", "label": f"Export, period {period}", **sold})
    return lines


_UNROUNDED: Final[dict[str, Any]] = {"quantity": {"digits": 3}}


def _same_ladders(structure: Sequence[Sequence[Mapping[str, Any]]], grid: Hours, where: str) -> None:
    """Refuse periods of one month whose tiers end at different energies: one ladder could not hold them."""
    for month in _MONTHS:
        used = {period for days in grid for period in days[month]}
        ladders = {tuple((tier.get("max"), tier.get("unit", "kWh")) for tier in structure[period]) for period in used}
        if len(ladders) > 1:
            raise BillError(
                f"{where}: energyratestructure: periods {', '.join(map(str, sorted(used)))} of month {month + 1} have "
                "different tier limits, which one ladder cannot hold; write the plan by hand"
            )


def _demand(rate: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    lines = []
    common = _common_demand(rate, where)
    if rate.get("demandratestructure"):
        structure = rate["demandratestructure"]
        grid = _grid(rate, "demand", len(structure), where)
        for period, tiers in enumerate(structure):
            hours = whens(grid, period)
            if hours is not None and any(_rate(tier) for tier in tiers):
                lines.append({"label": f"Demand, period {period}", "when": hours, **_steps(tiers), **common})
    flat = rate.get("flatdemandstructure") or []
    months = defaultdict(list)
    by_month = rate.get("flatdemandmonths") or [0] * 12
    if flat and (len(by_month) != 12 or any(not 0 <= int(period) < len(flat) for period in by_month)):
        raise BillError(f"{where}: flatdemandmonths is not 12 periods of flatdemandstructure; mend it")
    for month, period in enumerate(by_month):
        months[int(period)].append(month + 1)
    for period, tiers in enumerate(flat):
        if months[period] and any(_rate(tier) for tier in tiers):
            when = [] if len(months[period]) == 12 else [{"months": months[period]}]
            lines.append({"label": f"Demand, all hours, {period}", "when": when, **_steps(tiers), **common})
    return [{"kind": "demand", **line} for line in lines]


def _common_demand(rate: Mapping[str, Any], where: str) -> dict[str, Any]:
    for key in ("demandrateunit", "demandunits", "flatdemandunit", "flatdemandunits"):
        if rate.get(key) not in (None, "", "kW"):
            raise BillError(f"{where}: {key} {rate[key]} cannot be expressed; demand is billed in kW")
    common: dict[str, Any] = {}
    if rate.get("demandwindow"):
        if int(rate["demandwindow"]) not in (15, 30, 60):
            raise BillError(
                f"{where}: demandwindow {rate['demandwindow']} cannot be expressed; 15, 30 or 60 minutes can"
            )
        common["window_minutes"] = int(rate["demandwindow"])
    if rate.get("lookbackpercent"):
        common["ratchet"] = {"percent": _text(Decimal(rate["lookbackpercent"]) * 100), "bills": 11}
    return common


def _in_order(line: dict[str, Any]) -> dict[str, Any]:
    in_order = line["kind"] == "energy" and "tiers" in line
    return {**line, "allocation": "chronological"} if in_order else line


def _steps(tiers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    steps = [{"rate": _plus(tier), **({"up_to": _text(tier["max"])} if tier.get("max") else {})} for tier in tiers]
    return {"tiers": steps} if len(steps) > 1 else {"rate": steps[0]["rate"]}


def _fixed(rate: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    amount = rate.get("fixedchargefirstmeter") or rate.get("fixedmonthlycharge")
    if not amount:
        return []
    per = _per(rate.get("fixedchargeunits"), "fixedchargeunits", where)
    return [{"kind": "fixed", "label": "Fixed charge", "rate": _text(amount), "per": per}]


def _minimum(rate: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    if rate.get("annualmincharge"):
        raise BillError(f"{where}: annualmincharge {_BY_HAND}")
    amount = rate.get("mincharge") or rate.get("minmonthlycharge")
    if not amount:
        return []
    per = _per(rate.get("minchargeunits"), "minchargeunits", where)
    if per == "year":
        raise BillError(f"{where}: minchargeunits $/year cannot be expressed; bills have minimums of their own")
    return [{"kind": "minimum", "label": "Minimum charge", "rate": _text(amount), "per": per}]


def _per(unit: object, key: str, where: str) -> str:
    found = {"$/month": "month", "$/day": "day", "$/year": "year", "None": "month"}.get(str(unit))
    if found is None:
        raise BillError(f"{where}: {key} {unit!r} cannot be expressed; $/day, $/month and $/year can")
    return found


def _export(rate: Mapping[str, Any], where: str) -> dict[str, Any]:
    rules = rate.get("dgrules")
    if not rules:
        sells = any(tier.get("sell") for row in rate["energyratestructure"] for tier in row)
        return {"scheme": "net_billing", "netting_minutes": 60} if sells else dict(_SCHEMES["Net Metering"])
    found = _SCHEMES.get(str(rules))
    if found is None:
        raise BillError(f"{where}: dgrules {rules!r} cannot be expressed; net metering and net billing can")
    return dict(found)


def _plus(tier: Mapping[str, Any]) -> str:
    return _text(_rate(tier))


def _rate(tier: Mapping[str, Any]) -> Decimal:
    return Decimal(tier.get("rate") or 0) + Decimal(tier.get("adj") or 0)


def _text(value: Decimal) -> str:
    return f"{value:f}"


def _date(value: object, where: str) -> date | None:
    """Return a day given as ISO text or as Unix time."""
    if not value:
        return None
    if isinstance(value, Decimal):
        return datetime.fromtimestamp(int(value), tz=UTC).date()
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise BillError(f"{where}: {value!r} is not a date; write 2026-01-31") from error


def _currency(rate: Mapping[str, Any], where: str) -> str:
    country = str(rate.get("country") or "USA").upper()
    if country not in _CURRENCIES:
        raise BillError(f'{where}: the currency of country {country!r} is not known; add "currency"')
    return _CURRENCIES[country]
