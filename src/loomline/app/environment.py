"""Every setting of an installation, read once from the environment into one frozen record."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from loomline.app.fault import Fault

PREFIX = "LOOMLINE_"
# What the tests and the benchmarks of the source tree read themselves.
NOT_SETTINGS = ("LOOMLINE_TEST", "LOOMLINE_BENCH")
ROOT = Path(__file__).resolve().parents[3]

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_LOG_LEVELS = {"debug", "info", "warning", "error"}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What differs between installations; business options are rows in the database instead."""

    host: str
    port: int
    data: Path
    database_url: str
    secret_key: str
    debug: bool
    https: bool
    allowed_hosts: tuple[str, ...]
    demo: str
    web_processes: int
    web_threads: int
    worker_threads: int
    mail_url: str
    mail_from: str
    language: str
    log: str
    pg_bin: Path | None
    pg_port: int
    pg_user: str

    @property
    def embedded(self) -> bool:
        """Whether the database is ours to start: no address of a server was given."""
        return not self.database_url

    @property
    def files(self) -> Path:
        """The folder of uploaded and produced files."""
        return self.data / "files"


@dataclass(frozen=True)
class Setting:
    """One row of the table of settings: name, what it means, and the value when it is absent."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("LOOMLINE_PORT", "8000", "Port of the web server."),
    Setting("LOOMLINE_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 lets phones on your network in."),
    Setting("LOOMLINE_DATA", "data", "Folder of the embedded database, files, mail and the secret key."),
    Setting(
        "LOOMLINE_DATABASE_URL",
        "",
        "postgresql://user:password@host:port/name of your own server (15 or newer).",
    ),
    Setting("LOOMLINE_SECRET_KEY", "", "Signs sessions and links; made once in the data folder if absent."),
    Setting(
        "LOOMLINE_ALLOWED_HOSTS", "", "Host names users type, comma separated; this machine's by default."
    ),
    Setting("LOOMLINE_HTTPS", "no", "yes: a proxy in front speaks TLS and sets X-Forwarded-Proto."),
    Setting("LOOMLINE_DEBUG", "no", "yes: error pages with details. Never on a machine that others reach."),
    Setting(
        "LOOMLINE_DEMO", "knitwear", "Demo that fills an empty database at the first start; none for none."
    ),
    Setting("LOOMLINE_WEB_PROCESSES", "1", "Web processes; about one for each core."),
    Setting("LOOMLINE_WEB_THREADS", "8", "Requests one web process serves at the same time."),
    Setting("LOOMLINE_WORKER_THREADS", "4", "Jobs the worker runs at the same time."),
    Setting(
        "LOOMLINE_MAIL_URL", "", "smtp://user:password@host:587 or smtps://...; absent: files in data/mail."
    ),
    Setting("LOOMLINE_MAIL_FROM", "loomline@localhost", "Sender of the mails."),
    Setting("LOOMLINE_LANGUAGE", "en", "Language of pages for people who have not chosen one."),
    Setting("LOOMLINE_LOG", "warning", "How much to log: debug, info, warning or error."),
    Setting("LOOMLINE_PG_BIN", "", "Folder with postgres and initdb; absent: ours, else the system's."),
    Setting(
        "LOOMLINE_PG_PORT", "0", "Port on 127.0.0.1 for psql or a BI tool (needs a password); 0 for none."
    ),
    Setting("LOOMLINE_PG_USER", "", "Account that runs the embedded database when you start as root."),
)


def read(source: Mapping[str, str] | None = None) -> Environment:
    """Read and check every setting, so that a wrong value stops the start and not the tenth request."""
    given = os.environ if source is None else source
    value = {
        s.name.removeprefix(PREFIX).lower(): given.get(s.name, "").strip() or s.default for s in SETTINGS
    }
    return Environment(
        host=_host(value["host"]),
        port=_number("PORT", value["port"], low=1, high=65535),
        data=_data_folder(given.get("LOOMLINE_DATA", "").strip()),
        database_url=_database_url(value["database_url"]),
        secret_key=_secret(value["secret_key"]),
        debug=_yes_no("DEBUG", value["debug"]),
        https=_yes_no("HTTPS", value["https"]),
        allowed_hosts=tuple(h.strip() for h in value["allowed_hosts"].split(",") if h.strip()),
        demo=_demo(value["demo"]),
        web_processes=_number("WEB_PROCESSES", value["web_processes"], low=1, high=64),
        web_threads=_number("WEB_THREADS", value["web_threads"], low=1, high=64),
        worker_threads=_number("WORKER_THREADS", value["worker_threads"], low=1, high=64),
        mail_url=_mail_url(value["mail_url"]),
        mail_from=value["mail_from"],
        language=value["language"],
        log=_log(value["log"]),
        pg_bin=_folder("PG_BIN", value["pg_bin"]),
        pg_port=_number("PG_PORT", value["pg_port"], low=0, high=65535),
        pg_user=value["pg_user"],
    )


def unknown(source: Mapping[str, str]) -> list[str]:
    """Names that look like ours and are not, so that doctor can point at a typing error."""
    known = {s.name for s in SETTINGS}
    return sorted(
        n for n in source if n.startswith(PREFIX) and n not in known and not n.startswith(NOT_SETTINGS)
    )


def secret_key(env: Environment) -> str:
    """The given key, else the one kept in the data folder, else one for this process alone."""
    if env.secret_key:
        return env.secret_key
    file = env.data / "secret-key"
    if file.is_file():
        return file.read_text().strip()
    key = secrets.token_urlsafe(48)
    # Tools that only look (type checks, tests) run without a data folder and must not leave one.
    if env.data.is_dir() and os.access(env.data, os.W_OK):
        return _keep_once(file, key)
    return key


def database(url: str) -> dict[str, object]:
    """The parts of a database address as Django names them."""
    parts = urlsplit(url)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or dict(parse_qsl(parts.query)).get("host", "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {k: v for k, v in parse_qsl(parts.query) if k != "host"},
    }


def _keep_once(file: Path, key: str) -> str:
    draft = file.with_name(f"secret-key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(key + "\n")
    try:
        # A hard link fails if another process was first: then its key is the key.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text().strip()


def _data_folder(text: str) -> Path:
    if text:
        return Path(text).expanduser().absolute()
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / "data"
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser().absolute() / "loomline"


def _wrong(name: str, text: str, way_out: str) -> Fault:
    return Fault(f"{PREFIX}{name} is {text!r}, which cannot be used.", way_out=way_out, code=2)


def _number(name: str, text: str, *, low: int, high: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
        raise _wrong(name, text, f"Give a whole number from {low} to {high}.")
    return int(text)


def _yes_no(name: str, text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise _wrong(name, text, "Give yes or no.")
    return text.lower() in _TRUE


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:\-]+", text):
        raise _wrong("HOST", text, "Give an address such as 127.0.0.1 or 0.0.0.0.")
    return text


def _demo(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise _wrong("DEMO", text, "Give the name of a demo, for example knitwear, or none.")
    return text


def _log(text: str) -> str:
    if text.lower() not in _LOG_LEVELS:
        raise _wrong("LOG", text, "Give debug, info, warning or error.")
    return text.lower()


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise Fault(
            "LOOMLINE_SECRET_KEY is shorter than 32 characters and easy to guess.",
            way_out="Give a longer one, or leave it out and one is made for you.",
            code=2,
        )
    return text


def _folder(name: str, text: str) -> Path | None:
    if not text:
        return None
    if not Path(text).is_dir():
        raise _wrong(name, text, "Give a folder that exists.")
    return Path(text).absolute()


def _database_url(text: str) -> str:
    if not text:
        return ""
    example = "Write it as postgresql://user:password@host:5432/name."
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise Fault("LOOMLINE_DATABASE_URL is not an address.", way_out=example, code=2) from error
    if parts.scheme not in {"postgresql", "postgres"}:
        raise Fault(
            "LOOMLINE_DATABASE_URL is not the address of a PostgreSQL server.", way_out=example, code=2
        )
    if not parts.path.strip("/"):
        raise Fault("LOOMLINE_DATABASE_URL names no database.", way_out=example, code=2)
    return text


def _mail_url(text: str) -> str:
    if text and (urlsplit(text).scheme not in {"smtp", "smtps"} or not urlsplit(text).hostname):
        raise Fault(
            "LOOMLINE_MAIL_URL is not the address of a mail server.",
            way_out="Write it as smtp://user:password@host:587, or smtps:// if it starts with TLS.",
            code=2,
        )
    return text
