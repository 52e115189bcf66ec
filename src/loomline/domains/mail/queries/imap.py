"""Reading mailboxes at their servers (IMAP 4rev1). Nothing here changes anything there."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _t

from loomline.domains.accounts.queries import sealed
from loomline.domains.mail.models import Mailbox, Security
from loomline.domains.mail.queries import grants

TIMEOUT = 20.0
LARGEST = 40 * 1024 * 1024
_LINE = re.compile(rb'\((?P<flags>[^)]*)\)\s+(?:"(?:\\.|[^"])*"|NIL)\s+(?P<name>"(?:\\.|[^"\\])*"|\S+)\s*$')
_SIZE = re.compile(rb"UID (\d+)[^)]*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)[^)]*UID (\d+)")

Trouble = (OSError, imaplib.IMAP4.error, ssl.SSLError, EOFError, ValueError)


@dataclass(frozen=True)
class Found:
    """One letter of a folder; `raw` holds the head alone where the whole is too large."""

    uid: int
    raw: bytes
    is_cut: bool = False


class Account:
    """A mailbox that is logged in to."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self.client = client

    def folders(self) -> list[str]:
        """The names of the folders that hold letters."""
        found = []
        for line in self._answer(self.client.list()):
            match = _LINE.search(line if isinstance(line, bytes) else b"")
            if match and b"\\noselect" not in match.group("flags").lower():
                found.append(_name(match.group("name")))
        return sorted(found, key=lambda name: (name.upper() != "INBOX", name.lower()))

    def open(self, folder: str) -> int:
        """Look into a folder without changing it; tells its UIDVALIDITY."""
        self._answer(self.client.select(_quoted(folder), readonly=True))
        _kind, values = self.client.response("UIDVALIDITY")
        return int((values or [b"0"])[0] or 0)

    def uids(self, *, after: int, since: date | None = None) -> list[int]:
        """The letters that came after this one; those since a day when the folder is read first."""
        if after:
            words = ["UID", f"{after + 1}:*"]
        else:
            words = ["SINCE", since.strftime("%d-%b-%Y")] if since else ["ALL"]
        (line, *_rest) = self._answer(self.client.uid("SEARCH", *words)) or [b""]
        numbers = line if isinstance(line, bytes) else b""
        # "5:*" answers the last letter even when its UID is below five.
        return sorted(uid for uid in map(int, numbers.split()) if uid > after)

    def letters(self, uids: list[int]) -> Iterator[Found]:
        """The letters one by one, none marked as read; of a huge one only the head."""
        sizes = self._sizes(uids)
        for uid in uids:
            size = sizes.get(uid)
            if size is None:
                continue
            part = "BODY.PEEK[]" if size <= LARGEST else "BODY.PEEK[HEADER]"
            answer = self._answer(self.client.uid("FETCH", str(uid), f"({part})"))
            raw = next((item[1] for item in answer if isinstance(item, tuple)), b"")
            if raw:
                yield Found(uid, bytes(raw), is_cut=size > LARGEST)

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        found = {}
        for start in range(0, len(uids), 200):
            part = ",".join(map(str, uids[start : start + 200]))
            for line in self._answer(self.client.uid("FETCH", part, "(UID RFC822.SIZE)")):
                match = _SIZE.search(line if isinstance(line, bytes) else b"")
                if match:
                    uid, size = (match[1], match[2]) if match[1] else (match[4], match[3])
                    found[int(uid)] = int(size)
        return found

    def _answer(
        self, given: tuple[str, Sequence[bytes | tuple[bytes, bytes] | None]]
    ) -> list[bytes | tuple[bytes, bytes]]:
        status, lines = given
        if status != "OK":
            first = lines[0] if lines else b""
            raise imaplib.IMAP4.error(
                first.decode("utf-8", "replace") if isinstance(first, bytes) else status
            )
        return [line for line in lines if line is not None]


@contextmanager
def account(mailbox: Mailbox, *, password: str | None = None) -> Iterator[Account]:
    """The mailbox's account, logged in; the connection is closed in the end."""
    secret = password if password is not None else opened(mailbox)
    client = _connected(mailbox)
    try:
        _log_in(client, mailbox, secret)
        yield Account(client)
    finally:
        try:
            client.logout()
        except Trouble:
            client.shutdown()


def on_the_way(fault: BaseException) -> str:
    """Why a server was not even reached, in words; empty when it was and said something itself."""
    match fault:
        case socket.gaierror():
            return _t("no server is known under this name")
        case ConnectionRefusedError():
            return _t("nothing answers on this port")
        case TimeoutError():
            return _t("it did not answer in time")
        case ssl.SSLCertVerificationError():
            return _t("its certificate is not to be trusted: {why}").format(why=fault.verify_message)
        case ssl.SSLError():
            return _t("it does not speak this kind of security on this port")
        case ConnectionError():
            return _t("it closed the connection")
    return ""


def reason_of(fault: BaseException) -> str:
    """What a server said, in words: it says so in bytes."""
    if words := on_the_way(fault):
        return words
    said = fault.args[0] if fault.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(fault)
    return text or type(fault).__name__


def opened(mailbox: Mailbox) -> str:
    """The password or token of a mailbox; empty when the key that it was sealed with is gone."""
    if mailbox.provider_id is not None:
        grant = grants.grant_of(mailbox)
        return grant.access if grant is not None else ""
    return (sealed.unseal(mailbox.secret) or b"").decode() if mailbox.secret else ""


def _log_in(client: imaplib.IMAP4, mailbox: Mailbox, secret: str) -> None:
    login = mailbox.login or mailbox.address
    if mailbox.provider_id is None:
        client.login(login, secret)
        return
    # A server that refuses says why in a challenge, and wants an empty answer to it.
    words = iter([grants.spoken(login, secret).encode()])
    client.authenticate("XOAUTH2", lambda _challenge: next(words, b""))


def _connected(mailbox: Mailbox) -> imaplib.IMAP4:
    host, port = mailbox.imap_host, mailbox.imap_port
    if mailbox.imap_security == Security.TLS:
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    client = imaplib.IMAP4(host, port, timeout=TIMEOUT)
    if mailbox.imap_security == Security.STARTTLS:
        client.starttls(ssl.create_default_context())
    return client


def _quoted(folder: str) -> str:
    """A folder's name as the wire takes it (modified UTF-7, RFC 3501)."""
    parts = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder)
    text = "".join(p.replace("&", "&-") if p.isascii() else _shifted(p) for p in parts)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(text: str) -> str:
    return "&" + text.encode("utf-7").decode("ascii")[1:].rstrip("-").replace("/", ",") + "-"


def _name(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if text.startswith('"'):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return re.sub(r"&([^-]*)-", lambda m: _unshifted(m.group(1)) if m.group(1) else "&", text)


def _unshifted(text: str) -> str:
    try:
        return f"+{text.replace(',', '/')}-".encode().decode("utf-7")
    except UnicodeDecodeError:
        return text
