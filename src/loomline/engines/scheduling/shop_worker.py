"""A tabu search in a process of its own: a shop comes in on a line, better schedules go out, one a line."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from loomline.engines.scheduling.shop import Shop, ShopSchedule
from loomline.engines.scheduling.shop_dispatching import dispatched
from loomline.engines.scheduling.shop_search import search
from loomline.engines.scheduling.tabu_search import TabuSearch


class Worker:
    """A second tabu search beside this process; what it finds goes to `found`, from a thread."""

    def __init__(
        self, shop: Shop, *, bound: int, seed: int, seconds: float, found: Callable[[ShopSchedule], None]
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        task = {
            "name": shop.name,
            "jobs": [[span.start, span.stop] for span in shop.jobs],
            "ways": shop.ways,
            "labels": shop.labels,
            "bound": bound,
            "seed": seed,
            "seconds": seconds,
        }
        self.found = found
        self.reader = threading.Thread(target=self._read, args=(json.dumps(task),), daemon=True)
        self.reader.start()

    def end(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self.reader.join(timeout=1)

    def _read(self, task: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            # The pipe stays open: when this process ends, however it does, the worker reads the end of it.
            self.process.stdin.write(f"{task}\n")
            self.process.stdin.flush()
            for line in self.process.stdout:
                way, start, makespan = json.loads(line)
                self.found(ShopSchedule(tuple(way), tuple(start), makespan))
        except (OSError, ValueError):
            # Killed while it was writing; what came before is kept.
            return


def main() -> None:
    """Search until the time is over or the other side of the pipe is gone."""
    task = json.loads(sys.stdin.readline())
    gone = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        gone.set()

    threading.Thread(target=listen, daemon=True).start()
    jobs = tuple(range(first, stop) for first, stop in task["jobs"])
    ways = tuple(tuple((machine, time_) for machine, time_ in each) for each in task["ways"])
    shop = Shop(task["name"], jobs, ways, tuple(task["labels"]))
    until = time.monotonic() + task["seconds"]

    def found(made: ShopSchedule) -> None:
        sys.stdout.write(json.dumps([made.way, made.start, made.makespan]) + "\n")
        sys.stdout.flush()

    def is_over() -> bool:
        return gone.is_set() or time.monotonic() > until

    chance = random.Random(task["seed"])
    # The other search begins with the first and the third of them.
    starts = dispatched(shop, task["seed"])[1:4:2]
    search(TabuSearch(shop, task["bound"], chance, is_over, found), starts)


if __name__ == "__main__":
    main()
