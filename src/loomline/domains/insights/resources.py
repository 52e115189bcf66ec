"""Where the control tower and the day stand in the navigation, and tasks on the pages of documents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.insights.pages import day
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.sales.models import Order, Quote
from loomline.surface import menu, registry
from loomline.surface.panel import Panel

menu.entry(_("Control tower"), "/", icon="radar-2", order=0, quick=True)
menu.entry(_("My day"), "/day/", icon="sun", order=1, quick=True)

for model in (Party, Opportunity, Lead, Quote, Order):
    registry.contribute(
        model,
        Panel("insights/tasks.html", read=day.tasks_about, title=_("To do"), place="side", name="tasks"),
    )
