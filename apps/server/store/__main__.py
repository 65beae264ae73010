"""Look after the annotations: check them, write them to a file, take a file in, or give somebody a new password.

check says whether the database is sound; export FILE writes every event as JSON Lines; import FILE takes in such a file, or
a traces_store.json, dataset.json or solutions.jsonl, also of older versions; password NAME reads a new password. All of
them may be used while a server runs."""

import getpass
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from utilities.command_line import parse, run_main
from utilities.config import DEFAULT_DATASET, ROOT, RunFailed, UsageError, setting

if TYPE_CHECKING:
    from apps.server.store.database import Database

EXAMPLE = "python -m apps.server.store export annotations.jsonl"


@dataclass(frozen=True, kw_only=True)
class StoreConfig:
    """What is to be done, and to which annotations."""

    command: str = setting(
        "", "what to do", positional=True, choices=("check", "export", "import", "password")
    )
    argument: str | None = setting(None, "the file, or the user's name", positional=True, nargs="?")
    data_directory: str | None = setting(None, "folder of annotations.sqlite (default: data/)")
    dataset: str | None = setting(
        None, "the dataset.json that variations are published to (default: apps/static/dataset.json)"
    )

    @property
    def folder(self) -> Path:
        """Of annotations.sqlite."""
        return Path(self.data_directory or ROOT / "data").resolve()


def main(argv: Sequence[str] | None = None) -> None:
    """Do one command and say what was done."""
    config = parse(StoreConfig, argv, __doc__ or "", EXAMPLE)
    if (config.argument is None) != (config.command == "check"):
        wanted = {"check": "takes no file", "password": "needs a user's name"}.get(
            config.command, "needs a file"
        )
        raise UsageError(f"{config.command} {wanted} (see --help)")
    from apps.server.store.damage import damage_told  # after parsing, so that --help answers at once
    from apps.server.store.database import NAME, Database

    path = config.folder / NAME
    if not path.exists() and config.command != "import":
        raise RunFailed(f"there are no annotations in {config.folder} yet: start a server, or import some")
    commands = {"check": _check, "export": _export, "import": _import, "password": _password}
    with damage_told(path), closing(Database(path)) as database:
        print(commands[config.command](database, config))


def _check(database: "Database", config: StoreConfig) -> str:
    from apps.server.store.check import faults, summary
    from apps.server.store.damage import damaged

    if found := faults(database):
        raise damaged(database.path, "; ".join(found[:5]))
    return f"sound: {summary(database)}"


def _export(database: "Database", config: StoreConfig) -> str:
    from apps.server.store.exchange import export_events

    return f"wrote {export_events(database, Path(str(config.argument)))} events to {config.argument}"


def _import(database: "Database", config: StoreConfig) -> str:
    from apps.server.store.exchange import import_file
    from apps.server.store.publisher import publish_once

    changes = import_file(database, Path(str(config.argument)))
    publish_once(database, config.folder, Path(config.dataset or DEFAULT_DATASET))
    return f"took in {changes} changes from {config.argument}"


def _password(database: "Database", config: StoreConfig) -> str:
    from apps.server.store.accounts import SHORTEST_PASSWORD, set_password

    name = str(config.argument)
    password = getpass.getpass("new password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST_PASSWORD:
        raise RunFailed(f"a password has at least {SHORTEST_PASSWORD} characters")
    if not set_password(database, name, password):
        raise RunFailed(f"there is no account called {name!r}")
    return f"{name} has a new password"


if __name__ == "__main__":
    run_main(main)
