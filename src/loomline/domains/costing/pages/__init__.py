"""Pages of costing that no list stands behind."""

from loomline.domains.costing.pages import worth

urlpatterns = worth.urlpatterns
