"""A company with a pipeline and people who answer leads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.leads import ports
from loomline.domains.leads.models import FormField, LeadForm
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Lead
from loomline.kernel import event
from loomline.kernel.context import Ctx
from tests.domains.pipeline.desk import make_ctx


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody above answers the ports or hears the events."""
    for port in (ports.territories_of_leads, ports.people_of_territories):
        monkeypatch.setattr(port, "filled", None)
    monkeypatch.setattr(event, "handlers", event.handlers.__class__(list))
    monkeypatch.setattr(event, "later_handlers", event.later_handlers.__class__(list))


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    return made


@pytest.fixture
def person() -> Callable[[str], User]:
    """Somebody of this name, made at the first call."""

    def make(name: str) -> User:
        found: User
        found, _new = User.objects.get_or_create(email=f"{name.lower()}@example.org", defaults={"name": name})
        return found

    return make


@pytest.fixture
def lead(ctx: Ctx) -> Callable[..., Lead]:
    """A lead of this name; everything else may be said."""

    def make(name: str = "Ines Brandt", **given: object) -> Lead:
        return pipeline.capture_lead(given.pop("ctx", ctx), name=name, **given)

    return make


@pytest.fixture
def form(ctx: Ctx) -> LeadForm:
    """A form that asks who it is and what they want."""
    made: LeadForm = LeadForm.objects.create(
        name="Samples", title="Ask for samples", source="Website", consent="You may write to me.", token="abc"
    )
    for position, (tells, needed) in enumerate(
        (("name", True), ("company", False), ("email", True), ("interest", False)), start=1
    ):
        FormField.objects.create(form=made, position=position, tells=tells, is_required=needed)
    FormField.objects.create(
        form=made, position=5, tells="question", label="How many pieces?", options=["10", "100", "1000"]
    )
    return made
