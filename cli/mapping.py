"""`heatledger discover --map TOPIC`: a few questions about one sample become a user's device file that decodes it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import typer

from cli.listening import known_topics, listen
from cli.options import CommandError
from heatledger import bus
from heatledger.config import Config, load, shipped_dir, user_dir
from heatledger.devices import DeviceFile
from heatledger.emits import DecodeConfig, Emit
from heatledger.keeping import keep
from heatledger.plain import shown
from heatledger.quantities import ACTIONS, MODES, QUANTITIES
from heatledger.readings import Reading
from heatledger.store.state import SAMPLE_BYTES
from heatledger.survey import mapping
from heatledger.survey.mapping import Sample, Whose
from heatledger.survey.rooms import identifier
from heatledger.vocabulary import check_unit, nearest
from ingest.decode import Decoded, Decoder
from ingest.interpreter import place, prefixes

_RESETS: Final = ("never", "reboot", "daily", "delta")
_WORDS: Final = {"mode": sorted(MODES), "action": sorted(ACTIONS), "online": ["true", "false"]}


def map_topic(config: Config, config_dir: Path | None, topic: str, *, seconds: float, force: bool) -> None:
    """Hear a topic, ask what it says, write the device file, and show what the sample now decodes to."""
    if set(topic) & set("+#"):
        raise CommandError(f"--map {topic!r}: name one topic, without + or #")
    sample = _sample(config, topic, seconds)
    typer.echo(f"{shown(topic)}\n  {shown(sample.payload, 2_000)}\n")
    emits = _values(sample)
    known = _known(config, sample, emits)
    whose = None if known else _whose(sample)
    folder = user_dir(config.data_dir, config_dir) / "devices"
    shipped = {path.stem for path in (shipped_dir() / "devices").glob("*.toml")}
    family = _family(whose.device if whose else known, shipped)
    path = folder / f"{family}.toml"
    if path.exists() and not force:
        raise CommandError(f"{path} is there already; give another name, or --force to replace it")
    file, readings = _made(config, family, sample, emits, whose)
    keep(path, mapping.render(file))
    load(data_dir=config.data_dir, config_dir=config_dir)
    typer.echo(f"\n{path} is written. The sample now says:")
    for each in readings:
        unit = f" {each.unit}" if each.unit else ""
        channel = f" [{shown(each.channel)}]" if each.channel else ""
        typer.echo(f"  {shown(each.device)}{channel}: {each.quantity} {each.value}{unit}")
    typer.echo("Start ingest again to use it.")


def _sample(config: Config, topic: str, seconds: float) -> Sample:
    """Return what the topic said last, as ingest noted it, else as it is heard now."""
    noted = next((row.sample for row in known_topics(config) if row.topic == topic), b"")
    if not 0 < len(noted) < SAMPLE_BYTES:
        heard: list[bus.Message] = []
        listen(config, (topic,), seconds=seconds, take=heard.append, done=lambda: any(each.payload for each in heard))
        noted = next((each.payload for each in heard if each.payload), b"")
    if not noted:
        raise CommandError(
            f"nothing was heard on {shown(topic)} for {seconds:g} s; make the device speak, or give --seconds"
        )
    placed = place(topic, prefixes(config.homes))
    try:
        return Sample.of(placed[1] if placed else topic, noted)
    except ValueError as error:
        raise CommandError(f"{shown(topic)}: {error}") from error


def _values(sample: Sample) -> list[Emit]:
    """Ask which values there are to read, and what they are."""
    found = mapping.values(sample)
    if not found:
        raise CommandError(f"{shown(sample.topic)}: its payload holds no value")
    emits: list[Emit] = []
    if len(found) == 1:
        emits.append(_emit(*found[0], emits))
    else:
        for number, (path, value) in enumerate(found, 1):
            typer.echo(f"  {number:>3}  {shown(path)} = {shown(str(value), 60)}")
        while chosen := _choice("Which value (its number; empty: no more)", len(found), empty=bool(emits)):
            emits.append(_emit(*found[chosen - 1], emits))
    return emits


def _known(config: Config, sample: Sample, emits: Sequence[Emit]) -> str:
    """Return the device, where a family knows the topic and only leaves the meaning of its values open."""
    said = mapping.entries(emits)
    if said is None:
        return ""
    found = _decode(config.devices, sample, DecodeConfig(map=said))
    quantities = {each.quantity for each in found.readings}
    return found.readings[0].device if quantities >= {emit.quantity for emit in emits} else ""


def _whose(sample: Sample) -> Whose:
    """Ask whose the values are."""
    levels = sample.topic.split("/")
    for number, text in enumerate(levels, 1):
        typer.echo(f"  {number:>3}  {shown(text)}")
    said = "Which level of the topic names the device (its number; empty: none)"
    level = _choice(said, len(levels), empty=True)
    if level and levels[level - 1]:
        return Whose(levels[level - 1], level - 1)
    name = _prompt("Name of the device", _device_name, default=levels[-2] if len(levels) > 1 else levels[-1])
    return Whose(name)


def _family(device: str, shipped: set[str]) -> str:
    """Ask for the name of family and file; those that ship are taken."""
    name = identifier(device, shipped, otherwise="device")
    name = name if name[0].isalpha() else f"device_{name}"

    def check(text: str) -> str:
        if not re.fullmatch("[a-z][a-z0-9_]*", text) or text in shipped:
            raise typer.BadParameter("lower-case letters, digits and _, and none of the names that ship")
        return text

    return _prompt("Name of the device file", check, default=name)


def _emit(path: str, value: object, made: Sequence[Emit]) -> Emit:
    """Ask what one value is."""
    quantity = _prompt(f"What is {shown(str(value), 40)}? A quantity, such as power or temperature", _quantity)
    row = QUANTITIES[quantity]
    said: dict[str, object] = {"quantity": quantity, "path": path}
    if row.kind == "state":
        said["words"] = _word(quantity, value)
    else:
        default = row.unit if row.unit and not row.unit.startswith("currency") else None
        said["unit"] = _prompt("Unit the device writes it in", _unit_of(quantity), default=default)
    if row.kind == "counter":
        typer.echo("  A counter: never starts again, at each reboot, daily, or each message is a delta by itself.")
        said["reset"] = _prompt("How does it start again", _one_of(_RESETS), default="never")
    if any(each.quantity == quantity for each in made):
        said["channel"] = _prompt(f"A second {quantity}: name of its channel", _device_name)
    return msgspec.convert(said, Emit)


def _word(quantity: str, value: object) -> dict[str, str]:
    """Ask what a word of the device means, unless it is one of ours or may be any."""
    ours = _WORDS.get(quantity, ["on", "off"])
    word = str(value).lower() if isinstance(value, bool) else str(value)
    if quantity == "fan" or word.lower() in ours:
        return {}
    return {word: _prompt(f"What does {shown(word, 40)} mean: {', '.join(ours)}", _one_of(ours))}


def _made(
    config: Config, family: str, sample: Sample, emits: Sequence[Emit], whose: Whose | None
) -> tuple[DeviceFile, list[Reading]]:
    """Make the file and prove that it reads its sample, beside the other files."""
    others = [file for file in config.devices if file.family != family]
    try:
        decoded = _decode([*others, mapping.draft(family, sample, emits, whose)], sample)
        said = {each.quantity for each in decoded.readings}
        missing = [emit.quantity for emit in emits if emit.quantity not in said]
        if missing or (whose and decoded.readings[0].family != family):
            raise CommandError(f"the sample gives no {', '.join(missing) or 'reading'} that way: {decoded.note}")
        return mapping.draft(family, sample, emits, whose, decoded.readings), decoded.readings
    except (ValueError, msgspec.ValidationError) as error:
        raise CommandError(f"these answers make no device file: {error}") from error


def _decode(files: Sequence[DeviceFile], sample: Sample, said: DecodeConfig | None = None) -> Decoded:
    now_us, payload = time.time_ns() // 1_000, sample.payload.encode()
    return Decoder(files).decode(sample.topic, payload, retain=False, received_us=now_us, config=said)


def _prompt(question: str, check: Callable[[str], str], default: str | None = None) -> str:
    return str(typer.prompt(question, default=default, value_proc=check))


def _choice(question: str, most: int, *, empty: bool) -> int:
    """Ask for a number from 1 to `most`; 0 for an empty answer, where that is one."""

    def check(text: str) -> str:
        if not text.strip() and empty:
            return "0"
        if not re.fullmatch("[0-9]{1,6}", text.strip()) or not 1 <= int(text) <= most:
            raise typer.BadParameter(f"a number from 1 to {most}")
        return text.strip()

    return int(typer.prompt(question, default="", show_default=False, value_proc=check))


def _quantity(text: str) -> str:
    if text not in QUANTITIES:
        raise typer.BadParameter(nearest(text, QUANTITIES))
    return text


def _device_name(text: str) -> str:
    if not text or set(text) & set("{}"):
        raise typer.BadParameter("a name without { and }")
    return text


def _unit_of(quantity: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            check_unit(text, quantity)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        return text

    return check


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in words:
            raise typer.BadParameter(f"one of {', '.join(words)}")
        return text

    return check
