"""The InfluxDB server behind the store: one client; points in as gzip, InfluxQL asked, errors told in one line."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from influxdb_client import DBRPCreate, DBRPsService, InfluxDBClient, WriteService
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from heatledger.store import StoreError, Version
from heatledger.store.influx_answers import PACKED, Block, Name, decode
from heatledger.store.influx_place import Place

T = TypeVar("T")
Row = TypeVar("Row")

CONNECT_S: Final = 5.0
"""How long the server may take to accept a connection at most. [s]"""
QUERY_S: Final = 60.0
"""How long the server may be silent while it answers a question. [s]"""

_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_FIRST_S: Final = 0.1
_SAID: Final = 200
_MENDS: Final = {
    400: "",
    401: "the token is not accepted; give HEATLEDGER_STORE_TOKEN, its _FILE, or secrets/store_token in the data folder",
    403: "the token may not do this; give it the right to read and write the bucket",
    404: "the bucket is not there; heatledger check makes it where it may",
    413: "the server takes no request of this size; raise its max-body-size",
    429: "the server asks to slow down",
}


class RefusedError(ValueError):
    """The server will never take these points as they are; the message is one line with the server's words."""


class Server:
    """One InfluxDB server and one of its buckets, safe for several threads.

    Parameters
    ----------
    where : Place
        The server, the bucket and how to be let in; nothing is asked of it before the first request.
    """

    def __init__(self, where: Place) -> None:
        self.where = where
        self._client = InfluxDBClient(where.base, where.token, org=where.org, ssl_ca_cert=where.ca or None)
        self._connect_s = min(CONNECT_S, max(1.0, where.retry_s))
        self._writer = WriteService(self._client.api_client)

    def write(self, lines: list[str]) -> None:
        """Send points in one request; when it returns, the server has them on disk.

        Raises
        ------
        RefusedError
            If the server will never take them: a word where it has numbers, a time before its retention.
        StoreError
            If it cannot take them now.
        """
        body = gzip.compress("\n".join(lines).encode(), 1, mtime=0)
        patience = (1e3 * self._connect_s, 1e3 * self.where.timeout_s)
        try:
            self._patiently(
                lambda: self._writer.post_write(
                    self.where.org,
                    self.where.bucket,
                    body,
                    precision="us",
                    content_encoding="gzip",
                    content_type="text/plain; charset=utf-8",
                    _request_timeout=patience,
                )
            )
        except ApiException as error:
            if error.status in {400, 422}:
                raise RefusedError(f"{self.where.shown}: {_words(error)}") from error
            raise self._told(error) from error

    def query(self, statement: str, row: type[Row], *, changes: bool = False) -> list[Block[Row]]:
        """Ask one InfluxQL statement; times come as microseconds.

        Parameters
        ----------
        statement : str
            The statement, its names quoted.
        row : type
            The tuple type of its rows.
        changes : bool
            Whether it deletes or creates.
        """
        database, _, policy = self.where.bucket.partition("/")
        asked = [("db", database), ("rp", policy), ("epoch", "u"), ("q", statement)]
        try:
            answer = self._patiently(lambda: self._call("/query", "POST" if changes else "GET", asked))
        except ApiException as error:
            raise self._told(error) from error
        try:
            found = decode(answer.data, answer.headers.get("Content-Type", ""), row)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.where.shown}: the answer cannot be read ({error}); is it an InfluxDB?") from error
        for words in filter(None, (found.error, *(result.error for result in found.results))):
            mend = f"; {_MENDS[404]}" if "not found" in words else ""
            raise StoreError(f"{self.where.shown}: {words}{mend}")
        if any(result.partial for result in found.results):
            raise StoreError(f"{self.where.shown}: the answer was cut short; set max-row-limit = 0 at the server")
        return [block for result in found.results for block in result.series]

    def version(self) -> Version:
        """Return which server answers."""
        try:
            headers = self._patiently(lambda: self._call("/ping", "GET", [])).headers
        except ApiException as error:
            raise self._told(error) from error
        return Version(headers.get("X-Influxdb-Version", ""), headers.get("X-Influxdb-Build", ""))

    def prepare(self) -> list[str]:
        """Make what is missing, the bucket and in 2.x the mapping InfluxQL finds it by; return what was made.

        Raises
        ------
        StoreError
            If the token may not.
        """
        try:
            major = self.version().major
            make = {2: self._make_bucket, 3: self._make_database_of_three}.get(major, self._make_database)
            return self._patiently(make)
        except ApiException as error:
            raise self._told(error) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _make_database(self) -> list[str]:
        database = self.where.bucket.partition("/")[0]
        there = {name for block in self.query("SHOW DATABASES", Name) for (name,) in block.values}
        if database in there:
            return []
        self.query(f'CREATE DATABASE "{database}"', Name, changes=True)
        return [f"database {database}"]

    def _make_database_of_three(self) -> list[str]:
        database = self.where.bucket.partition("/")[0]
        try:
            self._client.api_client.call_api(
                "/api/v3/configure/database",
                "POST",
                header_params={"Content-Type": "application/json"},
                body={"db": database},
                _request_timeout=1e3 * QUERY_S,
            )
        except ApiException as error:
            if error.status in {404, 405, 409}:  # the cloud has its own way; or it is there
                return []
            raise
        return [f"database {database}"]

    def _make_bucket(self) -> list[str]:
        made, buckets, name = [], self._client.buckets_api(), self.where.bucket
        bucket = buckets.find_bucket_by_name(name)
        if bucket is None:
            bucket = buckets.create_bucket(bucket_name=name, org=self.where.org)
            made.append(f"bucket {name}")
        database, _, policy = name.partition("/")
        mappings = DBRPsService(self._client.api_client)
        if not mappings.get_dbr_ps(org_id=bucket.org_id, db=database).content:
            wanted = DBRPCreate(
                bucket_id=bucket.id,
                org_id=bucket.org_id,
                database=database,
                retention_policy=policy or "autogen",
                default=True,
            )
            mappings.post_dbrp(wanted)
            made.append(f"DBRP mapping {database}")
        return made

    def _call(self, path: str, method: str, asked: list[tuple[str, str]]) -> Any:  # noqa: ANN401 - urllib3's response, by way of an untyped client
        return self._client.api_client.call_api(
            path,
            method,
            query_params=[pair for pair in asked if pair[1]],
            header_params={"Accept": PACKED},
            _preload_content=False,
            _return_http_data_only=True,
            _request_timeout=(1e3 * self._connect_s, 1e3 * QUERY_S),
        )

    def _patiently(self, request: Callable[[], T]) -> T:
        """Do what may fail in passing again, with a growing pause of random length, for a bounded time."""
        give_up, pause_s = time.monotonic() + self.where.retry_s, _FIRST_S
        while True:
            try:
                return request()
            except (ApiException, HTTPError, OSError) as error:
                wait_s = max(pause_s * random.uniform(0.5, 1.5), _asked_to_wait(error))  # noqa: S311 - not a secret
                if getattr(error, "status", 500) not in _AGAIN or time.monotonic() + wait_s > give_up:
                    if isinstance(error, ApiException) and error.status:
                        raise
                    raise StoreError(f"{self.where.shown}: {_away(error)}") from error
            time.sleep(wait_s)
            pause_s *= 2

    def _told(self, error: ApiException) -> StoreError:
        words = _words(error)
        mend = _MENDS.get(error.status, "see the server's log")
        waits = f" for {_asked_to_wait(error):.0f} s" if _asked_to_wait(error) else ""
        return StoreError(f"{self.where.shown}: {error.status} {words}; {mend}{waits}".replace(" ;", ";"))


def _asked_to_wait(error: Exception) -> float:
    """Return how long the server asks to be left alone; 0 if it does not say. [s]."""
    asked = (getattr(error, "headers", None) or {}).get("Retry-After", "")
    return float(asked) if str(asked).isdigit() else 0.0


def _words(error: ApiException) -> str:
    """Return what the server says, in one line of bounded length."""
    body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else error.body or ""
    try:
        said = msgspec.json.decode(body, type=dict[str, object])
        body = str(said.get("error") or said.get("message") or body)
    except msgspec.DecodeError:
        body = "" if "<html" in body.lower() else body
    return " ".join((body or str(error.reason or "")).split())[:_SAID]


def _away(error: Exception) -> str:
    """Return why there was no answer at all, and what to do about it."""
    said = " ".join(str(getattr(error, "reason", None) or error).split())
    if "CERTIFICATE" in said.upper() or "SSL" in said.upper():
        return f"{said[-_SAID:]}; check the certificate, or name who signed it with ?ca=FILE"
    why = said.rpartition(": ")[2] or type(error).__name__
    return f"no answer ({why[:_SAID]}); is the server running and reachable?"
