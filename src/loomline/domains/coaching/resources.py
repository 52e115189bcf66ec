"""How playbooks, targets and reviews are set up and shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.coaching import commands, models
from loomline.surface import menu
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Resource,
    Timeline,
    everyone,
    own,
    shared,
    team,
)

menu.entry(
    _("Coaching"),
    "/coaching/sellers/",
    icon="messages",
    group="Customers",
    order=70,
    permission="coaching.view_review",
)


class Playbook(Resource):
    """What to find out and to use in each stage of a pipeline."""

    model = models.Playbook
    menu = "Settings"
    order = 49
    icon = "checklist"
    columns = (
        Column("title", strong=True),
        "stage",
        Column("stage.pipeline", label=_("Pipeline")),
        Count("questions", as_="question_count", label=_("Questions")),
        "is_active",
    )
    filters = "stage", "stage.pipeline", "is_active"
    search = "title", "stage.name"
    form = (
        "stage",
        "title",
        "is_active",
        Lines("questions", "text", "help_text", "is_needed", label=_("Questions")),
        Lines("assets", "title", "url", label=_("What helps")),
    )
    detail = (
        LinesPanel("questions", "text", "help_text", "is_needed", title=_("Questions")),
        LinesPanel("assets", "title", "url", title=_("What helps")),
        Facts("stage", "stage.pipeline", "is_active"),
        Changes(),
        Timeline(),
    )
    key = "title"
    joins = ("stage",)
    access = shared()
    empty = _("No playbooks yet. Write down what your best sellers find out in each stage.")


class PlaybookQuestion(Resource):
    """The questions of playbooks, to be chosen when one is answered."""

    model = models.PlaybookQuestion
    menu = None
    icon = "help-circle"
    columns = "text", "playbook", "is_needed"
    filters = "playbook", "is_needed"
    search = ("text",)
    key = "pk"
    joins = ("playbook",)
    access = shared()
    create = False
    edit = False
    delete = False
    empty = _("No questions yet. They are written in their playbook.")


class ActivityTarget(Resource):
    """How many calls, meetings and quotes people want to make in a week."""

    model = models.ActivityTarget
    menu = "Settings"
    order = 50
    icon = "activity"
    columns = "activity", "person", "team", "per_week"
    filters = "activity", "person", "team"
    search = "person.name", "team.name"
    form = "activity", "person", "team", "per_week"
    key = "pk"
    access = own("person") | team("team") | everyone()
    empty = _("No targets yet. Say how many calls or meetings a week are a good week.")


class Review(Resource):
    """Notes on talks between sellers and those who coach them."""

    model = models.Review
    menu = "Customers"
    order = 71
    secondary = True
    icon = "messages"
    columns = "at", "seller", "author", "opportunity", "next_on"
    filters = "seller", "author", "at", "next_on", "opportunity"
    search = "seller.name", "body", "agreed"
    form = "seller", "body", "agreed", "next_on", "opportunity"
    detail = (
        Facts("body", "agreed", "next_on", "opportunity", place="tab", title=_("Review")),
        Facts("seller", "author", "at"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    access = own("seller") | everyone()
    create = commands.write_review
    delete = False
    empty = _("No reviews yet. Open the page of a seller under Coaching and write the first one.")
