"""`heatledger commission`: whether all is wired, mapped and measuring right, and the machine does what it should."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Final

import msgspec
import typer

from cli.books import books
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, utc_now
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.gather import SPAN, gather, keep, kept, look
from heatledger.commissioning.record import Drift, Job, Record, Unit, drift, headline
from heatledger.hearing import heard
from heatledger.home import Home
from heatledger.ledger import span
from heatledger.reader import of_home, reading
from heatledger.retelling import retold
from heatledger.store.lately import heard_lately
from heatledger.wording import say

SinceOption = Annotated[str | None, typer.Option("--since", help="First day or instant; by default a week ago.")]
UnitOption = Annotated[
    list[str] | None,
    typer.Option("--unit", help="HEAT_PUMP=MODEL/SERIAL as on its plate; once for each."),
]
_WORDS: Final = {"fail": "FAIL", "warn": "WARN", "running": "....", "not_testable": "?", "pass": "ok"}


def commission(
    home: HomeOption = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
    save: Annotated[bool, typer.Option("--save", help="Keep this run: later ones say what changed.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show each pass, not only how many.")] = False,
    installer: Annotated[str, typer.Option("--installer", help="Who commissions, for the record.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="The job's number, for the record.")] = "",
    unit: UnitOption = None,
    config: ConfigOption = None,
) -> None:
    """Check a home's wiring, meters, sensors and heat pumps; exit 1 if something fails."""
    now = utc_now()
    with books(home, config) as (ledger, store):
        chosen = ledger.home
        job = Job(installer=installer, reference=reference, units=tuple(_unit(chosen, one) for one in unit or ()))
        start, latest = _since(chosen, since, now), heard(heard_lately(store, chosen.id, int(now.timestamp() * 1e6)))
        record = look(gather(ledger, store, start=start, now=now, latest=latest), start=start, job=job)
        earlier = kept(ledger.state, chosen.id)
        record = keep(ledger.state, record) if save else record
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(record)))
    else:
        with reading(of_home(chosen)):
            typer.echo("\n".join(_words(record, drift(earlier[0], record) if earlier else [], every=every)))
    raise typer.Exit(1 if record.counts["fail"] else 0)


def _since(home: Home, since: str | None, now: datetime) -> datetime:
    if since is None:
        return now - SPAN
    try:
        return span(home, None, since, now.isoformat(), now)[0]
    except ValueError as error:
        raise CommandError(str(error)) from error


def _unit(home: Home, text: str) -> Unit:
    name, sign, plate = text.partition("=")
    if not sign or name not in {pump.id for pump in home.heat_pumps}:
        known = ", ".join(pump.id for pump in home.heat_pumps) or "none in the home file"
        raise CommandError(f"--unit {text!r}: write HEAT_PUMP=MODEL/SERIAL; heat pumps: {known}")
    model, _, serial = plate.partition("/")
    return Unit(heat_pump=name, model=model, serial=serial)


def _words(record: Record, changed: list[Drift], *, every: bool) -> list[str]:
    counts = record.counts
    lines = [
        f"{record.name} · {retold(headline(record.findings))}",
        say(
            "{fails} fail, {warns} warn, {untested} not testable, {passes} pass",
            fails=counts["fail"], warns=counts["warn"], untested=counts["not_testable"], passes=counts["pass"],
        ),
        "",
    ]  # fmt: skip
    lines += [_line(one) for one in record.findings if every or one.result != "pass"]
    if not every:
        passed = Counter(one.name for one in record.findings if one.result == "pass")
        lines += [f"ok    {say(name)}{f' ({number})' if number > 1 else ''}" for name, number in passed.items()]
    if changed:
        lines += ["", say("Since version 1:")]
        told = [(_at(one.now), retold(one.before.evidence), retold(one.now.evidence)) for one in changed]
        lines += [f"      {at}: {was} → {now}" for at, was, now in told]
    return lines


def _line(one: Finding) -> str:
    mend = f" → {retold(one.mend)}" if one.mend else ""
    if one.result == "not_testable":
        mend = " → " + say("needs {what}", what=retold(one.mend))
    return f"{_WORDS[one.result]:<4}  {_at(one)}: {retold(one.evidence)}{mend}"


def _at(one: Finding) -> str:
    return f"{say(one.name)}, {one.at}" if one.at else say(one.name)
