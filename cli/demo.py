"""`heatledger demo`: a broker, a simulated home, and all of the product, from one command."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Self

import msgspec
import typer

from cli.demo_place import HOME_ID, Place, broker, broker_port, data_dir, is_free
from cli.options import CommandError, utc_now
from cli.processes import Program, Supervisor, heatledger
from heatledger import bus
from heatledger.announcements import History, history_topic
from heatledger.config import Config, load

if TYPE_CHECKING:
    from cli.demo_past import Past

SEED: Final = 1
_READY_S: Final = 30.0
_BROKER_S: Final = 5.0


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier demo and begin anew.")] = False,
    port: Annotated[int, typer.Option(help="Port of the page.", min=1, max=65535)] = 8050,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page in a browser.")] = False,
    with_faults: Annotated[bool, typer.Option("--with-faults", help="Let its devices misbehave.")] = False,
) -> None:
    """Start a living home: simulated devices over real MQTT, ingest, page and statements. Ctrl-C stops all of it."""
    place = Place(data_dir())
    place.claim(fresh=fresh)
    if not is_free(port):
        raise CommandError(f"port {port} is in use: stop what uses it, or choose another with --port")
    supervisor = Supervisor()
    filling = threading.Event()
    try:
        raise typer.Exit(_live(supervisor, place, port, filling, no_browser=no_browser, faults=with_faults))
    finally:
        filling.set()
        supervisor.stop()
        typer.echo("stopped; the next start finds this home again")


def _live(
    supervisor: Supervisor, place: Place, port: int, filling: threading.Event, *, no_browser: bool, faults: bool
) -> int:
    began = time.monotonic()
    at = broker_port()
    environ = place.environ(at)
    config = load(environ=environ)
    supervisor.start(broker(place, at))
    supervisor.start(Program("dashboard", heatledger("dashboard", "--port", str(port)), environ))
    fill = _prepare(place, config)
    if supervisor.stopping:
        return 0
    supervisor.start(Program("ingest", heatledger("ingest"), environ))
    supervisor.start(Program("reports", heatledger("reports"), environ))
    supervisor.start(Program("control", heatledger("control"), environ))
    said = heatledger("_simulate", str(place.state), *(("--faults",) if faults else ()))
    supervisor.start(Program("simulated home", said, environ))
    address = f"http://127.0.0.1:{port}/"
    threading.Thread(
        target=_announce, args=(address, environ, place, began, no_browser, supervisor), daemon=True
    ).start()
    filler = threading.Thread(target=fill, args=(filling,))
    filler.start()
    try:
        return supervisor.run()
    finally:
        filling.set()
        filler.join()


def _prepare(place: Place, config: Config) -> Callable[[threading.Event], None]:
    """Make the past on a first start; return what fills in the rest behind the page."""
    from cli.demo_past import Past
    from heatledger.ledger import Ledger
    from heatledger.store import open_store
    from heatledger.store.state import State

    home = config.homes[HOME_ID]

    def past_at(now: datetime) -> Past:
        return Past(home, now=now, seed=SEED, readings_days=config.settings.store.readings_days)

    past: Past | None = None
    if not place.state.exists():
        typer.echo("simulating thirteen months of a home …")
        now = utc_now()
        past = past_at(now)
        store, state = open_store(config.store_url), State(config.state_path)
        place.past.write_text(json.dumps({"now": now.isoformat(), "until": None}), encoding="utf-8")
        past.write_first(store, Ledger(config, home, store=store, state=state), place.state)
        state.close()
        store.close()

    def fill(stop: threading.Event) -> None:
        noted = json.loads(place.past.read_text(encoding="utf-8"))
        until = datetime.fromisoformat(noted["until"]) if noted["until"] else None
        whole = past or past_at(datetime.fromisoformat(noted["now"]))
        if until is not None and until <= whole.start:
            return
        store = open_store(config.store_url)
        with _Telling(config.settings.mqtt.url) as telling:
            telling.history(until or whole.recent, complete=False)

            def progress(at: datetime) -> None:
                _note(place.past, noted, at)
                telling.history(at, complete=at <= whole.start)

            whole.write_rest(store, stop, until=until, progress=progress)
        store.close()

    return fill


class _Telling:
    """Tells the page how far back the history reaches."""

    def __init__(self, url: str) -> None:
        self._bus = bus.connect(url, client_id="heatledger-history", clean=True, on_state=lambda *_: None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.close()

    def history(self, back_to: datetime, *, complete: bool) -> None:
        until = time.monotonic() + _BROKER_S
        while not self._bus.connected and time.monotonic() < until:
            self._bus.poll(0.1)
        body = msgspec.json.encode(History(back_to, complete))
        self._bus.publish(history_topic(HOME_ID), body, qos=1, retain=True)
        while self._bus.unacknowledged and time.monotonic() < until:
            self._bus.poll(0.1)


def _note(path: Path, noted: dict[str, str], at: datetime) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({**noted, "until": at.isoformat()}), encoding="utf-8")
    draft.replace(path)


def _announce(
    address: str, environ: Mapping[str, str], place: Place, began: float, no_browser: bool, supervisor: Supervisor
) -> None:
    """Say where the page is, once it answers with live numbers."""
    told = False
    while not supervisor.stopping:
        if _is_live(address):
            typer.echo(
                f"the page: {address}  (after {time.monotonic() - began:.0f} s)\n"
                f"the broker: {environ['HEATLEDGER_MQTT_URL']}  the data: {place.data}\n"
                "Ctrl-C stops all of it"
            )
            if not no_browser:
                webbrowser.open(address)
            return
        if not told and time.monotonic() - began >= _READY_S:
            told = True
            typer.echo(f"the page at {address} does not answer yet; the lines above say why", err=True)
        time.sleep(0.2)


def _is_live(address: str) -> bool:
    """Whether the page has everything it needs and has heard a device."""
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as answer:  # noqa: S310 - our own loopback address
            return json.load(answer)["last_reading_age_s"] is not None
    except (urllib.error.URLError, OSError):
        return False


def simulate(state_path: Path, faults: Annotated[bool, typer.Option("--faults")] = False) -> None:
    """Publish the demo home until stopped; started by `heatledger demo`."""
    from ingest.simulate.publish import run

    try:
        run(load().settings.mqtt.url, state_path, seed=SEED, faults=faults)
    except ValueError as error:
        raise CommandError(str(error)) from error
