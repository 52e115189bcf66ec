"""Which rows of the surface's and the kernel's own tables a permission opens."""

from __future__ import annotations

from loomline.kernel.access import everyone, govern, own
from loomline.kernel.audit import Activity
from loomline.kernel.job import JobRun
from loomline.surface.models import ImportRun, SavedView

govern(Activity, own("actor") | everyone())
govern(JobRun, own("actor") | everyone())
govern(SavedView, own("owner") | everyone())
govern(ImportRun, own("owner") | everyone())
