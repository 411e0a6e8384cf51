"""`heatledger commission`: whether all is wired, mapped and measuring right, and the machine does what it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from cli import fleet
from cli.books import books
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, utc_now
from heatledger.commissioning.budget_words import known, priced, told
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.gather import found, keep, kept
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.record import Job, Record, Unit, compared, headline
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.reader import of_home, reading
from heatledger.retelling import retold
from heatledger.statement.record_words import at_place
from heatledger.statement.trial_steps import made, steps
from heatledger.store import Store
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
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the hand-over to this file, A4.")] = None,
    run: Annotated[
        int | None, typer.Option("--run", help="A run that was kept, as it was; by default a new one.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep this run: later ones say what changed.")] = False,
    every: Annotated[bool, typer.Option("--each", help="Show each pass, not only how many.")] = False,
    whole: Annotated[bool, typer.Option("--all", help="Every home in one list, the neediest first.")] = False,
    installer: Annotated[str, typer.Option("--installer", help="Who commissions, for the record.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="The job's number, for the record.")] = "",
    address: Annotated[str, typer.Option("--address", help="Where the home is, for the record.")] = "",
    note: Annotated[str, typer.Option("--note", help="A note on this run, for the record.")] = "",
    unit: UnitOption = None,
    config: ConfigOption = None,
) -> None:
    """Check a home's wiring, meters, sensors and heat pumps; exit 1 if something fails."""
    now = utc_now()
    if whole:
        if home or save or unit or pdf or run is not None:
            raise CommandError(
                "--all looks at every home and keeps nothing: leave out --home, --save, --unit, --run and --pdf"
            )
        raise typer.Exit(fleet.listed(config, since, now, as_json=as_json))
    with books(home, config) as (ledger, store):
        chosen = ledger.home
        units = tuple(_unit(chosen, one) for one in unit or ())
        job = Job(installer=installer, reference=reference, address=address, note=note, units=units)
        earlier = kept(ledger.state, chosen.id)
        if run is not None:
            record = _kept(earlier, run, new=bool(save or since or job != Job()))
        else:
            record = compared(_found(ledger, store, since, now, job), earlier)
            record = keep(ledger.state, record) if save else record
    with reading(of_home(chosen)):
        wrote = None if pdf is None else _write(pdf, record, chosen)
        typer.echo(
            _json(record) if as_json else "\n".join([*_words(record, chosen, every=every), *([wrote] if wrote else [])])
        )
    raise typer.Exit(1 if record.counts["fail"] else 0)


def _found(ledger: Ledger, store: Store, since: str | None, now: datetime, job: Job) -> Record:
    return found(ledger, store, start=fleet.begins(ledger.home, since, now), now=now, job=job)[1]


def _kept(earlier: Sequence[Record], run: int, *, new: bool) -> Record:
    if new:
        raise CommandError("--run shows a run as it was kept: leave out --since, --save and what is said of the job")
    found = next((record for record in earlier if record.version == run), None)
    if found is None:
        known = ", ".join(str(record.version) for record in earlier) or "none (keep one with --save)"
        raise CommandError(f"--run {run}: never kept; kept: {known}")
    return found


def _json(record: Record) -> str:
    return msgspec.json.format(msgspec.json.encode(record)).decode()


def _write(pdf: Path, record: Record, home: Home) -> str:
    # typst and its fonts take 46 MB: only a command that is asked for paper loads them
    from heatledger.statement.typeset import record_pdf

    try:
        pdf.write_bytes(record_pdf(record, home))
    except OSError as error:
        raise CommandError(f"--pdf {pdf}: {error.strerror}; name a file in a folder that may be written") from error
    return say("Written: {file}", file=pdf)


def _unit(home: Home, text: str) -> Unit:
    name, sign, plate = text.partition("=")
    if not sign or name not in {pump.id for pump in home.heat_pumps}:
        known = ", ".join(pump.id for pump in home.heat_pumps) or "none in the home file"
        raise CommandError(f"--unit {text!r}: write HEAT_PUMP=MODEL/SERIAL; heat pumps: {known}")
    model, _, serial = plate.partition("/")
    return Unit(heat_pump=name, model=model, serial=serial)


def _words(record: Record, home: Home, *, every: bool) -> list[str]:
    counts = record.counts
    lines = [
        f"{record.name} · {in_own_units(retold(headline(record.findings)), home)}",
        say(
            "{fails} fail, {warns} warn, {untested} not testable, {passes} pass",
            fails=counts["fail"], warns=counts["warn"], untested=counts["not_testable"], passes=counts["pass"],
        ),
        "",
    ]  # fmt: skip
    lines += [_line(one, home) for one in record.findings if every or one.result != "pass"]
    if not every:
        passed = Counter(one.name for one in record.findings if one.result == "pass")
        lines += [f"ok    {say(name)}{f' ({number})' if number > 1 else ''}" for name, number in passed.items()]
    return [*lines, *_tried(record, home), *_changed(record, home), *_budget(record)]


def _tried(record: Record, home: Home) -> list[str]:
    lines = [] if not record.trials else ["", say("Test runs") + ":"]
    for trial in record.trials:
        lines += [f"      {made(trial, home)}", *(f"        {row.title}: {row.went}" for row in steps(trial, home))]
    return lines


def _changed(record: Record, home: Home) -> list[str]:
    if record.since is None or not record.since.changed:
        return []
    told = [
        (at_place(one.now), *(in_own_units(retold(part.evidence), home) for part in (one.before, one.now)))
        for one in record.since.changed
    ]
    return ["", say("Since version 1:"), *(f"      {at}: {was} → {now}" for at, was, now in told)]


def _budget(record: Record) -> list[str]:
    lines = [] if not record.budget else ["", say("What would narrow a COP") + ":"]
    for doubt in record.budget:
        lines += [f"      {known(doubt)}", *(f"        {told(doubt, one)} ({priced(one)})" for one in doubt.options)]
    return lines


def _line(one: Finding, home: Home) -> str:
    mend = f" → {retold(one.mend)}" if one.mend else ""
    if one.result == "not_testable":
        mend = " → " + say("needs {what}", what=retold(one.mend))
    return f"{_WORDS[one.result]:<4}  {at_place(one)}: {in_own_units(retold(one.evidence) + mend, home)}"
