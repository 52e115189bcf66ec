"""Where the control tower stands in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.surface import menu

menu.entry(_("Control tower"), "/", icon="radar-2", order=0, quick=True)
