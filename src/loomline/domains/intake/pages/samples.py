"""Invented records to look around with: brought in as a file would be, and taken back like one."""

from __future__ import annotations

from collections.abc import Mapping

NAME = "sample-data.csv"
# Found again by this field, so that a second time changes nothing.
KEY = "code"
ROWS: Mapping[str, str] = {
    "parties.parties": """\
name,kind,is_customer,is_supplier,is_prospect,email,phone,website,code
Nordvik Outdoor (sample),organisation,yes,,,orders@nordvik.example,+47 22 00 01 01,https://nordvik.example,SAMPLE-1
Blue Heron Surf (sample),organisation,yes,,,hello@blueheron.example,+351 210 000 102,,SAMPLE-2
Kaufhaus Linde (sample),organisation,yes,,,einkauf@linde.example,+49 30 000103,https://linde.example,SAMPLE-3
Fjellstua (sample),organisation,,,yes,post@fjellstua.example,+47 22 00 01 04,,SAMPLE-4
Atelier Moreau (sample),organisation,,,yes,atelier@moreau.example,+33 1 00 00 01 05,,SAMPLE-5
Biella Yarns (sample),organisation,,yes,,sales@biella.example,+39 015 000106,https://biella.example,SAMPLE-6
Braga Dye House (sample),organisation,,yes,,office@bragadye.example,+351 253 000 107,,SAMPLE-7
Henrik Aas (sample),person,yes,,,henrik@nordvik.example,+47 90 00 01 08,,SAMPLE-8
Ines Prates (sample),person,,,yes,ines@moreau.example,+351 910 000 109,,SAMPLE-9
Clara Linde (sample),person,yes,,,clara@linde.example,+49 170 0000110,,SAMPLE-10
""",
}
