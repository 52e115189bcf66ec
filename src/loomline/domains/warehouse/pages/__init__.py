"""Pages of the warehouse that no list stands behind, under their addresses."""

from loomline.domains.warehouse.pages import papers, to_pick
from loomline.domains.warehouse.pages.papers import code_128

__all__ = ["code_128", "urlpatterns"]

urlpatterns = [*papers.urlpatterns, *to_pick.urlpatterns]
