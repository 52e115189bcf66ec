"""Tabu search for shops: short schedules of any size without a solver."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from loomline.engines.scheduling.disjunctive_graph import Graph
from loomline.engines.scheduling.neighbourhood import Move, block_moves, machine_moves
from loomline.engines.scheduling.shop import Shop, ShopSchedule

Solution = tuple[int, list[int], list[int]]
ENDLESS = 1 << 62


@dataclass
class TabuSearch:
    """Tabu search on critical blocks (Nowicki and Smutnicki, 1996; Zhang et al., 2007).

    `moves` counts all moves made and `most_moves` limits them: the measure of work that does not depend on
    the clock. `bound` is a lower bound of the makespan; it rises when a schedule proves itself the best.
    Each schedule better than all before goes to `found`.
    """

    shop: Shop
    bound: int
    chance: random.Random
    is_over: Callable[[], bool]
    found: Callable[[ShopSchedule], None] = lambda _: None
    most_moves: int = ENDLESS
    moves: int = 0
    best: int = ENDLESS
    _tabu: dict[tuple[int, int], int] = field(default_factory=dict)

    def is_finished(self) -> bool:
        """Whether nothing better can come or no more work is allowed."""
        return self.best <= self.bound or self.moves >= self.most_moves or self.is_over()

    def run(self, graph: Graph, stall: int) -> Solution:
        """Search on from the graph until `stall` moves brought nothing new.

        Returns the best solution on the way: makespan, ways, topological order.
        """
        self._tabu.clear()
        made = (graph.makespan, graph.way[:], graph.order[:])
        self._note(graph)
        idle = 0
        while idle < stall and self.moves < self.most_moves:
            if self.moves % 16 == 0 and self.is_finished():
                break
            move = self._choose(graph, made[0])
            if move is None:
                if not self.shop.is_flexible:
                    self.bound = max(self.bound, graph.makespan)
                break
            self._forbid(graph, move)
            if not graph.move(move.i, move.way, move.at):
                self._tabu[move.i, -1 - move.way] = self.moves + 50
            self.moves += 1
            idle += 1
            if graph.makespan < made[0]:
                made = (graph.makespan, graph.way[:], graph.order[:])
                self._note(graph)
                idle = 0
                if made[0] <= self.bound:
                    break
        return made

    def shake(self, graph: Graph, times: int) -> None:
        """Make some moves by chance, to leave where the search has been."""
        for _ in range(times):
            path = graph.critical_path(self.chance)
            moves = list(block_moves(graph, path))
            if self.shop.is_flexible:
                moves += machine_moves(graph, path)
            if not moves:
                return
            move = self.chance.choice(moves)
            graph.move(move.i, move.way, move.at)

    def _note(self, graph: Graph) -> None:
        if graph.makespan < self.best:
            self.best = graph.makespan
            self.found(graph.schedule())

    def _choose(self, graph: Graph, best: int) -> Move | None:
        """The best move that is not tabu, or is better than all before; if there is none, any."""
        path = graph.critical_path(self.chance)
        moves = list(block_moves(graph, path))
        if self.shop.is_flexible:
            moves += machine_moves(graph, path)
        moves.sort(key=lambda move: move.estimate)
        fit: list[Move] = []
        for move in moves:
            if fit and move.estimate > fit[0].estimate:
                break
            if move.estimate < best or not self._is_tabu(move):
                fit.append(move)
        if fit:
            return fit[0] if len(fit) == 1 else self.chance.choice(fit)
        return self.chance.choice(moves) if moves else None

    def _is_tabu(self, move: Move) -> bool:
        tabu, i, now = self._tabu, move.i, self.moves
        if not move.passed:
            return tabu.get((i, -1 - move.way), 0) > now
        if move.forward:
            return any(tabu.get((x, i), 0) > now for x in move.passed)
        return any(tabu.get((i, x), 0) > now for x in move.passed)

    def _forbid(self, graph: Graph, move: Move) -> None:
        """Undoing the move is tabu for a while; the while is that of Zhang et al. (2007)."""
        shop = self.shop
        least = 10 + len(shop.jobs) // shop.machines
        most = round(least * (1.4 if len(shop.jobs) <= 2 * shop.machines else 1.5))
        until = self.moves + self.chance.randint(least, most)
        if not move.passed:
            self._tabu[move.i, -1 - graph.way[move.i]] = until
        for x in move.passed:
            self._tabu[(move.i, x) if move.forward else (x, move.i)] = until
