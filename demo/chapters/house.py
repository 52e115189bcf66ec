"""The company, its people and its partners."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.ledger import commands as ledger
from loomline_demo.halden import Halden, place


def opens(halden: Halden) -> None:
    """Found the company."""
    s = halden.s
    s.company_is(
        "Halden Knitwear",
        country="PT",
        currency="EUR",
        timezone="Europe/Lisbon",
        email="hello@halden.example",
        address="Rua das Flores 120\n4050-265 Porto\nPortugal",
        vat_number="PT501442600",
    )
    ledger.record_rates(s.by("Demo"), rates={"USD": Decimal("0.92"), "GBP": Decimal("1.17")}, on=s.start)
    for key, name, title, role in PEOPLE:
        first = name.split()[0].lower().replace("ê", "e")
        s.person(key, name, email=f"{first}@halden.example", title=title, roles=[role])
    s.person("admin", "Ada Moura", email="admin@halden.example", title="Operations", roles=["Administrator"])
    halden.plant = s.home(
        "PORTO",
        "Porto plant",
        city="Porto",
        country="PT",
        latitude=Decimal("41.15"),
        longitude=Decimal("-8.61"),
        timezone="Europe/Lisbon",
    )
    halden.partners = {
        key: s.supplier(name, roles=roles, place=place(*where)) for key, name, roles, where in PARTNERS
    }


PEOPLE = (
    ("mara", "Mara Lindqvist", "Key accounts", "Sales manager"),
    ("tom", "Tom Okafor", "Sales", "Sales manager"),
    ("ines", "Inês Duarte", "Sales", "Sales manager"),
    ("planner", "Rui Costa", "Planning", "Planner"),
    ("buyer", "Sofia Almeida", "Purchasing", "Buyer"),
    ("production", "Jorge Melo", "Production", "Production"),
    ("warehouse", "Ana Reis", "Warehouse", "Warehouse"),
    ("quality", "Clara Nunes", "Quality", "Quality"),
    ("finance", "Hugo Pinto", "Finance", "Finance"),
)
PARTNERS = (
    ("biella", "Biella Yarns", ("supplier",), ("Biella", "IT", "45.56", "8.05")),
    ("serra", "Filatura Serra", ("supplier",), ("Covilhã", "PT", "40.28", "-7.50")),
    ("andes", "Andes Fibre", ("supplier",), ("Arequipa", "PE", "-16.41", "-71.54")),
    ("trims", "Etiqueta Norte", ("supplier",), ("Barcelos", "PT", "41.53", "-8.62")),
    ("dyer", "Braga Dye", ("supplier", "subcontractor"), ("Braga", "PT", "41.55", "-8.43")),
    ("izmir", "İzmir Dyehouse", ("supplier", "subcontractor"), ("İzmir", "TR", "38.42", "27.14")),
    ("knitter", "Minho Knit", ("subcontractor",), ("Vila Nova de Famalicão", "PT", "41.41", "-8.52")),
    ("tailor", "Guimarães Tailoring", ("subcontractor",), ("Guimarães", "PT", "41.44", "-8.29")),
)
