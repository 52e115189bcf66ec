"""A recipe of one's own as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from loomline.domains.recipes.models import OwnRecipe
from loomline.surface import registry
from loomline.surface.page import ctx_of, record_of, staff


@staff
def recipe_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A recipe of one's own as it was sent, to be changed and sent again."""
    resource = registry.of(OwnRecipe)
    assert resource is not None
    own: OwnRecipe = record_of(resource, ctx_of(request), pk)
    response = HttpResponse(own.text, content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{own.name}.toml"'
    return response


urlpatterns = [path("recipes/own-recipes/<int:pk>/recipe.toml", recipe_file)]
