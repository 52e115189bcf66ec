"""Procurement asks at which terms a line is bought; contracts that hold answer."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.domains.contracts import queries as contracts
from loomline.domains.procurement import ports as procurement
from loomline.domains.procurement.ports import Terms, TermsAsk
from loomline.kernel.port import fill


@fill(procurement.agreed_terms)
def agreed_terms(*, asks: Sequence[TermsAsk]) -> Sequence[Terms]:
    """What contracts say of lines, in the order asked; where none holds, the supplier's list decides."""
    return contracts.agreed_for(asks=asks)
