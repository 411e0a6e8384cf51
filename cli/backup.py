"""`heatledger backup` and `restore`: everything a home needs to go on elsewhere, in one file, made while all runs."""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import msgspec
import typer

from cli.options import CommandError, ConfigOption, utc_now
from heatledger.config import Config, default_data_dir, load, user_dir

_MANIFEST: Final = "manifest.json"
_FORMAT: Final = 1
_FOLDERS: Final = ("reports",)
_SECRET: Final = re.compile(rb'(//[^:@/\s"]*):[^@/\s"]+@')
_REMOVED: Final = rb"\1:REMOVED@"
_FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A .tar, or .tar.gz for a smaller and slower one.")]


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: its SHA-256 by name; `store` is False where the readings lie on a server of their own."""

    format: int
    made_at: str
    store: bool
    secrets: bool
    files: dict[str, str]


class _Item(NamedTuple):
    """A file of the backup: its name there, and where its bytes are now."""

    name: str
    content: Path | bytes


def backup(
    file: _FileArgument,
    secrets: Annotated[bool, typer.Option("--secrets", help="Passwords and tokens too; keep the file safe.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write store, state, spool and configuration into one file, without stopping anything."""
    settings = load(config_dir=config)
    if file.exists():
        raise CommandError(f"{file}: is there already; name another file")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=_folder(file)) as scratch:
        items = [
            *_databases(settings, Path(scratch)),
            *_files(settings, user_dir(settings.data_dir, config), secrets=secrets),
        ]
        manifest = Manifest(
            format=_FORMAT,
            made_at=utc_now().isoformat(timespec="seconds"),
            store=_store_file(settings) is not None,
            secrets=secrets,
            files={item.name: _digest(item.content) for item in items},
        )
        items.insert(0, _Item(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest))))
        made = Path(scratch) / "backup"
        with tarfile.open(made, "w:gz" if file.suffix in {".gz", ".tgz"} else "w") as archive:
            for item in items:
                _add(archive, item)
        made.chmod(0o600)
        made.rename(file)
    typer.echo(f"{file}: {len(items) - 1} files, {file.stat().st_size / 1e6:.1f} MB")
    if not manifest.store:
        typer.echo("the readings lie on a server: back that up with its own tools")
    if not secrets:
        typer.echo("without passwords and tokens; --secrets takes them too")


def restore(
    file: _FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Set aside what the data folder holds.")] = False,
) -> None:
    """Put a backup into an empty data folder; stop every process first."""
    data = default_data_dir()
    if any(data.glob("*")) and not force:
        raise CommandError(f"{data}: is not empty; set HEATLEDGER_DATA to a new folder, or use --force to set it aside")
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data.parent) as scratch:
        manifest = _unpack(file, Path(scratch))
        if any(data.glob("*")):
            aside = data.with_name(f"{data.name}.before-{utc_now():%Y%m%dT%H%M%SZ}")
            data.rename(aside)
            typer.echo(f"what was there is now in {aside}")
        data.mkdir(parents=True, exist_ok=True)
        for path in sorted(Path(scratch).iterdir()):
            path.rename(data / path.name)
    settings = load(data_dir=data)
    if manifest.store and _store_file(settings) not in {None, data / "heatledger.db"}:
        typer.echo(f"settings.toml names {settings.store_url}: move {data / 'heatledger.db'} there")
    typer.echo(f"{data}: restored {len(manifest.files)} files of {manifest.made_at}")
    if not manifest.secrets:
        typer.echo("passwords and tokens are not in it: set them again in settings.toml or secrets")


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as it is at one moment, while others write to it, and check the copy.

    Raises
    ------
    CommandError
        If it cannot be read, or the copy is damaged.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=15)) as original,
            closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise CommandError(f"{source}: cannot be copied: {error}") from error
    if said != "ok":
        raise CommandError(f"{source}: is damaged: {said}; restore an earlier backup")


def _databases(config: Config, scratch: Path) -> Iterator[_Item]:
    """Copy the databases; the spool first: what moves into the store meanwhile is then in both, never in neither."""
    sources = (config.data_dir / "spool.db", _store_file(config), config.state_path, config.sent_path)
    names = ("spool.db", "heatledger.db", "state.db", "sent.db")
    for name, source in zip(names, sources, strict=True):
        if source is not None and source.exists():
            copy_database(source, scratch / name)
            yield _Item(name, scratch / name)


def _files(config: Config, user: Path, *, secrets: bool) -> Iterator[_Item]:
    for path in sorted(path for path in user.rglob("*") if path.is_file()) if user.is_dir() else ():
        content = path.read_bytes()
        yield _Item(f"config/{path.relative_to(user)}", content if secrets else _SECRET.sub(_REMOVED, content))
    for folder in (*_FOLDERS, *(("secrets",) if secrets else ())):
        below = config.data_dir / folder
        yield from (_Item(f"{folder}/{p.relative_to(below)}", p) for p in sorted(below.rglob("*")) if p.is_file())


def _store_file(config: Config) -> Path | None:
    scheme, _, rest = config.store_url.partition("://")
    return Path(rest.removeprefix("/")).expanduser().absolute() if scheme == "sqlite" else None


def _unpack(file: Path, target: Path) -> Manifest:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(target, filter="data")
        manifest = msgspec.json.decode((target / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, tarfile.TarError, msgspec.MsgspecError, EOFError) as error:
        raise CommandError(f"{file}: is no backup of heatledger, or not whole: {_line(error)}") from error
    if manifest.format > _FORMAT:
        raise CommandError(f"{file}: made by a newer version; upgrade heatledger")
    (target / _MANIFEST).unlink()
    for name, digest in manifest.files.items():
        path = target / name
        if not path.is_file() or _digest(path) != digest:
            raise CommandError(f"{file}: {name} is missing or damaged in it; use another backup")
    return manifest


def _digest(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, item: _Item) -> None:
    info = tarfile.TarInfo(item.name)
    info.mtime, info.mode = int(utc_now().timestamp()), 0o600
    if isinstance(item.content, bytes):
        info.size = len(item.content)
        archive.addfile(info, io.BytesIO(item.content))
    else:
        info.size = item.content.stat().st_size
        with item.content.open("rb") as opened:
            archive.addfile(info, opened)


def _folder(file: Path) -> Path:
    folder = file.absolute().parent
    if not folder.is_dir():
        raise CommandError(f"{folder}: no such folder; make it first")
    return folder


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
