"""Which news an open page may follow: the topics of its kind of record, and of work in the background."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun


def may_follow(user: Any, topic: str) -> bool:
    """True for kinds of record that the person may see, the list of jobs for who works here, own jobs."""
    ctx = Ctx.new(actor=user, via="page")
    kind, _colon, number = topic.partition(":")
    if kind == "jobs":
        return access.may(ctx, access.view_permission(get_user_model()))
    if kind == "job":
        return number.isdecimal() and access.visible(ctx, JobRun).filter(pk=number).exists()
    try:
        return access.may(ctx, access.view_permission(apps.get_model(kind)))
    except (LookupError, ValueError):
        return False
