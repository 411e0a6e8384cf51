"""By which equation each figure of the Summary was found, and from which others: the table that `explain` reads."""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """How the figures at one place of the Summary are found.

    Attributes
    ----------
    place : str
        Dotted; ``*`` is any one key, a last ``**`` anything below.
    what, unit, equation : str
        In words; the unit is empty for a ratio or a count, ``currency`` for money.
    inputs : tuple of str
        Dotted places, beside the figure, or from the top where they begin with a slash.
    """

    place: str
    what: str
    unit: str
    equation: str
    inputs: tuple[str, ...] = ()


_KWH, _MONEY = "kWh", "currency"
_COP: Final = "COP = Σ heat delivered / Σ electricity of the same work, its share of standby included"
_INTERVAL: Final = (
    "COP · (1 ± (1.645·√(systematic² + random²) + ½·share not heard)); systematic adds up over the span, "
    "random as the root of squares of days"
)
_PER_ZONE: Final = "electricity.by_zone.*"
_OF_PUMP: Final = "heat_pumps.*"
_SEASON: Final = "heat_pumps.*.seasonal.*"
_IN_BIN: Final = f"{_SEASON}.bins.*"
_DRAWS: Final = "quantiles of 200 draws of the cycle's remaining days from the home's own past days with such weather"
_PAIRED: Final = "quantiles of 200 paired draws of load, ducts, machine and prices through the same rate plan and hours"

ROWS: Final[tuple[Row, ...]] = (
    Row("electricity.kwh", "What the whole home used", _KWH,
        "use = import + solar + discharge − export − charge", ("by_meter", "estimated_kwh", "coverage")),
    Row("electricity.by_meter.*", "What a meter counted", _KWH,
        "Σ of its register's differences; power is integrated only where there is no register"),
    Row(f"{_PER_ZONE}.kwh", "What a zone used", _KWH,
        "Σ of its own meters and of its share of each heat pump, shared by the method named in split",
        ("split", "split_kwh")),
    Row(f"{_PER_ZONE}.split_kwh.*", "Part of a zone's energy known by one method", _KWH,
        "Σ of the intervals shared by that method; the methods add up to the zone"),
    Row(f"{_PER_ZONE}.heat_per_degree_day*", "Heat a zone takes for each degree-day", "kWh/(K·d)",
        "heat / degree-days, degree-days being degree-hours / 24; bounds by the interval of the heat",
        ("heat_kwh", "degree_hours")),
    Row(f"{_PER_ZONE}.share", "A zone's part of what all zones cost", "", "zone's cost / Σ zones' costs",
        ("cost", "/electricity.zones_cost")),
    Row(f"{_PER_ZONE}.heat_*", "Heat delivered to a zone", _KWH,
        "heat = the zone's heating electricity × its heat pump's COP; bounds by the COP's 90 % interval", ("kwh",)),
    Row(f"{_PER_ZONE}.cost_of_heat*", "What a kilowatt-hour of heat cost there", _MONEY,
        "zone's cost / zone's electricity / COP; bounds by the COP's 90 % interval", ("cost", "kwh")),
    Row(f"{_PER_ZONE}.cost", "What a zone's energy cost", _MONEY,
        "Σ over intervals of its energy × the price in force, plus its share of what use causes; sums to the bill",
        ("kwh", "/bill.total")),
    Row(f"{_PER_ZONE}.degree_hours", "Degree-hours of a zone", "K·h", "Σ max(0, indoor − outdoor)·h",
        ("temperature_c",)),
    Row(f"{_PER_ZONE}.hours_on", "Hours that a zone was heated or cooled", "h", "Σ intervals at work · 5 min"),
    Row(f"{_PER_ZONE}.*_c", "A zone's temperature", "°C", "mean of what was heard in the span"),
    Row(f"{_PER_ZONE}.daily.**", "The same zone's figure of one day", "",
        "as the zone's own figure, over one local day"),
    Row("electricity.unallocated_kwh", "What no zone has", _KWH, "use − Σ zones", ("kwh", "by_zone")),
    Row("electricity.unallocated_cost", "What it cost", _MONEY, "total − Σ zones − fixed", ("fixed_cost",
        "/bill.total")),
    Row("electricity.fixed_cost", "What no use causes", _MONEY, "Σ charges by time, credits, and the taxes on them"),
    Row("electricity.by_mode.*", "What was used by one kind of work", _KWH,
        "Σ intervals whose mode was reported, else told by supply, power or weather; the modes add up to use"),
    Row("electricity.coverage", "How much of the span was heard", "",
        "heard seconds of the main meter / seconds so far"),
    Row("electricity.estimated_kwh", "Part of use whose amount or timing is a guess", _KWH,
        "Σ what a counter bridged over a gap, and integrated power"),
    Row("electricity.hourly.*.kwh.*", "What the home used in one hour", _KWH,
        "Σ intervals of the main meter in that hour of the home's own time; the hours of a day add up to its use"),
    Row("electricity.hourly.*.heard.*", "How much of an hour was heard", "", "heard seconds / 3600"),
    Row("electricity.hourly.*.estimated_kwh.*", "Part of an hour's use whose amount or timing is a guess", _KWH,
        "Σ what a counter bridged over a gap, and integrated power"),
    Row("electricity.pumps_cost", "What the heat pumps cost", _MONEY,
        "Σ of the heat pumps' meters, priced by the intervals in which they counted", ("by_meter_cost",)),
    Row("electricity.rest_cost", "What everything else cost", _MONEY, "total − heat pumps − fixed",
        ("/bill.total", "pumps_cost", "fixed_cost")),
    Row("electricity.zones_cost", "What all zones cost", _MONEY, "Σ zones' costs", ("by_zone.*.cost",)),
    Row("electricity.**", "A figure of the home's electricity", _MONEY,
        "meters priced by the intervals in which they counted; parts add up to the bill's total", ("kwh",)),
    Row(f"{_OF_PUMP}.electricity_kwh", "What a heat pump drew", _KWH, "Σ of its meter, all modes", ("by_mode",)),
    Row(f"{_OF_PUMP}.heat_kwh", "Heat it delivered", _KWH, "Σ heat of the rung that answers", ("cop.value",
        "cop.method")),
    Row(f"{_OF_PUMP}.cooling_kwh", "Heat it removed", _KWH, "Σ heat removed, of the rung that answers",
        ("cop.method",)),
    Row(f"{_OF_PUMP}.cop.value", "The realized COP", "", _COP, ("../heat_kwh", "../cooling_kwh",
        "../electricity_kwh", "method", "boundary", "work")),
    Row(f"{_OF_PUMP}.cop.*", "A bound of its 90 % interval", "", _INTERVAL, ("value", "method")),
    Row(f"{_SEASON}.cop.value", "The COP of one kind of work over the span (SPF)", "", _COP,
        ("../heat_kwh", "../kwh", "method", "boundary")),
    Row(f"{_SEASON}.cop.*", "A bound of its 90 % interval", "", _INTERVAL, ("value", "method")),
    Row(f"{_SEASON}.kwh", "Electricity of one kind of work", _KWH, "Σ intervals of that work; nothing is netted"),
    Row(f"{_SEASON}.heat_kwh", "Heat moved by it", _KWH, "Σ heat of the rung that answers", ("cop.method",)),
    Row(f"{_SEASON}.expected.*", "What is normal for that weather", "",
        "Σ electricity × least (most) COP its map or class has at that outdoor temperature / Σ electricity"),
    Row(f"{_IN_BIN}.*_c", "Edge of an outdoor temperature bin", "°C", "5·⌊T/5⌋ of the interval's outdoor temperature"),
    Row(f"{_IN_BIN}.kwh", "Electricity of a bin's hours", _KWH, "Σ intervals of that work in the bin; bins add up"),
    Row(f"{_IN_BIN}.heat_kwh", "Heat moved in a bin's hours", _KWH, "Σ heat of the rung that answers, in the bin"),
    Row(f"{_IN_BIN}.cop", "COP in a bin", "", _COP, ("heat_kwh", "kwh")),
    Row(f"{_IN_BIN}.expected.*", "What is normal in a bin", "", "as for the span, over the bin's hours"),
    Row(f"{_IN_BIN}.*", "A bound of a bin's 90 % interval", "", _INTERVAL, ("cop",)),
    Row(f"{_SEASON}.rated.*.value", "A seasonal figure as its maker states it", "", "as written in the unit's file",
        ("figure",)),
    Row(f"{_SEASON}.rated.*.cop", "The same as a COP", "", "Btu/(W·h) / 3.412; SCOP as it is", ("figure", "value")),
    Row(f"{_SEASON}.delivered.*", "What reaches the rooms of a ducted unit", "",
        "COP × (1 − share lost where its ducts run); ±10 points on that share", ("../cop.value", "method")),
    Row(f"{_SEASON}.with_backup.*", "COP with the back-up heater on both sides", "",
        "(heat + back-up electricity) / (electricity + back-up electricity)", ("../cop.value", "../kwh")),
    Row(f"{_OF_PUMP}.ladder.*.promise", "What a rung promises before anything is measured", "",
        "half the width of its 90 % interval, from the errors of what it is made from", ("rung", "method")),
    Row(f"{_OF_PUMP}.ladder.*.*", "Days of known heat", "", "counted whole days that heated; 14 are needed", ("rung",)),
    Row(f"{_OF_PUMP}.cycling.starts_per_day", "How often its compressor starts in a day", "", "starts / days so far",
        ("starts",)),
    Row(f"{_OF_PUMP}.cycling.**", "How its compressor ran", "",
        "starts and stops of its power; short cycling is ≥ 6 starts/h and median ≤ 15 min, three days running",
        ("starts", "hours_running")),
    Row(f"{_OF_PUMP}.defrosting.**", "Its defrosts", "", "reported, else told by the signature of its power",
        ("evidence", "count", "kwh")),
    Row(f"{_OF_PUMP}.standby.**", "What it drew at rest", "", "learnt from its own resting power", ("hours", "kwh")),
    Row(f"{_OF_PUMP}.starts", "Starts of its compressor", "", "counted in its power", ("cycling",)),
    Row(f"{_OF_PUMP}.defrosts", "Its defrosts", "", "reported, else told by its power", ("defrosting",)),
    Row(f"{_OF_PUMP}.standby_w", "What it draws at rest", "W", "learnt from its own resting power", ("standby",)),
    Row(f"{_OF_PUMP}.unshared_kwh", "What no room of several on one unit has", _KWH, "electricity − Σ rooms' shares",
        ("unshared",)),
    Row(f"{_OF_PUMP}.**", "Its energy by one kind", _KWH, "Σ intervals of that kind; the kinds add up",
        ("electricity_kwh",)),
    Row("bill.total", "The bill of the span", _MONEY, "Σ lines, each rounded once by its own rule", ("lines",)),
    Row("bill.lines.*.amount", "A line of the bill", _MONEY, "quantity × rate, rounded once by the line's rule",
        ("label", "quantity", "unit", "rate", "tariff")),
    Row("bill.lines.*.quantity", "What a line counts", "", "Σ of its intervals, tiers and hours by the rate plan",
        ("label", "unit", "tariff")),
    Row("bill.lines.*.rate", "A line's price", _MONEY, "as written in the rate plan", ("label", "tariff")),
    Row("bill.projected.*", "Where the cycle is heading", _MONEY, _DRAWS, ("/bill.total",)),
    Row("bill.outlook.**", "Where the cycle is heading", _MONEY, _DRAWS, ("/bill.total", "/bill.budget")),
    Row("bill.price.**", "What the next kilowatt-hour costs (earns)", _MONEY,
        "the bill with one more kilowatt-hour now − the bill", ("period",)),
    Row("bill.by_day.**", "A day's part of the bill", _MONEY,
        "its intervals priced as the whole cycle prices them, fixed charges by days; days add up to the bill",
        ("/bill.total",)),
    Row("bill.before.**", "This cycle beside the one before", _MONEY,
        "each cause is the bill's change along one path: days, weather, use, price; they add up to the difference",
        ("/bill.total",)),
    Row("bill.**", "A figure of the bill", _MONEY,
        "from the lines, the utility's bill and the versions that were closed",
        ("/bill.total",)),
    Row("baseline.saving.*", "What the other system would have cost more", _MONEY, f"its bill − yours; {_PAIRED}",
        ("/baseline.bill", "/baseline.actual")),
    Row("baseline.cop_error.**", "What an error of the COP does", _MONEY,
        "the same draws with the measured heat changed by that share", ("share",)),
    Row("baseline.because.**", "A cause of the saving", _MONEY, "amounts along the P50 path; they add up to it"),
    Row("baseline.cold_snap.**", "The coldest hours", "",
        "load and capacity at the design temperature of the home's own winters", ("design_c",)),
    Row("baseline.comfort.**", "How warm the rooms were", "", "Σ degrees below the set-point · h, room by room"),
    Row("baseline.coverage", "How much of the span could be compared", "", "hours compared / hours of the span"),
    Row("baseline.days", "Days compared", "", "counted; fourteen are needed"),
    Row("baseline.**", "A figure of the comparison", _MONEY, _PAIRED, ("/baseline.system",)),
    Row("issues.**", "A figure in a doubt", "", "counted in the meters' own flags", ("../name",)),
)  # fmt: skip
