"""`heatledger check`: is everything there and talking? Named findings, each with its mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import typer

from cli.options import ConfigOption, JsonOption, utc_now
from heatledger import formatting
from heatledger.config import Config, load
from heatledger.home import Home, names
from heatledger.probe import probe
from heatledger.quality import Issue
from heatledger.readings import SeriesKey
from heatledger.store import Served, Store, StoreError, open_store, shown
from heatledger.store.state import State

_SILENT_S = 600
_AHEAD_S = 60


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the broker.")] = 4.0,
) -> None:
    """Check configuration, broker, store and clocks; exit 1 if something fails."""
    settings = load(config_dir=config)
    found = [*_configuration(settings), *_broker(settings, wait), *_store(settings)]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)))
    else:
        for issue in found:
            mend = f" → {issue.fix}" if issue.fix else ""
            typer.echo(f"{issue.severity:<4}  {issue.message}{mend}")
    raise typer.Exit(1 if any(issue.severity == "fail" for issue in found) else 0)


def _found(name: str, severity: str, message: str, fix: str = "", **data: str | float) -> Issue:
    return Issue(name=name, severity=severity, message=message, data=data, fix=fix)


def _configuration(config: Config) -> Iterator[Issue]:
    yield _found(
        "config.read",
        "ok",
        f"configuration: {len(config.homes)} homes, {len(config.tariffs)} tariffs, {len(config.devices)} device files",
    )
    if not config.homes:
        where = config.data_dir / "config" / "homes"
        yield _found(
            "config.no_home",
            "warn",
            f"no home file in {where}",
            "set the home up at /setup of the page, or write one (docs/home-file.md)",
        )


def _broker(config: Config, wait_s: float) -> Iterator[Issue]:
    answer = probe(config.settings.mqtt.url, connect_s=wait_s, listen_s=wait_s)
    if answer.trouble:
        yield _found("broker.unreachable", "fail", answer.trouble, "start the broker, or mend mqtt.url")
        return
    yield _found("broker.reached", "ok", f"broker: {answer.shown} {answer.version}".rstrip())
    if "amqtt" in answer.version.lower():
        yield _found(
            "broker.embedded",
            "warn",
            "the embedded broker queues nothing for a client that is away: good for the demo and a first try",
            "install mosquitto for real use",
        )
    if not answer.ingest:
        yield _found("ingest.absent", "warn", "ingest is not running on this broker", "start heatledger up")


def _store(config: Config) -> Iterator[Issue]:
    try:
        store = open_store(config.store_url)
        yield from _server(store)
        heard = {home: [series.key for series in store.series(home)] for home in store.homes()}
    except StoreError as error:
        yield _found("store.unusable", "fail", str(error))
        return
    yield _found("store.read", "ok", f"store: {shown(config.store_url)}, {sum(map(len, heard.values()))} series")
    for home in sorted(set(heard) | set(config.homes)):
        yield from _freshness(store, home)
    for name, home_file in config.homes.items():
        yield from _points(home_file, heard.get(name, []))
    store.close()
    state = State(config.state_path)
    unknown = [topic for topic in state.topics() if topic.outcome == "unknown"]
    state.close()
    if unknown:
        sample = ", ".join(topic.topic for topic in unknown[:3])
        yield _found(
            "ingest.not_understood",
            "info",
            f"{len(unknown)} topics were heard and not understood, {sample} among them",
            "a device file makes them readings: docs/add-a-device.md",
            topics=float(len(unknown)),
        )


def _server(store: Store) -> Iterator[Issue]:
    """Say which server answers, where the store has one, and make the bucket it lacks."""
    if not isinstance(store, Served):
        return
    version = store.version()
    yield _found("store.server", "ok", f"store: {version} answers", version=version.text)
    if version.major >= 3:
        yield _found(
            "store.retention",
            "info",
            f"{version} deletes nothing on request: readings stay for as long as its database keeps them",
            "set the database's retention period to what [store] readings_days says",
        )
    if version.core:
        yield _found(
            "store.core",
            "warn",
            f"{version} answers no question over more than about 72 hours: no history of readings and intervals",
            "use InfluxDB 1.8, 2.x, 3 Enterprise or Cloud, or the embedded SQLite store",
        )
    try:
        for made in store.prepare():
            yield _found("store.made", "ok", f"store: {made} was missing and is made")
    except StoreError as error:  # a token that may only read and write its bucket is enough where that is there
        yield _found("store.not_looked_after", "info", str(error), "if the bucket is missing, make it at the server")


def _freshness(store: Store, home: str) -> Iterator[Issue]:
    latest = max((reading.time_us for reading in store.latest(home)), default=None)
    if latest is None:
        yield _found("readings.none", "warn", f"home {home}: nothing was heard yet", "see that its devices publish")
        return
    age_s = utc_now().timestamp() - latest / 1e6
    if age_s > _SILENT_S:
        since = formatting.duration(age_s)
        yield _found("readings.silent", "fail", f"home {home}: nothing heard for {since}", "see that ingest runs")
    elif age_s < -_AHEAD_S:
        ahead = formatting.duration(-age_s)
        yield _found(
            "clock.ahead", "warn", f"home {home}: the last reading is {ahead} ahead", "set this machine's clock"
        )
    else:
        yield _found("readings.fresh", "ok", f"home {home}: last heard {formatting.duration(max(age_s, 0))} ago")


def _points(home: Home, heard: list[SeriesKey]) -> Iterator[Issue]:
    """Name the points of the home file that nothing heard answers to."""
    known = {name for key in heard for name in names(key)}
    points = {
        **{f"meters.{meter.id}: {point}": point for meter in home.meters for point in (*meter.points, *meter.sum)},
        **{f"zones.{zone.id}.temperature: {zone.temperature}": zone.temperature for zone in home.zones},
        **{f"heat_pumps.{p.id}.heads: {head.device}": head.device for p in home.heat_pumps for head in p.heads},
    }
    for where, point in points.items():
        if point is not None and point not in known:
            yield _found(
                "home.point_not_heard",
                "warn",
                f"home {home.id}, {where}: nothing heard answers to that name",
                "write the device's name as heatledger export shows it",
                point=point,
            )
