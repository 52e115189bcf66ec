"""Inviting somebody, and joining."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import OneTimeLink, User
from loomline.kernel.audit import Activity
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict


def test_an_invited_person_has_roles_teams_and_a_link_but_no_password(ctx, role):
    sales = role("Clerk", {"accounts.view": "all"})

    user = commands.invite_person(ctx, email=" Sam@Example.org ", name="Sam  Weaver", roles=[sales])

    assert (user.email, user.name, user.has_joined) == ("Sam@Example.org", "Sam Weaver", False)
    assert list(user.roles.all()) == [sales]
    link = OneTimeLink.objects.get(user=user)
    assert (link.purpose, link.email) == ("invitation", "Sam@Example.org")
    job = ProcrastinateJob.objects.get(task_name="accounts.mail_link")
    assert job.args == {"link_id": link.pk}
    assert StoredEvent.objects.get().sentence == "Sam Weaver was invited at Sam@Example.org"


def test_an_address_is_invited_once_in_any_case(ctx, mei):
    with pytest.raises(Conflict, match="already has an account"):
        commands.invite_person(ctx, email="MEI@example.org", name="Other")
    assert User.objects.filter(is_system=False).count() == 2


def test_secrets_never_reach_the_audit(ctx, mei):
    told = Activity.objects.get(verb="accounts.add_person")
    assert told.parameters["password"] == "**********"
