"""A company with 100,000 parties, as many orders and a million told facts, and hands to work in it with."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect
from psycopg import sql

from loomline.app import embedded
from loomline.app.embedded import Cluster
from tests.databases import wait_until
from tests.installations import COMMAND, any_free_port, environ_of, up

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

ROOT = Path(__file__).resolve().parents[2]
BOOKS = ROOT / "benchmarks" / "_books.py"
PARTIES, NOTES = 100_000, 6
PASSWORD = "merino-and-indigo"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# The key of the first party, order and deal; their numbers count from one.
FIRST = 1001
# The customer with ten thousand entries in the timeline.
GREAT = 1004
ADA, SALLY, TEAMMATE = "ada@example.org", "sales@example.org", "person7@example.org"
# Sally sells for the first team, and so does the colleague beside her; the books know the other teams.
PEOPLE = """
    UPDATE accounts_user SET password = ada.password FROM accounts_user ada
    WHERE ada.email = %(ada)s AND accounts_user.email = ANY (%(people)s);
    UPDATE accounts_user SET name = 'Theo Teammate' WHERE email = %(mate)s;
    INSERT INTO accounts_roleholder (user_id, role_id) SELECT u.id, r.id FROM accounts_user u, accounts_role r
    WHERE u.email = ANY (%(people)s) AND r.name = 'Sales';
    INSERT INTO accounts_teammember (user_id, team_id) SELECT id, 1001 FROM accounts_user
    WHERE email = ANY (%(people)s);
"""


@dataclass
class House:
    """A running installation: its address, its database, and who has signed in there."""

    home: str
    data: Path
    cluster: Cluster
    environ: dict[str, str]
    said: list[str] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)

    def sql(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        """What the database says, outside the application."""
        with self.cluster.connect(name=embedded.NAME) as session:
            cursor = session.execute(statement, given)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *given: Any) -> Any:
        """The only value of the only row."""
        [[value]] = self.sql(statement, *given)
        return value

    def age(self, table: str, days: int, key: int) -> None:
        """Let something have been done so many days ago; what never changes otherwise lets it happen."""
        with self.cluster.connect(name=embedded.NAME) as session:
            session.execute("SET session_replication_role = replica")
            when = sql.SQL("UPDATE {} SET at = now() - make_interval(days => {}) WHERE id = {}")
            session.execute(when.format(sql.Identifier(table), days, key))

    def soon(self, question: str, *given: Any) -> bool:
        """True as soon as the database answers with more than nothing: the worker has done it."""
        return wait_until(lambda: bool(self.one(question, *given)), seconds=60)

    def letters(self, to: str, subject: str = "") -> list[Message]:
        """The letters that this installation has sent to somebody.

        Those of one second may stand in one file, each with a line of hyphens under it.
        """
        files = sorted((self.data / "mail").glob("*"))
        texts = [text for file in files for text in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")]
        found = [email.message_from_bytes(text) for text in texts]
        return [one for one in found if to in str(one["To"]) and str(one["Subject"]).startswith(subject)]

    def mails(self, to: str, subject: str) -> None:
        """Wait for a letter; where none comes, tell what the worker left undone."""
        if not wait_until(lambda: self.letters(to, subject), seconds=60):
            jobs = self.sql(
                "SELECT id, task_name, status, attempts, args FROM procrastinate_jobs"
                " WHERE status <> 'succeeded' OR task_name ~ 'hear|mail' ORDER BY id DESC LIMIT 40"
            )
            workers = self.sql("SELECT id, last_heartbeat, now() FROM procrastinate_workers")
            there = [(f.name, f.stat().st_size, f.read_bytes()[:600]) for f in (self.data / "mail").glob("*")]
            told = "\n".join([*map(str, there), *map(str, jobs), *map(str, workers), *self.said[-40:]])
            raise AssertionError(f"No letter to {to} that begins with {subject}.\n{told}")

    def loomline(self, *words: str) -> str:
        """What a command of the installation answers."""
        return _run(self.environ, *words)

    def visit(self, look_at: Callable[..., Look], email: str, **options: Any) -> Look:
        """A browser in which somebody has signed in; the second time their session is there already."""
        look = look_at(self.home, **{"viewport": DESK, "storage_state": self.states.get(email), **options})
        if email not in self.states:
            sign_in(look, email)
            self.states[email] = look.page.context.storage_state()
        return look


@contextmanager
def house(*, large: bool) -> Iterator[House]:
    """An installation with an administrator; a large one is full of customers."""
    with tempfile.TemporaryDirectory(prefix="loomline-checklist-") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        environ = environ_of(data, any_free_port())
        _run(environ, "migrate")
        _run(environ, "user", "create", ADA, "--name", "Ada Boss", "--admin")
        cluster = Cluster(embedded.place(data))
        if large:
            hasty = Cluster(cluster.folder, durable=False)
            with hasty.running():
                _fill(hasty)
        with up(environ, seconds=120) as running:
            yield House(f"http://localhost:{running.port}", data, cluster, environ, running.lines)


def _run(environ: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [*COMMAND, *words], env=environ, input=PASSWORD, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _fill(cluster: Cluster) -> None:
    place = f"host={cluster.socket} port={cluster.port} user={embedded.ROLE} dbname={embedded.NAME}"
    subprocess.run([sys.executable, str(BOOKS), place, str(PARTIES), str(NOTES)], check=True)
    with cluster.connect(name=embedded.NAME) as session:
        people = {"ada": ADA, "mate": TEAMMATE, "people": [SALLY, TEAMMATE]}
        for statement in filter(str.strip, PEOPLE.split(";")):
            session.execute(statement, people)


# Hands


def sign_in(look: Look, email: str) -> None:
    """Through the door, as everybody."""
    page = look.at("/sign-in/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{look.home}/")


def dialog(page: Page) -> Locator:
    """What lies over the page."""
    return page.locator("dialog[open]")


def press(page: Page, name: str) -> None:
    """Press a button at the head of a record."""
    place = page.locator(".obj-head")
    button = place.get_by_role("button", name=name, exact=True)
    button.or_(place.get_by_role("link", name=name, exact=True)).click()


def more(page: Page, name: str) -> None:
    """Choose from what stands behind the three dots of a record."""
    page.get_by_role("button", name="More actions").click()
    page.locator("#record-more").get_by_text(name, exact=True).click()


def choose(box: Locator, words: str) -> None:
    """Type into a picker and take what it finds."""
    box.click()
    box.fill(words)
    box.page.get_by_role("option", name=words).first.click()


def say_yes(page: Page, name: str) -> None:
    """Press the button of the dialog and see it go."""
    dialog(page).get_by_role("button", name=name, exact=True).click()
    expect(dialog(page)).to_have_count(0)


def set_field(page: Page, name: str, value: str) -> None:
    """Choose a field in the dialog that changes many records, and its new value."""
    dialog(page).locator("form").evaluate("form => { form.dataset.former = '1'; }")
    dialog(page).get_by_label("Field").select_option(label=name)
    expect(dialog(page).locator("form[data-former]")).to_have_count(0)
    dialog(page).get_by_label("New value").fill(value)


def undo(page: Page, said: str | re.Pattern[str]) -> None:
    """Take back what the toast tells of, and read that it was done."""
    page.locator(".toast", has_text=said).get_by_role("button", name="Undo").click()
    expect(
        page.locator(".toast", has_text="taken back").or_(page.locator(".toast", has_text="Taken back")).first
    ).to_be_visible()


def palette(page: Page, words: str = "") -> None:
    """Open the palette by its keys, and type."""
    with page.expect_response(lambda answer: _asks(answer.url, "")):
        page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    if words:
        look_for(page, words)


def look_for(page: Page, words: str) -> None:
    """Type into the open palette and wait for the server's answer."""
    with page.expect_response(lambda answer: _asks(answer.url, words)):
        page.locator("#palette-q").fill(words)
    expect(page.locator("#palette-q.htmx-request")).to_have_count(0)


def _asks(url: str, words: str) -> bool:
    parts = urlsplit(url)
    return parts.path == "/search/" and parse_qs(parts.query, keep_blank_values=True).get("q") == [words]


def row_keys(page: Page) -> list[int]:
    """The keys of the rows of the list, in their order."""
    rows = page.locator("#rows > tr[data-id]")
    return [int(key) for key in rows.evaluate_all("all => all.map((row) => row.dataset.id)")]
