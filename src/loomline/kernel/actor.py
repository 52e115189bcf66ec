"""Named system actors: in whose name jobs, rules, imports and stories act. There is no "nobody"."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify

from loomline.kernel.command import inside
from loomline.kernel.context import Ctx

DOMAIN = "system.invalid"


def system_actor(name: str) -> Any:
    """The system actor of this name ("Import", "Planner"), made at its first use; never able to sign in."""
    users = get_user_model()._default_manager
    email = f"{slugify(name)}@{DOMAIN}"
    found = users.filter(email=email, is_system=True).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make(name=name, email=email)
    except IntegrityError:
        # Another process made the same actor between our look and our insert.
        return users.get(email=email, is_system=True)


def _make(*, name: str, email: str) -> Any:
    actor = get_user_model()(name=name, email=email, is_system=True, is_superuser=True)
    actor.set_unusable_password()
    acting = _acting()
    inside(
        Ctx.new(actor=actor, via="job"),
        name="add_system_actor",
        work=lambda _ctx: actor.save(force_insert=True),
    )
    with connection.cursor() as cursor:
        # What the surrounding command does from here on is its own again.
        cursor.execute("SELECT set_config('loomline.activity', %s, true)", [acting])
    return actor


def _acting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('loomline.activity', true), '')")
        return str(cursor.fetchone()[0])
