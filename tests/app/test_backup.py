"""A backup brings everything back, and nothing is thrown away without being asked."""

from __future__ import annotations

import stat
import tarfile
from pathlib import Path

import pytest

from loomline.app.embedded import Cluster
from tests.app.conftest import Ask


@pytest.fixture
def company(installed: Path) -> Cluster:
    """An installation with tables, a name and a file."""
    (installed / "files").mkdir()
    (installed / "files" / "drawing.txt").write_text("warp and weft")
    (installed / "secret-key").write_text("k" * 64)
    cluster = Cluster(installed / "postgres")
    rename(cluster, "Before")
    return cluster


def rename(cluster: Cluster, name: str) -> None:
    with cluster.running(), cluster.connect(name="loomline") as session:
        session.execute("DELETE FROM kernel_company")
        session.execute(
            "INSERT INTO kernel_company (id, name, country, currency, timezone, language, email, address,"
            " vat_number, switched_off) VALUES (1, %s, 'PT', 'EUR', 'UTC', 'en', '', '', '', '[]')",
            [name],
        )


def name_of(cluster: Cluster) -> str:
    with cluster.running(), cluster.connect(name="loomline") as session:
        row = session.execute("SELECT name FROM kernel_company").fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.slow
def test_a_backup_comes_back_with_database_files_and_key(
    company: Cluster, home: Path, loomline: Ask, tmp_path: Path
) -> None:
    archive = tmp_path / "monday.tar"
    assert loomline("backup", str(archive)).code == 0
    rename(company, "After")
    (home / "files" / "drawing.txt").unlink()
    (home / "files" / "later.txt").write_text("x")
    (home / "secret-key").write_text("z" * 64)

    answer = loomline("restore", str(archive), "--replace")

    assert (answer.code, answer.err) == (0, "")
    assert name_of(company) == "Before"
    assert [f.name for f in (home / "files").iterdir()] == ["drawing.txt"]
    assert (home / "files" / "drawing.txt").read_text() == "warp and weft"
    assert (home / "secret-key").read_text() == "k" * 64
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_backup_never_replaces_a_file_unasked(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("mine")

    answer = ask("backup", str(tmp_path / "a.tar"))

    assert answer.code == 2
    assert answer.err == f"loomline: {tmp_path}/a.tar exists already. Choose another name, or add --force.\n"
    assert (tmp_path / "a.tar").read_text() == "mine"


@pytest.mark.django_db
def test_an_archive_of_something_else_is_refused(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOMLINE_DATA", str(tmp_path / "data"))
    with tarfile.open(tmp_path / "holiday.tar", "w") as tar:
        tar.add(__file__, "photo.jpg")

    answer = ask("restore", str(tmp_path / "holiday.tar"), "--replace")

    assert answer.code == 2
    assert answer.err == (
        f"loomline: {tmp_path}/holiday.tar is not a Loomline backup. Give a file that loomline backup made.\n"
    )


@pytest.mark.slow
def test_a_broken_dump_changes_nothing(company: Cluster, home: Path, loomline: Ask, tmp_path: Path) -> None:
    assert loomline("backup", str(tmp_path / "a.tar")).code == 0
    with tarfile.open(tmp_path / "a.tar") as whole, tarfile.open(tmp_path / "b.tar", "w") as broken:
        whole.extractall(tmp_path / "parts", filter="data")
        dump = tmp_path / "parts" / "database.dump"
        dump.write_bytes(dump.read_bytes()[:-2000])
        for part in sorted((tmp_path / "parts").iterdir()):
            broken.add(part, part.name)

    answer = loomline("restore", str(tmp_path / "b.tar"), "--replace")

    assert answer.code == 1
    assert answer.err.startswith("loomline: pg_restore refused: ")
    assert answer.err.endswith("Nothing was changed.\n")
    assert name_of(company) == "Before"
    assert (home / "files" / "drawing.txt").exists()
