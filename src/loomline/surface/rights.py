"""Which rows of the surface's and the kernel's own tables a permission opens."""

from __future__ import annotations

from loomline.kernel.access import everyone, govern, own
from loomline.kernel.audit import Activity
from loomline.kernel.job import JobRun
from loomline.surface.models import SavedView


def govern_own() -> None:
    """Everybody reaches what is their own; those at level "all" reach everything."""
    for model, path in ((Activity, "actor"), (JobRun, "actor"), (SavedView, "owner")):
        govern(model, own(path) | everyone())
