"""By which equation each figure of the comparison with another system was found."""

from __future__ import annotations

from typing import Final

from heatledger.equation_rows import BOUNDS, KWH, MONEY, QUANTILES, Row

_PAIRED: Final = "quantiles of 200 paired draws of load, ducts, machine and prices through the same rate plan and hours"
_STEP: Final = "{kwh_before} kWh, {before} → {kwh_after} kWh, {after}: {after} − {before} = {amount}"

COMPARED: Final[tuple[Row, ...]] = (
    Row("baseline.because.*.amount", "What its ducts lose", MONEY,
        "your heating's electricity / the share of heat that its ducts deliver, hour by hour, priced by your rate plan "
        "− your heating's cost", ("kwh_before", "kwh_after", "before", "after"), _STEP, (), ("cause", "ducts")),
    Row("baseline.because.*.amount", "Rooms that it heats and you do not", MONEY,
        "the load of every room at one thermostat in place of yours, at your own COP and hours − the step before",
        ("kwh_before", "kwh_after", "before", "after"), _STEP, (), ("cause", "idle_rooms")),
    Row("baseline.because.*.amount", "Its machine in place of yours", MONEY,
        "the electricity of its machine for that load, fuel included, at the hours of before − the step before",
        ("kwh_before", "kwh_after", "before", "after"), _STEP, (), ("cause", "machine")),
    Row("baseline.because.*.amount", "The price of its hours", MONEY,
        "the same electricity in the hours in which it would draw it − the step before",
        ("before", "after"), _STEP, (), ("cause", "timing")),
    Row("baseline.because.*.kwh_*", "Electricity before or after a cause", KWH, "Σ hours of the step"),
    Row("baseline.saving.p50", "What the other system would have cost more", MONEY, f"its bill − yours; {_PAIRED}",
        ("/baseline.bill.p50", "/baseline.actual"), "{/baseline.bill.p50} − {/baseline.actual} = {p50}", QUANTILES),
    Row("baseline.part.p50", "What its heating would have cost", MONEY, f"yours + what is saved; {_PAIRED}",
        ("/baseline.actual_part", "/baseline.saving.p50"),
        "{/baseline.actual_part} + {/baseline.saving.p50} = {p50}", QUANTILES),
    Row("baseline.actual_part", "What your heating cost", MONEY,
        "your bill − the same bill without the electricity of heating", ("actual",)),
    Row("baseline.alternatives.*.saving.p50", "What that system would have cost more", MONEY,
        f"its bill − yours; {_PAIRED}", ("../bill.p50", "/baseline.actual"),
        "{../bill.p50} − {/baseline.actual} = {p50}", QUANTILES),
    Row("baseline.alternatives.*.chance", "How likely it is that you pay less", "",
        "the draws in which something is saved / 200", ("saving",)),
    Row("baseline.chance", "How likely it is that you pay less", "", "the draws in which something is saved / 200",
        ("saving",)),
    Row("baseline.alternatives.*.fuel.price", "What a unit of its fuel costs", MONEY, "as the home file states it",
        ("fuel", "unit")),
    Row("baseline.alternatives.*.fuel.cost", "What its fuel would have cost", MONEY,
        "quantity × price + what its supply costs a day × days", ("quantity", "unit", "price")),
    Row("baseline.by_day.*.actual", "What your heating had cost by the end of a day", MONEY,
        "Σ days of your bill − the same bill without the electricity of heating"),
    Row("baseline.by_day.*.base.p50", "What the other system would have cost by then", MONEY,
        f"yours + what is saved until then; {_PAIRED}", ("../actual",), "", QUANTILES),
    Row("baseline.heat_now.*.cost", "What one more kilowatt-hour of heat costs now", MONEY,
        "price of the next kilowatt-hour / COP at this outdoor temperature", ("/bill.price.rate",), "", BOUNDS),
    Row("baseline.saving.*", "What the other system would have cost more", MONEY, f"its bill − yours; {_PAIRED}",
        ("/baseline.bill", "/baseline.actual")),
    Row("baseline.cop_error.**", "What an error of the COP does", MONEY,
        "the same draws with the measured heat changed by that share", ("share",)),
    Row("baseline.because.**", "A cause of the saving", MONEY, "amounts along the P50 path; they add up to it"),
    Row("baseline.cold_snap.**", "The coldest hours", "",
        "load and capacity at the design temperature of the home's own winters", ("design_c",)),
    Row("baseline.comfort.**", "How warm the rooms were", "", "Σ degrees below the set-point · h, room by room"),
    Row("baseline.coverage", "How much of the span could be compared", "", "hours compared / hours of the span"),
    Row("baseline.days", "Days compared", "", "counted; fourteen are needed"),
    Row("baseline.**", "A figure of the comparison", MONEY, _PAIRED, ("/baseline.system",)),
)  # fmt: skip
"""Rows of the comparison; the first that tells of a place holds."""
