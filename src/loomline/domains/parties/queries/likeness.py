"""Parties that may be one: which are worth comparing, found set-wise, and how sure it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection
from django.db.models import Q

from loomline.domains.parties.models import Address, ContactKind, ContactPoint, Duplicate, Party, PartyKind
from loomline.domains.parties.models.fields import PhoneUnclear, mail_address, phone_number, tax_number
from loomline.engines import matching
from loomline.engines.matching import Candidate, Score

CHUNK = 2000
# Typed on a form, less is enough for a hint than what fills a queue.
HINT = 0.5
LOOKED_AT = 25

KEYS = """
    SELECT c.party_id AS id, p.kind, c.kind || ' ' || c.normalised AS block
    FROM parties_contactpoint c JOIN parties_party p ON p.id = c.party_id
    WHERE c.until IS NULL AND c.kind IN ('email', 'phone') AND p.is_active
    UNION
    SELECT id, kind, 'number ' || vat_number FROM parties_party WHERE is_active AND vat_number <> ''
    UNION
    SELECT c.party_id, p.kind, 'domain ' || d.domain
    FROM parties_contactpoint c JOIN parties_party p ON p.id = c.party_id
    CROSS JOIN LATERAL (SELECT regexp_replace(CASE c.kind WHEN 'email' THEN split_part(c.normalised, '@', 2)
        ELSE split_part(c.normalised, '/', 1) END, '^www[.]', '') AS domain) d
    WHERE c.until IS NULL AND c.kind IN ('email', 'url') AND p.is_active AND p.kind = 'organisation'
        AND d.domain <> ALL (%(public)s)
    UNION
    SELECT id, kind, 'name ' || left(regexp_replace(sort_name, '[^a-z0-9]+', '', 'g'), %(prefix)s)
    FROM parties_party WHERE is_active
    UNION
    SELECT p.id, p.kind, 'name ' || left(w.sorted, %(prefix)s)
    FROM parties_party p
    CROSS JOIN LATERAL (SELECT string_agg(t, '' ORDER BY t) AS sorted
        FROM regexp_split_to_table(p.sort_name, '[^a-z0-9]+') t) w
    WHERE p.is_active AND p.kind = 'person'
"""
PAIRS = f"""
    WITH keys AS MATERIALIZED ({KEYS}),
    told AS (
        SELECT kind, block, array_agg(id ORDER BY id) AS ids FROM keys WHERE block <> 'name '
        GROUP BY kind, block HAVING count(*) BETWEEN 2 AND %(most)s
    )
    SELECT DISTINCT a.id, b.id FROM told, unnest(ids) a (id), unnest(ids) b (id)
    WHERE a.id < b.id ORDER BY 1, 2
"""


def pairs_worth_comparing() -> list[tuple[int, int]]:
    """The keys of active parties that share a block, smaller first. One statement for the whole book."""
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS,
            {
                "public": sorted(matching.PUBLIC_DOMAINS),
                "prefix": matching.PREFIX,
                "most": matching.MOST_IN_A_BLOCK,
            },
        )
        return [(int(a), int(b)) for a, b in cursor.fetchall()]


def candidates(keys: Iterable[int]) -> dict[int, Candidate]:
    """What is known of these parties, as the engine compares it. Costs three statements."""
    wanted = list(set(keys))
    points: dict[tuple[int, str], list[str]] = defaultdict(list)
    reached = ContactPoint.objects.filter(party__in=wanted, until__isnull=True).order_by("pk")
    for party, kind, value in reached.values_list("party_id", "kind", "normalised"):
        points[party, kind].append(value)
    places: dict[int, tuple[str, str, str]] = {}
    addresses = Address.objects.filter(party__in=wanted).order_by("-is_primary", "pk")
    for party, city, postcode, country in addresses.values_list("party_id", "city", "postcode", "country"):
        places.setdefault(party, (city, postcode, country))
    found = {}
    for party in Party.objects.filter(pk__in=wanted).only("name", "kind", "vat_number", "website"):
        city, postcode, country = places.get(party.pk, ("", "", ""))
        found[party.pk] = Candidate(
            key=party.pk,
            name=party.name,
            is_person=party.kind == PartyKind.PERSON,
            emails=tuple(points[party.pk, ContactKind.EMAIL]),
            phones=tuple(points[party.pk, ContactKind.PHONE]),
            website=party.website,
            number=party.vat_number,
            city=city,
            postcode=postcode,
            country=country,
        )
    return found


def scored(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, Score]]:
    """The pairs with how sure it is that they are one; reads in chunks."""
    for at in range(0, len(pairs), CHUNK):
        part = pairs[at : at + CHUNK]
        known = candidates(key for pair in part for key in pair)
        for a, b in part:
            if a in known and b in known:
                yield a, b, matching.score(known[a], known[b])


def as_told(score: Score) -> list[str]:
    """The reasons of a score as a queue keeps them."""
    return [f"{reason.what}|{reason.value}|{reason.points:+.2f}" for reason in score.reasons]


def like(
    *, kind: str, name: str = "", email: str = "", phone: str = "", vat_number: str = "", country: str = ""
) -> list[tuple[Party, Score]]:
    """Active parties like what somebody is typing, the likeliest first. Costs four statements."""
    mail, number = mail_address(email), tax_number(vat_number)
    try:
        dialled = phone_number(phone, country=country)
    except PhoneUnclear:
        dialled = ""
    same = Q(pk__in=[])
    same |= Q(email=mail) if mail else Q(pk__in=[])
    same |= Q(phone=dialled) if dialled else Q(pk__in=[])
    same |= Q(vat_number=number) if number else Q(pk__in=[])
    words = matching.words_of(name)
    if words and len("".join(words)) > 2:
        same |= Q(sort_name__startswith=" ".join(words)[: matching.PREFIX])
        same |= Q(sort_name__startswith=words[-1]) if kind == PartyKind.PERSON else Q(pk__in=[])
    rows = Party.objects.filter(same, kind=kind, is_active=True).order_by("pk")[:LOOKED_AT]
    parties = {party.pk: party for party in rows}
    typed = Candidate(
        key=0,
        name=name,
        is_person=kind == PartyKind.PERSON,
        emails=(mail,) if mail else (),
        phones=(dialled,) if dialled else (),
        number=number,
    )
    told = [(parties[key], matching.score(typed, one)) for key, one in candidates(parties).items()]
    sure = [(party, score) for party, score in told if score.value >= HINT or _same_address(score)]
    return sorted(sure, key=lambda pair: (-pair[1].value, pair[0].pk))


def _same_address(score: Score) -> bool:
    return any(reason.what in ("email", "number") for reason in score.reasons)


def open_pairs_of(*, party: Party) -> list[Duplicate]:
    """The pairs of the queue that a party is part of."""
    rows = Duplicate.objects.filter(Q(first=party) | Q(second=party), verdict="open")
    return list(rows.select_related("first", "second").order_by("-score", "pk"))
