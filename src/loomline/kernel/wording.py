"""Names of commands as English clauses, "sales.confirm_order" of S-0007 is "confirmed order S-0007".

Also other words that several domains say alike.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

IRREGULAR = dict(
    pair.split(":")
    for line in (
        "begin:began bind:bound break:broke bring:brought build:built buy:bought catch:caught choose:chose",
        "cut:cut draw:drew find:found forget:forgot freeze:froze get:got give:gave go:went grow:grew",
        "hide:hid hit:hit hold:held keep:kept lay:laid lead:led leave:left lend:lent let:let lose:lost",
        "make:made meet:met overwrite:overwrote pay:paid put:put read:read redo:redid reset:reset run:ran",
        "sell:sold send:sent set:set spend:spent split:split take:took tell:told undo:undid win:won",
        "withdraw:withdrew write:wrote",
    )
    for pair in line.split()
)
DOUBLING = frozenset(
    word
    for line in (
        "cancel commit drop format label log map pin plan plot refer scan ship skip stop submit swap tag",
        "transfer",
    )
    for word in line.split()
)
VIA = {
    "page": "",
    "api": _("through the API"),
    "job": _("in the background"),
    "import": _("by an import"),
    "rule": _("by a rule"),
    "demo": _("in the demo"),
    "cli": _("at the command line"),
}
PLAIN = {"save": _("changed"), "edit": _("changed"), "delete": _("deleted")}


def past(verb: str) -> str:
    """The past tense of an English verb: "ship" is "shipped"."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb in DOUBLING:
        return f"{verb}{verb[-1]}ed"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{verb}ed"


def singular(noun: str) -> str:
    """The singular of a regular English noun: "parties" is "party"."""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "sses", "xes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def clause(
    verb: str,
    *,
    noun: str = "",
    nouns: frozenset[str] = frozenset(),
    subject: str = "",
    others: int = 0,
    is_new: bool = False,
) -> str:
    """What was done, after the name of who did it.

    `noun` is what the subject is ("order"), `nouns` what else commands call it ("person" for a user),
    `others` how many more records than the one named.
    """
    words = verb.rpartition(".")[2].split("_")
    first, rest = words[0], words[1:]
    named = " ".join(part for part in (noun, subject) if part)
    if others:
        named = ngettext("{named} and {n} more", "{named} and {n} more", others).format(named=named, n=others)
    if first in PLAIN and "".join(rest) in {noun.replace(" ", ""), *nouns}:
        done = _t("added") if is_new and first == "save" else str(PLAIN[first])
        return f"{done} {named}".strip()
    done = _t(past(first))
    if not subject:
        return _t(" ".join([past(first), *rest]))
    if not rest:
        return f"{done} {named}"
    plain = [*rest[:-1], singular(rest[-1])]
    if plain[-1] in {noun.rpartition(" ")[2], *nouns}:
        # "confirmed order S-0007": the command's own word for the record stands before its name.
        own = len(noun.split()) if " ".join(plain).endswith(noun) else 1
        return " ".join(part for part in (done, *rest[:-own], named) if part)
    return f"{_t(' '.join([past(first), *rest]))}: {named}"


def accepted_warning(code: str) -> str:
    """The name of a warning as words: "CreditExceeded" is "credit exceeded"."""
    return _t(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", code).lower())


def moved_by(days: int) -> str:
    """By how much a day has moved, in words: "by 1 day", "2 days earlier"."""
    if days > 0:
        return ngettext("by {n} day", "by {n} days", days).format(n=days)
    return ngettext("{n} day earlier", "{n} days earlier", -days).format(n=-days)
