"""The papers of a shipment are PDF files that say what is in it."""

from __future__ import annotations

from decimal import Decimal

import pypdf
