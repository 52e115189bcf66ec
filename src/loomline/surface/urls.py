"""Every address of the surface. `urlpatterns = urls()` in the app's own urls is all there is to do."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, path
from django.urls.resolvers import RoutePattern

from loomline.surface import (
    audit_page,
    board_move,
    bulk_page,
    calendar,
    do_page,
    filter_forms,
    find,
    form_page,
    list_page,
    record_page,
    registry,
    transfer,
    trash,
    view_pages,
    work_pages,
)

LIST = "<slug:domain>/<slug:slug>/"
RECORD = f"{LIST}<int:pk>/"


def urls() -> list[URLPattern | URLResolver]:
    """The addresses of all pages: those that domains bring in their pages.py first, then the derived ones."""
    registry.load()
    # Named, not imported: some hundred endpoints take seconds to build, and most processes never serve one.
    interface = URLResolver(RoutePattern("api/"), "loomline.surface.api_urls", {})
    return [*_own_pages(), interface, *_fixed(), *_lists(), *_records()]


def _own_pages() -> list[URLPattern | URLResolver]:
    found: list[Any] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.pages"
        if config.name.startswith("loomline.domains.") and find_spec(name) is not None:
            found += getattr(import_module(name), "urlpatterns", [])
    return found


def _fixed() -> list[URLPattern]:
    return [
        path("search/", find.search_page),
        path("undo/<int:pk>/", work_pages.undo_page),
        path("undo/request/<str:request_id>/", work_pages.undo_request_page),
        path("jobs/", work_pages.jobs_page),
        path("jobs/<int:pk>/", work_pages.job_page),
        path("jobs/<int:pk>/stop/", work_pages.stop_page),
        path("audit/", audit_page.audit_page),
        path("audit/export.csv", audit_page.export_page),
        path("audit/filters/<str:name>/", audit_page.filter_page),
        path("trash/", trash.trash_page),
        path("trash/rule/", trash.rule_page),
    ]


def _lists() -> list[URLPattern]:
    return [
        path(LIST, list_page.list_page),
        path(f"{LIST}new/", form_page.new_page),
        path(f"{LIST}quick/", form_page.quick_page),
        path(f"{LIST}options/", form_page.options_page),
        path(f"{LIST}filters/", filter_forms.builder_page),
        path(f"{LIST}filters/<str:name>/", filter_forms.editor_page),
        path(f"{LIST}columns/", filter_forms.columns_page),
        path(f"{LIST}views/", view_pages.views_page),
        path(f"{LIST}do/<str:verb>/", do_page.do_page),
        path(f"{LIST}bulk/", bulk_page.bulk_page),
        path(f"{LIST}delete/", bulk_page.delete_page),
        path(f"{LIST}move/", board_move.move_page),
        path(f"{LIST}reschedule/", calendar.reschedule_page),
        path(f"{LIST}export/", transfer.export_dialog),
        *(path(f"{LIST}export.{kind}", transfer.export_page, {"kind": kind}) for kind in transfer.KINDS),
    ]


def _records() -> list[URLPattern]:
    return [
        path(RECORD, record_page.record_page),
        path(f"{RECORD}edit/", form_page.edit_page),
        path(f"{RECORD}peek/", record_page.peek_page),
        path(f"{RECORD}cell/<str:name>/", form_page.cell_page),
        path(f"{RECORD}timeline/", record_page.timeline_page),
        path(f"{RECORD}note/", record_page.note_page),
        path(f"{RECORD}next/", record_page.neighbour_page, {"way": "next"}),
        path(f"{RECORD}previous/", record_page.neighbour_page, {"way": "previous"}),
    ]
