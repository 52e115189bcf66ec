"""The pages that bring another system's files in, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.exchange.pages import prepare, run

urlpatterns: list[URLPattern] = [
    path("import/", prepare.upload_page),
    path("import/<int:pk>/", run.here_page),
    path("import/<int:pk>/files/", prepare.files_page),
    path("import/<int:pk>/files/add/", prepare.add_page),
    path("import/<int:pk>/discard/", prepare.discard_page),
    path("import/<int:pk>/check/", run.check_page),
    path("import/<int:pk>/progress/", run.progress_page),
    path("import/<int:pk>/report/", run.report_page),
    path("import/<int:pk>/undo/", run.undo_page),
    path("import/<int:pk>/errors/", run.error_file),
]
