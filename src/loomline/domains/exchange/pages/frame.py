"""What the pages of an import share: who may see them, where it stands, its job, its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t

from loomline.domains.exchange import commands, jobs
from loomline.domains.exchange.models import Takeover, TakeoverState
from loomline.domains.exchange.resources import IMPORT, import_address
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.surface import registry
from loomline.surface.page import ctx_of, need, page, record_of

STEPS = ("upload", "files", "check", "run")
JOBS = (jobs.rehearse_import, jobs.bring_in, jobs.take_back)
LIVE = (JobState.WAITING, JobState.RUNNING)
S = TakeoverState


def importer(request: HttpRequest) -> Ctx:
    """The context of somebody who may bring other systems' files in."""
    ctx = ctx_of(request)
    permission = commands.begin_takeover.name
    need(access.may(ctx, permission), _t("import from another system"), permission)
    return ctx


def opened(request: HttpRequest, pk: int) -> tuple[Takeover, Ctx]:
    """One import, for somebody who may see it and may import."""
    ctx = importer(request)
    resource = registry.of(Takeover)
    assert resource is not None
    return record_of(resource, ctx, pk, ("started_by",)), ctx


def newest_job(takeover: Takeover) -> JobRun | None:
    """The last work that was started for an import."""
    names = [job.name for job in JOBS]
    found = JobRun._default_manager.filter(name__in=names, parameters__takeover_id=takeover.pk)
    return found.select_related("actor").order_by("-pk").first()


def is_busy(job: JobRun | None) -> bool:
    """True while a job waits or runs."""
    return job is not None and job.state in LIVE


def next_address(takeover: Takeover, job: JobRun | None) -> str:
    """The page on which an import is now."""
    if is_busy(job):
        return import_address(takeover, "progress")
    if takeover.state == S.DISCARDED:
        return IMPORT
    return import_address(takeover, {S.WAITING: "files", S.CHECKED: "check"}.get(takeover.state, "report"))


def frame(
    at: str, takeover: Takeover | None = None, text: str = "", actions: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The head of the wizard, as loom/import/base.html reads it."""
    names = {"upload": _t("Upload"), "files": _t("Files"), "check": _t("Dry run"), "run": _t("Run")}
    place = STEPS.index(at) if at in STEPS else len(STEPS)
    steps = [
        {"title": names[s], "state": "done" if i < place else "now" if i == place else ""}
        for i, s in enumerate(STEPS)
    ]
    title = (
        _t("Import {title}").format(title=takeover.title) if takeover else _t("Import from another system")
    )
    resource = registry.of(Takeover)
    assert resource is not None
    crumbs = [{"title": resource.plural(), "url": resource.path()}]
    name = f"{title} ({takeover.number})" if takeover else title
    return {
        "page": page(name, crumbs=crumbs, actions=list(actions)),
        "wizard": {"title": title, "text": text, "steps": steps},
    }
