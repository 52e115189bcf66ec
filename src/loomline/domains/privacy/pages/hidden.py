"""Which fields a role does not show: chosen by role and kind of record, then ticked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Role
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.custom import fields_of
from loomline.kernel.record import Record
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, closed, menu, registry
from loomline.surface.page import ctx_of, need, page, staff

URL = "/privacy/hidden-fields/"
# What is opened first of the many kinds of records.
FIRST = ("parties.party", "pipeline.opportunity", "sales.quote", "sales.order", "catalog.item")


class Whose(forms.Form):
    """A role, and a kind of record."""

    role = forms.ChoiceField(label=_("Role"))
    entity = forms.ChoiceField(label=_("Records"))

    def __init__(self, *args: Any, roles: Mapping[int, Role], **options: Any) -> None:
        super().__init__(*args, **options)
        said = {
            pk: _t("{role} ({n} hidden)").format(role=r.name, n=len(r.hidden_fields))
            for pk, r in roles.items()
        }
        self.fields["role"].choices = [(str(pk), words) for pk, words in said.items()]  # type: ignore[attr-defined]
        self.fields["entity"].choices = _entities()  # type: ignore[attr-defined]


class Which(forms.Form):
    """The fields and panels of such a record, each by its name."""

    fields_hidden = forms.MultipleChoiceField(
        label=_("Fields that are not shown"), required=False, widget=forms.CheckboxSelectMultiple
    )
    panels_hidden = forms.MultipleChoiceField(
        label=_("Panels that are not shown"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, entity: str, **options: Any) -> None:
        super().__init__(*args, **options)
        every = sorted(_fields(entity).items(), key=lambda pair: pair[1].casefold())
        for name, is_panel in (("fields_hidden", False), ("panels_hidden", True)):
            offered = [one for one in every if one[0].startswith(closed.PANEL) == is_panel]
            self.fields[name].choices = offered  # type: ignore[attr-defined]
            if not offered:
                del self.fields[name]

    def chosen(self) -> list[str]:
        """What shall not be shown."""
        return [name for names in self.cleaned_data.values() for name in names]


@staff
@require_http_methods(["GET", "POST"])
def hidden_page(request: HttpRequest) -> HttpResponse:
    """Choose a role and a kind of record, then tick what the role does not show of it."""
    ctx = ctx_of(request)
    name = accounts.hide_fields.name
    need(access.may(ctx, name), _t("hide fields from roles"), name)
    roles = {role.pk: role for role in access.visible(ctx, Role).order_by("name")}
    if "role" in request.GET:
        return _tick(request, ctx, _asked(request, roles), request.GET.get("entity", ""))
    form = Whose(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(f"{URL}?{urlencode(form.cleaned_data)}")
    text = _t(
        "Somebody with several roles sees what one of them shows. Hidden fields are in no list, form,"
        " export or answer of the API; what a record is called by is always seen."
    )
    return _drawn(request, form, title=_t("Hidden fields"), text=text, submit=_t("Choose"), columns=2)


def _tick(request: HttpRequest, ctx: Ctx, role: Role, entity: str) -> HttpResponse:
    if entity not in dict(_entities()):
        raise NotThere(reference=entity[:80])
    kept = [name.removeprefix(f"{entity}.") for name in role.hidden_fields if name.startswith(f"{entity}.")]
    form = Which(
        request.POST if request.method == "POST" else None,
        initial={"fields_hidden": kept, "panels_hidden": kept},
        entity=entity,
    )
    if request.method == "POST" and form.is_valid():
        try:
            accounts.hide_fields(ctx, role=role, entity=entity, fields=form.chosen())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return answer.done(request, _t("{role} is saved.").format(role=role.name), to=URL)
    title = _t("{role}: {records}").format(role=role.name, records=dict(_entities())[entity])
    return _drawn(request, form, title=title, text="", submit=_t("Save"), columns=1)


def _drawn(
    request: HttpRequest, form: forms.Form, *, title: str, text: str, submit: str, columns: int
) -> HttpResponse:
    shown = [
        {"field": bound, "wide": columns == 1, "prefix": "", "suffix": "", "changed": ""} for bound in form
    ]
    crumbs = [{"title": _t("Settings"), "url": "/settings/"}]
    if columns == 1:
        crumbs.append({"title": _t("Hidden fields"), "url": URL})
    context = {
        "page": page(title, crumbs=crumbs),
        "form": {
            "title": title,
            "sub": text,
            "url": request.get_full_path(),
            "multipart": False,
            "sections": [{"title": "", "hint": "", "columns": columns, "fields": shown}],
            "lines": [],
            "hidden": [],
            "errors": [{"text": said, "target": ""} for several in form.errors.values() for said in several],
            "warnings": [],
            "submit": submit,
            "again": "",
            "cancel_url": crumbs[-1]["url"],
            "draft": "",
        },
    }
    return render(request, "loom/form.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, roles: Mapping[int, Role]) -> Role:
    given = request.GET.get("role", "")
    found = roles.get(int(given)) if given.isdigit() and len(given) < 19 else None
    if found is None:
        raise NotThere(reference=_t("role {pk}").format(pk=given[:20]))
    return found


def _entities() -> list[tuple[str, str]]:
    """The kinds of records that have something to hide, the usual ones first."""
    found = [
        (resource.model._meta.label_lower, resource.plural())
        for resource in registry.resources.values()
        if issubclass(resource.model, Record) and closed.can_be_hidden(resource)
    ]
    first = {kind: at for at, kind in enumerate(FIRST)}
    return sorted(found, key=lambda pair: (first.get(pair[0], len(first)), pair[1]))


def _fields(entity: str) -> dict[str, str]:
    resource = registry.by_kind(entity)
    own = {f"custom.{one.name}": str(one.label) for one in fields_of(entity)}
    return {**closed.can_be_hidden(resource), **own} if resource is not None else {}


urlpatterns = [path(URL.removeprefix("/"), hidden_page)]
menu.entry(
    _("Hidden fields"),
    URL,
    icon="eye-off",
    group="Settings",
    order=30,
    permission=accounts.hide_fields.name,
)
