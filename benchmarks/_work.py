"""The processor time of one piece of work: other programs on the machine make it longer, but not larger."""

from __future__ import annotations

import time
from pathlib import Path

from django.db import connection


class Work:
    """What this process and its session in the database have worked so far, as the kernel counts it."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.session = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        # From here on the kernel notes anew how much memory this process holds at most.
        Path("/proc/self/clear_refs").write_text("5")

    def seconds(self) -> float:
        """Both together."""
        return time.process_time() + int(self.session.read_text().split()[0]) / 1e9

    def peak(self) -> int:
        """The most memory that this process has held meanwhile, in MB."""
        lines = Path("/proc/self/status").read_text().splitlines()
        (held,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(held) // 1024
