"""The command `loomline`: one verb, one sentence when something is wrong, never a traceback for that."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, cast

import django
import psycopg
from django.db import Error as DatabaseError

from loomline import __version__
from loomline.app import database, environment, processes
from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.kernel.refusal import Refused


class Needs(Enum):
    """What must be there before a verb runs."""

    NOTHING = "nothing"
    MODELS = "models"
    DATABASE = "database"


@dataclass(frozen=True)
class Verb:
    """One row of the list that `loomline --help` prints."""

    summary: str
    needs: Needs = Needs.DATABASE


class Module(Protocol):
    """What the file of a verb offers."""

    __doc__: str

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace, env: Environment) -> int: ...


VERBS = {
    "up": Verb("start everything and print the address; Ctrl-C stops it", Needs.MODELS),
    "demo": Verb("fill an empty database with a demo company"),
    "import": Verb("bring files of another system in, by a recipe"),
    "export": Verb("write records to a CSV or XLSX file"),
    "backup": Verb("put the database and all files into one archive"),
    "restore": Verb("bring an archive back"),
    "doctor": Verb("check the installation and say how to mend what is wrong", Needs.MODELS),
    "user": Verb("create a user, set a password, list users"),
    "solve": Verb("run an engine on files: forecast, plan, schedule, route and more", Needs.NOTHING),
    "verify": Verb("check a proof of the verifiable log", Needs.NOTHING),
    "bench": Verb("run the benchmarks of a source tree", Needs.NOTHING),
    "migrate": Verb("bring the tables up to date"),
    "manage": Verb("run a command of Django (for developers)", Needs.MODELS),
    "version": Verb("print the versions in use", Needs.NOTHING),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 is done, 1 is refused, 2 is asked wrongly."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except Fault as fault:
        return _complain(str(fault), fault.code)
    except Refused as refusal:
        return _complain(str(refusal), 1)
    except (psycopg.Error, DatabaseError) as error:
        return _database_complaint(error)
    except KeyboardInterrupt:
        return _complain("Stopped.", 130)
    except BrokenPipeError:
        # The reader (head, less) has had enough; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return _complain("The disk is full. Free some space and try again.", 1)
        if error.filename:
            return _complain(f"{error.filename}: {error.strerror}.", 1)
        raise


def _run(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help())
        return 0
    name = "version" if words[0] in {"-V", "--version"} else words[0]
    verb = VERBS.get(name)
    if verb is None:
        near = difflib.get_close_matches(name, VERBS, n=1)
        hint = f"Did you mean {near[0]}?" if near else "loomline --help lists the commands."
        raise Fault(f"There is no command {name}.", way_out=hint, code=2)

    env = environment.read()
    if verb.needs is not Needs.NOTHING:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loomline.app.settings")
        django.setup()
    # Only now: the files of verbs import models, which Django must have loaded.
    module = cast(Module, importlib.import_module(f"loomline.app.verbs.{name}_"))
    processes.settle()
    parser = argparse.ArgumentParser(
        prog=f"loomline {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(parser)
    try:
        options = parser.parse_args(words[1:])
    except SystemExit as end:
        return int(end.code or 0)
    with database.in_use(env) if verb.needs is Needs.DATABASE else contextlib.nullcontext():
        return module.run(options, env)


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [
        f"Loomline {__version__}: customers and supply in one woven record.",
        "",
        "Usage: loomline COMMAND [OPTIONS]      loomline COMMAND --help says more",
        "",
        *(f"  {name:<{width}}  {verb.summary}" for name, verb in VERBS.items()),
        "",
        "Settings come from the environment:",
        "",
        *(f"  {s.name:<24}{s.meaning}{f' [{s.default}]' if s.default else ''}" for s in environment.SETTINGS),
        "",
    ]
    return "\n".join(lines)


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"loomline: {sentence}\n")
    return code


def _database_complaint(error: Exception) -> int:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.errors.DiskFull):
        return _complain("The database's disk is full. Free some space and try again.", 1)
    if isinstance(cause, psycopg.errors.UndefinedTable):
        return _complain("The tables are not there yet. Run loomline migrate, or loomline up.", 1)
    if isinstance(cause, psycopg.OperationalError):
        return _complain(
            f"The database cannot be used: {str(cause).strip().splitlines()[0].rstrip('.')}. "
            "Check LOOMLINE_DATABASE_URL, or ask loomline doctor.",
            1,
        )
    raise error
