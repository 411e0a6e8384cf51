"""The door to what is kept: the `Store` protocol that every engine passes one contract suite for, and `open_store`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable
from urllib.parse import urlsplit

from heatledger.readings import Intervals, Reading, Samples, SeriesKey, States


class Delivery(NamedTuple):
    """A QoS 1 delivery already committed: its packet id and the hash of its topic and payload."""

    packet_id: int
    digest: bytes


class Series(NamedTuple):
    """A series the store has heard of, and when."""

    key: SeriesKey
    unit: str | None
    kind: str
    reset: str
    first_us: int
    last_us: int


class StoreError(Exception):
    """The store cannot do what was asked; the message is one line for the user (what, where, the mend)."""


class UnusableStoreError(StoreError):
    """What is named can never be the store, however long one waits: waiting with a spool would only hide it."""


class Store(Protocol):
    """What keeps readings and intervals. Times are UTC: µs for readings, seconds for intervals; spans are half-open."""

    def write(self, readings: Sequence[Reading], *, deliveries: Sequence[Delivery] = ()) -> None:
        """Commit readings and the deliveries that brought them together: durable when it returns, repeatable."""

    def deliveries(self) -> Mapping[int, bytes]:
        """Return the digest of each of the last deliveries committed, by packet id."""

    def homes(self) -> list[str]:
        """Return the homes that have readings or intervals, sorted."""

    def series(self, home: str) -> list[Series]:
        """Return every series of a home, sorted by key, with its first and last reading or interval."""

    def readings(
        self,
        home: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        family: str | None = None,
        device: str | None = None,
    ) -> Iterator[Reading]:
        """Yield readings by device, then time, one batch in memory at a time."""

    def samples(self, home: str, family: str, device: str, *, start_us: int, end_us: int) -> list[Samples | States]:
        """Return one device's readings in a span as columns, each series with its neighbours.

        A series is preceded by its last reading before the span and followed by its first one after it, where there
        are any; one with neither and nothing inside is left out. A state that is a truth is the word true or false.
        """

    def latest(self, home: str) -> list[Reading]:
        """Return the reading with the newest time of every series of a home, retained or not, sorted by key."""

    def write_intervals(self, blocks: Sequence[Intervals]) -> None:
        """Insert or replace intervals; durable when it returns."""

    def delete_intervals(self, key: SeriesKey, *, start_s: int, end_s: int) -> None:
        """Remove a series' intervals in a span, as a recomputation that finds nothing there must."""

    def intervals(
        self, home: str, *, start_s: int, end_s: int, quantities: Sequence[str] | None = None
    ) -> list[Intervals]:
        """Return a home's intervals in a span, one block a series, sorted by start."""

    def expire_readings(self, before_us: int) -> int:
        """Delete readings older than a time; return how many rows went. Intervals stay."""

    def delete_home(self, home: str) -> int:
        """Delete all that is kept of a home; return how many rows of readings and intervals went.

        Raises
        ------
        StoreError
            If the engine cannot delete.
        """

    def close(self) -> None:
        """Release the engine."""


class Version(NamedTuple):
    """Which server answered: its version as it says it, and its build where it says one."""

    text: str
    build: str = ""

    @property
    def major(self) -> int:
        """The first number of the version; 0 if it says none.

        Examples
        --------
        >>> Version("1.6.7~rc0").major, Version("v2.7.1").major, Version("").major
        (1, 2, 0)
        """
        first = self.text.lstrip("v").partition(".")[0]
        return int(first) if first.isdigit() else 0

    @property
    def core(self) -> bool:
        """Whether it is InfluxDB 3 Core, which answers over about three days only."""
        return self.major >= 3 and self.build.lower() == "core"

    def __str__(self) -> str:
        return f"InfluxDB {self.text or 'of unknown version'} {self.build}".rstrip()


@runtime_checkable
class Served(Protocol):
    """A store that lies on a server, as one may ask and prepare it."""

    def version(self) -> Version:
        """Return which server answers."""

    def prepare(self) -> list[str]:
        """Make the bucket, and the mapping InfluxQL finds it by, where that is allowed; return what was made."""


def open_store(url: str, *, patience_s: float | None = None) -> Store:
    """Open the store that a URL names.

    Parameters
    ----------
    url : str
        ``sqlite:///relative/path``, ``sqlite:////absolute/path``, ``influxdb://[user:secret@]host[:port]/bucket?org=…``
        or ``influxdbs://…`` for TLS.
    patience_s : float, optional
        How long a SQLite file that another process writes to is waited for, by default 15 s, and for how long a
        server that fails is tried again, by default 2 s. [s]

    Returns
    -------
    Store
        Ready to use; made if it was not there.

    Raises
    ------
    StoreError
        If the scheme is unknown or the engine cannot be opened.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        from heatledger.store.sqlite import SqliteStore  # one engine is loaded, not all

        if not rest.startswith("/") or rest == "/":
            raise UnusableStoreError(
                f"store URL {url!r}: a file is written sqlite:///relative/path or sqlite:////absolute/path"
            )
        return SqliteStore(rest.removeprefix("/"), patience_s=patience_s)
    if scheme in {"influxdb", "influxdbs"}:
        from heatledger.store.influx_store import InfluxStore

        return InfluxStore(url, patience_s=patience_s)
    raise UnusableStoreError(
        f"store URL {shown(url)!r}: unknown scheme {scheme!r}; use sqlite:///path or influxdb://host:8086/bucket"
    )


def shown(url: str) -> str:
    """Return a store URL as it may be printed: without user, secret and token.

    Examples
    --------
    >>> shown("influxdb://:token@host:8086/bucket?org=home"), shown("sqlite:///a@b.db")
    ('influxdb://host:8086/bucket?org=home', 'sqlite:///a@b.db')
    """
    given = urlsplit(url)
    return given._replace(netloc=given.netloc.rpartition("@")[2]).geturl() if "@" in given.netloc else url
