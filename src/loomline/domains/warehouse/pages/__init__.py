"""Pages of the warehouse that no list stands behind, under their addresses."""

from loomline.domains.warehouse.pages import papers, to_pick

urlpatterns = [*papers.urlpatterns, *to_pick.urlpatterns]
