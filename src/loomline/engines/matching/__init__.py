"""Which two records of people or companies are one: blocks for few comparisons, a score with reasons.

The score runs from 0 to 1. Equal numbers and addresses weigh most, names by how alike they are, and what
contradicts takes away. Nothing is ever merged by itself: from `SUGGEST` on a pair is shown to somebody.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

SUGGEST = 0.85
# A block that many share (a switchboard, "Hotel ...") tells nothing.
MOST_IN_A_BLOCK = 30
PREFIX = 8
# Names less alike than this say nothing; from here on they weigh up to the whole of their weight.
ALIKE_FROM = 0.8
WEIGHTS: Mapping[str, float] = {
    "name": 0.6,
    "number": 0.6,
    "email": 0.4,
    "phone": 0.3,
    "domain": 0.25,
    "place": 0.25,
}
AGAINST: Mapping[str, float] = {"number": -0.5, "country": -0.3, "place": -0.15, "given": -0.35}
FORMS = """
gmbh mbh ag kg ohg ug ltd limited llc llp inc incorporated corp corporation co company plc sa sarl sas srl spa
bv nv ab as asa aps oy oyj lda unipessoal sl kft sro doo ev eg se
"""
LEGAL_FORMS = frozenset(FORMS.split())
TITLES = frozenset(["mr", "mrs", "ms", "dr", "prof", "herr", "frau", "sr", "sra", "dipl", "ing"])
PUBLIC = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.de yahoo.co.uk icloud.com
me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de mail.com proton.me
protonmail.com posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net sapo.pt libero.it tin.it
telia.com bluewin.ch seznam.cz wp.pl onet.pl o2.pl mail.ru yandex.ru qq.com 163.com
"""
PUBLIC_DOMAINS = frozenset(PUBLIC.split())


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is known of one record. E-mails in lower case, phones in E.164, numbers without blanks."""

    key: int
    name: str
    is_person: bool = False
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    website: str = ""
    number: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for or against two records being one, and how much it adds."""

    what: str
    value: str
    points: float


@dataclass(frozen=True)
class Score:
    """From 0 to 1, with what it is made of, the weightiest first."""

    value: float
    reasons: tuple[Reason, ...]


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others: no accents, no legal forms, no titles."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss").replace("&", " "))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("ø", "o").replace("æ", "ae")
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)
    words = re.findall(r"[^\W_]+", plain)
    telling = [w for w in words if w not in LEGAL_FORMS and w not in TITLES]
    return tuple(telling or words)


def domain_of(address: str) -> str:
    """The company's domain in an e-mail or web address; empty for those that everybody may use."""
    host = address.rpartition("@")[2] if "@" in address else address.partition("://")[2] or address
    host = host.partition("/")[0].partition(":")[0].casefold().removeprefix("www.")
    return "" if host in PUBLIC_DOMAINS or "." not in host else host


def domains_of(one: Candidate) -> set[str]:
    """The company domains that a record uses."""
    return {domain_of(address) for address in (*one.emails, one.website)} - {""}


def blocks(one: Candidate) -> set[str]:
    """The keys under which a record is compared with others."""
    found = {f"email {sha256(email.encode()).hexdigest()}" for email in one.emails}
    found |= {f"phone {phone}" for phone in one.phones}
    if one.number:
        found.add(f"number {one.number}")
    if not one.is_person:
        found |= {f"domain {domain}" for domain in domains_of(one)}
    words = words_of(one.name)
    found |= (
        {f"name {''.join(words)[:PREFIX]}", f"name {''.join(sorted(words))[:PREFIX]}"} if words else set()
    )
    return found


def pairs(candidates: Iterable[Candidate]) -> set[tuple[int, int]]:
    """The pairs of keys worth comparing, smaller key first; only like with like."""
    held: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for one in candidates:
        for block in blocks(one):
            held[one.is_person, block].append(one.key)
    found: set[tuple[int, int]] = set()
    for keys in held.values():
        if 1 < len(keys) <= MOST_IN_A_BLOCK:
            ordered = sorted(keys)
            found |= {(a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :]}
    return found


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, whatever the order of their words."""
    a, b = words_of(one), words_of(other)
    if not a or not b:
        return 0.0
    if sorted(a) == sorted(b):
        return 1.0
    plain, turned = " ".join(a), " ".join(sorted(b))
    by_letters = max(
        JaroWinkler.similarity(plain, " ".join(b)), JaroWinkler.similarity(" ".join(sorted(a)), turned)
    )
    by_words = fuzz.token_sort_ratio(plain, " ".join(b)) / 100
    return max((by_letters + by_words) / 2, _by_initials(a, b))


def _by_initials(a: Sequence[str], b: Sequence[str]) -> float:
    """ "A Berg" may well be "Anna Berg": one word is equal, of the others one is the first letter."""
    if len(a) != len(b) or len(a) < 2:
        return 0.0
    matches = [x == y or (min(len(x), len(y)) == 1 and x[0] == y[0]) for x, y in zip(a, b, strict=True)]
    return 0.93 if all(matches) and any(x == y and len(x) > 2 for x, y in zip(a, b, strict=True)) else 0.0


def score(one: Candidate, other: Candidate) -> Score:
    """How sure it is that two records are one."""
    reasons = [reason for reason in (*_for(one, other), *_against(one, other)) if reason.points]
    reasons.sort(key=lambda reason: (-abs(reason.points), reason.what))
    total = sum(reason.points for reason in reasons)
    return Score(round(min(max(total, 0.0), 1.0), 3), tuple(reasons))


def _for(one: Candidate, other: Candidate) -> list[Reason]:
    alike = likeness(one.name, other.name)
    share = max(0.0, (alike - ALIKE_FROM) / (1 - ALIKE_FROM))
    found = [Reason("name", f"{alike:.0%}", round(WEIGHTS["name"] * share, 3))]
    for what, values in (
        ("email", set(one.emails) & set(other.emails)),
        ("phone", set(one.phones) & set(other.phones)),
        ("number", {one.number} & {other.number} - {""}),
    ):
        found += [Reason(what, min(values), WEIGHTS[what])] if values else []
    domains = domains_of(one) & domains_of(other)
    if domains and not one.is_person and not set(one.emails) & set(other.emails):
        found.append(Reason("domain", min(domains), WEIGHTS["domain"]))
    if one.postcode and one.postcode == other.postcode and words_of(one.city) == words_of(other.city):
        found.append(Reason("place", f"{one.postcode} {one.city}".strip(), WEIGHTS["place"]))
    return found


def _against(one: Candidate, other: Candidate) -> list[Reason]:
    found = []
    if one.number and other.number and one.number != other.number:
        found.append(Reason("other number", f"{one.number} / {other.number}", AGAINST["number"]))
    if one.country and other.country and one.country != other.country:
        found.append(Reason("other country", f"{one.country} / {other.country}", AGAINST["country"]))
    elif one.postcode and other.postcode and one.postcode != other.postcode and not one.is_person:
        found.append(Reason("other place", f"{one.postcode} / {other.postcode}", AGAINST["place"]))
    if one.is_person and _named_otherwise(one.name, other.name):
        found.append(Reason("other first name", f"{one.name} / {other.name}", AGAINST["given"]))
    return found


def _named_otherwise(one: str, other: str) -> bool:
    """True when one word is equal and another clearly is not: sisters, a couple, father and son."""
    a, b = set(words_of(one)), set(words_of(other))
    rest_a, rest_b = sorted(a - b), sorted(b - a)
    if not (a & b) or not rest_a or not rest_b:
        return False
    closest = max(JaroWinkler.similarity(x, y) for x in rest_a for y in rest_b)
    initials = any(x[0] == y[0] and min(len(x), len(y)) == 1 for x in rest_a for y in rest_b)
    return closest < 0.9 and not initials
