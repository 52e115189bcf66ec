"""The import wizard under the address of every list."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.intake.pages import reports, wizard

IMPORT = "<slug:domain>/<slug:slug>/import/"
urlpatterns: list[URLPattern] = [
    path(IMPORT, wizard.upload_page),
    path(f"{IMPORT}sample/", wizard.sample_page),
    path(f"{IMPORT}template.csv", reports.template_file),
    path(f"{IMPORT}<int:pk>/match/", wizard.match_page),
    path(f"{IMPORT}<int:pk>/check/", wizard.check_page),
    path(f"{IMPORT}<int:pk>/run/", wizard.run_page),
    path(f"{IMPORT}<int:pk>/report/", reports.report_page),
    path(f"{IMPORT}<int:pk>/undo/", reports.undo_import_page),
    path(f"{IMPORT}<int:pk>/errors.csv", reports.error_file),
]
