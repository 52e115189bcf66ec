"""Pages of privacy: a person's copy of their data, and which fields a role does not show."""

from loomline.domains.privacy.pages import hidden
from loomline.domains.privacy.pages.copy import archive_of, copy_page, preview
from loomline.domains.privacy.pages.copy import urlpatterns as copies

urlpatterns = [*copies, *hidden.urlpatterns]

__all__ = ["archive_of", "copy_page", "preview", "urlpatterns"]
