"""`heatledger discover`: what speaks on the broker, what it says, and a first draft of the home it belongs to."""

from __future__ import annotations

import locale
import os
import re
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
import typer

from cli.listening import Ear, listen, recall
from cli.mapping import map_topic
from cli.options import CommandError, ConfigOption, HomeOption, JsonOption, utc_now
from heatledger import formatting
from heatledger.config import Config, load, read_toml, user_dir
from heatledger.home import Home
from heatledger.keeping import keep
from heatledger.plain import shown
from heatledger.survey import draft, guess
from heatledger.survey.heard import Device, Survey, Unread

_CURRENCY_BY_ZONE: Final = (
    ("Europe/London", "GBP"),
    ("Europe/Zurich", "CHF"),
    ("Europe/Stockholm", "SEK"),
    ("Europe/Oslo", "NOK"),
    ("Europe/Copenhagen", "DKK"),
    ("Europe/", "EUR"),
    ("Asia/Tokyo", "JPY"),
    ("Asia/Seoul", "KRW"),
    ("Australia/", "AUD"),
    ("Canada/", "CAD"),
    ("America/Toronto", "CAD"),
    ("", "USD"),
)
_MOST_UNREAD: Final = 40


def discover(
    seconds: Annotated[float, typer.Option(min=0, help="How long to listen.")] = 30.0,
    as_json: JsonOption = False,
    file: Annotated[Path | None, typer.Option("--write", help="Draft a home file of what was heard.")] = None,
    topic: Annotated[str | None, typer.Option("--map", help="Make a device file for one topic, by questions.")] = None,
    home: HomeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    config: ConfigOption = None,
) -> None:
    """Listen to the broker and list the devices on it; draft a home file, or map a topic nobody understands."""
    settings = load(config_dir=config)
    if topic is not None:
        map_topic(settings, config, topic, seconds=seconds, force=force)
        return
    if file is not None:
        _may_write(file, force=force)
    ear = Ear(settings)
    recall(settings, ear.surveyor)
    listen(settings, settings.settings.mqtt.topics, seconds=seconds, take=ear.hear)
    ear.finish()
    heard = ear.surveyor.survey(home)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(heard)))
    else:
        _print(heard, seconds, ear.messages)
    if file is not None:
        _write_home(settings, config, heard, file, home)


def _print(heard: Survey, seconds: float, messages: int) -> None:
    several = len({device.home for device in heard.devices}) > 1
    for device in heard.devices:
        where = f", home {device.home}" if several else ""
        typer.echo(f"{shown(device.name)}  ({device.family}{where})  {_rhythm(device)}")
        typer.echo(f"    {', '.join(_values(device))}")
    if heard.not_understood:
        typer.echo("\nHeard, not understood:")
    for row in heard.not_understood[:_MOST_UNREAD]:
        typer.echo(f"{shown(row.topic)}  ({row.count} ×)  {row.note}\n    {_sample(row)}")
    if len(heard.not_understood) > _MOST_UNREAD:
        typer.echo(f"… and {len(heard.not_understood) - _MOST_UNREAD} more topics: --json lists all")
    if heard.not_understood:
        typer.echo("→ heatledger discover --map TOPIC makes a device file of one of them")
    if not heard.devices and not heard.not_understood:
        typer.echo(
            f"nothing was heard in {seconds:g} s: see that your devices publish to this broker, that mqtt.topics in "
            "settings.toml lets them through, and listen longer with --seconds"
        )
        return
    total = f"devices: {len(heard.devices)}, topics not understood: {len(heard.not_understood)}, messages: {messages}"
    typer.echo(f"\n{total}, in {seconds:g} s")


def _rhythm(device: Device) -> str:
    if device.retained:
        return "kept by the broker, age not known"
    age = formatting.duration(max(0.0, utc_now().timestamp() - device.heard_us / 1e6))
    if device.usual_s is not None:
        return f"every {formatting.duration(device.usual_s)}, last {age} ago"
    counted = f"{device.messages} messages, " if device.messages else ""
    return f"{counted}last {age} ago"


def _values(device: Device) -> list[str]:
    found = []
    for each in device.heard:
        value = f"{each.value:g}" if isinstance(each.value, float) else shown(str(each.value).lower(), 40)
        channel = f" [{shown(each.channel)}]" if each.channel else ""
        found.append(f"{each.quantity}{channel} {value}{f' {each.unit}' if each.unit else ''}")
    return found


def _sample(row: Unread) -> str:
    return shown(row.sample, 100) or "(empty)"


def _may_write(file: Path, *, force: bool) -> None:
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", file.stem) or file.suffix != ".toml":
        raise CommandError(f"--write {file}: name it like home.toml, for its name becomes the home's id")
    if file.exists() and not force:
        raise CommandError(f"{file} is there already; write to another file, or give --force to replace it")


def _write_home(config: Config, config_dir: Path | None, heard: Survey, file: Path, asked: str | None) -> None:
    """Draft the home, write it, and read it back."""
    homes = sorted({device.home for device in heard.devices})
    if not homes:
        raise CommandError(f"no device was heard, so {file} is not written; listen longer with --seconds")
    if len(homes) > 1:
        raise CommandError(f"several homes were heard: {', '.join(homes)}; say which with --home")
    known = config.homes.get(asked or homes[0])
    made = guess.draft(heard, _frame(file.stem, known))
    text = draft.render(msgspec.structs.replace(made, why={**_frame_reasons(known), **made.why}))
    keep(file, text)
    read_toml(file, Home)
    home = made.home
    counts = f"{len(home.zones)} zones, {len(home.meters)} meters, {len(home.heat_pumps)} heat pumps"
    typer.echo(f"\n{file} is drafted: {counts}, {len(made.left)} left out and listed. Look at its guesses", err=True)
    folder = user_dir(config.data_dir, config_dir) / "homes"
    if file.absolute().parent != folder.absolute():
        typer.echo(f"then move it to {folder}/", err=True)
    if file.stem != homes[0]:
        typer.echo(f"what was stored until now belongs to home {homes[0]!r}: keep that name to keep it", err=True)


def _frame(stem: str, known: Home | None) -> Home:
    """Return what is known of the home beside its devices."""
    if known is not None:
        return msgspec.structs.replace(known, id=stem, zones=(), meters=(), heat_pumps=(), outdoor_temperature=None)
    zone = _timezone() or "UTC"
    return Home(id=stem, name="My home", timezone=zone, currency=_currency() or _currency_of(zone))


def _frame_reasons(known: Home | None) -> dict[str, str]:
    if known is not None:
        return {}
    zone = "this machine's" if _timezone() else "this machine does not say; write one like Europe/Berlin"
    money = "this machine's" if _currency() else "set yours, by its three letters"
    return {"name": "call it as you like", "timezone": zone, "currency": money}


def _timezone() -> str | None:
    """Return the name of this machine's time zone, None where it does not say one."""
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), linked):
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
        if "/" in name and not name.startswith("Etc/"):
            return name.removeprefix("posix/")
    return None


def _currency() -> str | None:
    try:
        locale.setlocale(locale.LC_MONETARY, "")
    except locale.Error:
        return None
    code = str(locale.localeconv()["int_curr_symbol"]).strip()
    return code if re.fullmatch("[A-Z]{3}", code) else None


def _currency_of(zone: str) -> str:
    return next(code for start, code in _CURRENCY_BY_ZONE if zone.startswith(start))
