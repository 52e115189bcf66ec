"""The dialog that keeps a list under a name, or forgets one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access, reach
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, commands, views
from loomline.surface.fields import as_key
from loomline.surface.models import Audience, SavedView
from loomline.surface.page import open_resource, staff


class ViewForm(forms.Form):
    """The name of a view, who shall see it, and for whom it opens first."""

    def __init__(self, *args: object, roles: Mapping[int, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["title"] = forms.CharField(label=_t("Name"), max_length=60)
        self.fields["audience"] = forms.ChoiceField(label=_t("Who sees it"), choices=Audience.choices)
        self.fields["is_default"] = forms.BooleanField(
            label=_t("Opens first when I come to this list"), required=False
        )
        if roles:
            self.fields["role_id"] = forms.TypedChoiceField(
                label=_t("Opens first for everybody who is"),
                choices=[("", "–"), *roles.items()],
                coerce=int,
                empty_value=None,
                required=False,
            )


def _kept(ctx: Ctx, name: str, query: str, given: dict[str, Any]) -> SavedView:
    """The view, and for which role it opens first: both or neither."""
    role_id = given.pop("role_id", None)
    with transaction.atomic():
        saved = commands.save_view(ctx, resource=name, query=query, **given)
        if role_id != saved.role_id and access.may(ctx, commands.open_first.name):
            commands.open_first(ctx, view=saved, role_id=role_id)
    return saved


@staff
def views_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Keep the list as it is on screen. `remove` in the address forgets the view instead."""
    resource, ctx = open_resource(request, domain, slug)
    now = as_key(request.GET.get("view"))
    view = (
        SavedView._default_manager.filter(pk=now, owner=ctx.actor, resource=resource.name).first()
        if now
        else None
    )
    if "remove" in request.GET:
        if view is None or request.method != "POST":
            raise NotThere(reference=str(now))
        commands.drop_view(ctx, view=view)
        return answer.done(
            request,
            _t("The view {title} is gone.").format(title=view.title),
            undo=answer.undo_url(ctx, commands.drop_view),
            to=resource.path(),
        )
    names = ("title", "audience", "is_default", "role_id")
    initial = {n: getattr(view, n) for n in names} if view else {"audience": Audience.PRIVATE}
    roles = reach.roles_of() if access.may(ctx, commands.open_first.name) else {}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial, roles=roles)
    query = views.kept_query(request.GET, density=request.COOKIES.get("density", ""))
    if request.method == "POST" and form.is_valid():
        try:
            saved = _kept(ctx, resource.name, query, form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.at_field if refusal.at_field in form.fields else None, str(refusal))
        else:
            to = f"{resource.path()}?{views.with_key(query, saved.pk)}"
            return answer.done(
                request,
                _t("Kept as {title}.").format(title=saved.title),
                undo=answer.undo_url(ctx, commands.save_view),
                to=to,
            )
    faults = [
        {"text": str(e), "target": form[n].id_for_label if n in form.fields else ""}
        for n, said in form.errors.items()
        for e in said
    ]
    context = {
        "command": {
            "title": _t("Keep this list"),
            "text": _t(
                "Filters, columns, order and groups are kept. The same name replaces a view of yours."
            ),
            "url": request.get_full_path(),
            "fields": [{"field": b, "wide": True, "prefix": "", "suffix": ""} for b in form],
            "hidden": [],
            "facts": [],
            "refusals": [],
            "blocked": False,
            "errors": faults,
            "warnings": [],
            "submit": _t("Keep view"),
            "kind": "primary",
        }
    }
    return render(request, "loom/dialog.html", context, status=422 if request.method == "POST" else 200)
