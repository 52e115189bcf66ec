"""The pages of sales that are more than a list and a record."""

from __future__ import annotations

from loomline.domains.sales.pages import dates, letters
from loomline.domains.sales.pages.letters import confirmation_letter, quote_letter

urlpatterns = [*letters.urlpatterns, *dates.urlpatterns]

__all__ = ["confirmation_letter", "quote_letter", "urlpatterns"]
