"""What the embedded server is told, and what it says when it does not start."""

from __future__ import annotations

import os
from pathlib import Path

from loomline.app.fault import Fault


def make_folder(folder: Path) -> None:
    """Make the data folder, or say why that fails."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            way_out="Choose another with LOOMLINE_DATA.",
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Fault(
            f"The data folder {folder} cannot be written to.",
            way_out="Give your account the right to write there, or choose another with LOOMLINE_DATA.",
        )


def clean_environ() -> dict[str, str]:
    """The environment without what would lead PostgreSQL's programs elsewhere."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))} | {
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def locale_words(version: int) -> list[str]:
    """Right upper and lower case in every script, the same on every system."""
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _memory_mb() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 4096


def settings_text(*, socket: Path, port: int, tcp: bool, durable: bool) -> str:
    """The server's settings, for a laptop that also does other things."""
    memory = _memory_mb()
    lines = {
        "listen_addresses": "'127.0.0.1'" if tcp else "''",
        "port": port,
        "unix_socket_directories": f"'{socket}'",
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        # A restore makes all tables and indexes in one transaction, and each is a lock.
        "max_locks_per_transaction": 512,
        "shared_buffers": f"{min(1024, max(128, memory // 8))}MB",
        "effective_cache_size": f"{max(512, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": 1.1,
        "jit": "off",
        "wal_compression": "pglz",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "'%m [%p] '",
        "password_encryption": "'scram-sha-256'",
    }
    if not durable:
        lines |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def unreachable(folder: Path) -> Fault:
    """Root chose a folder that only root can enter."""
    return Fault(
        f"You started as root, and the account that must run the database cannot enter {folder}.",
        way_out="Put the data elsewhere, for example LOOMLINE_DATA=/var/lib/loomline, "
        "or start as an ordinary user.",
    )


def start_fault(text: str, log: Path) -> Fault:
    """The reason the server gave, in our words where we know it."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return Fault(
            "The disk is full, so the database cannot start.", way_out="Free some space and start again."
        )
    if "could not bind" in text or "Address already in use" in text:
        return Fault(
            "The database's port on 127.0.0.1 is taken.",
            way_out="Choose another with LOOMLINE_PG_PORT, or leave it out.",
        )
    if "could not create shared memory" in text or "could not map anonymous shared memory" in text:
        return Fault(
            "There is too little memory for the database.", way_out="Close other programs and start again."
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    reason = (telling or lines or ["it gave no reason"])[-1]
    return Fault(f"The database did not start: {reason}.", way_out=f"Its log is {log}.")
