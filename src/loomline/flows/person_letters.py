"""The letters of a person, and what becomes of them when the person is erased.

What they wrote, and what was written to nobody else, is theirs and goes with its files. A letter to others as
well stays without what names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from loomline.domains.mail import queries as mail
from loomline.domains.mail.models import Attachment, Message, MessageParty, Place, Thread
from loomline.domains.privacy.ports import Trace

LETTER: Mapping[str, Any] = {"subject": "", "opening": "", "text": "", "html": ""}


@dataclass(frozen=True)
class Written:
    """Keys of the letters and of their threads, and the traces that they are."""

    letters: Sequence[int]
    threads: Sequence[int]
    traces: Sequence[Trace]


def letters_of(*, people: Sequence[int], addresses: Sequence[str]) -> Written:
    """The letters from and to these people, with what becomes of each when they are erased."""
    places = MessageParty.objects.filter(Q(party__in=people) | Q(address__in=addresses))
    letters = set(places.values_list("message", flat=True))
    wrote = set(places.filter(place=Place.FROM).values_list("message", flat=True))
    others = MessageParty.objects.filter(message__in=letters).exclude(pk__in=places.values("pk"))
    known = set(others.values_list("address", flat=True))
    outside = known - mail.our_addresses(known)
    shared = set(others.filter(address__in=outside).values_list("message", flat=True)) - wrote
    threads = set(Message.objects.filter(pk__in=letters).values_list("thread", flat=True))
    threads |= set(Thread.objects.filter(party__in=people).values_list("pk", flat=True))
    mixed = Message.objects.filter(thread__in=threads).exclude(pk__in=letters - shared)
    common = set(mixed.values_list("thread", flat=True))
    gone = Concat(Value("erased-"), Cast("pk", CharField()))
    named = ("subject", "topic", "opening", "correspondent")
    return Written(
        letters=sorted(letters),
        threads=sorted(threads),
        traces=[
            Trace(rows=_keyed(Message, letters - shared), blank=LETTER),
            Trace(rows=_keyed(Message, wrote), blank={"from_address": "", "from_name": ""}, in_copy=False),
            Trace(rows=_keyed(Message, shared), retell=tuple(LETTER)),
            Trace(rows=Attachment.objects.filter(message__in=letters - shared), drop=True),
            Trace(rows=_keyed(Thread, threads - common), blank=dict.fromkeys(named, "")),
            Trace(rows=_keyed(Thread, threads & common), retell=named),
            Trace(
                rows=_keyed(MessageParty, places.values_list("pk", flat=True)),
                blank={"address": gone, "name": "", "trouble": ""},
                names=("address", "name"),
            ),
        ],
    )


def _keyed(model: type[Any], keys: Any) -> Any:
    """Rows by key: what finds them otherwise may be wiped before they are."""
    return model.objects.filter(pk__in=list(keys)).order_by("pk")
