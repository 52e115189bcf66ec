"""The first two steps of an import: the files, and what the recipe makes of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from loomline.domains.accounts.models import User
from loomline.domains.exchange import commands, jobs
from loomline.domains.exchange.commands import intake
from loomline.domains.exchange.commands.beside import is_beside
from loomline.domains.exchange.models import Takeover, TakeoverState
from loomline.domains.exchange.pages.forms import AnswersForm, RecipeForm
from loomline.domains.exchange.pages.frame import frame, importer, is_busy, newest_job, next_address, opened
from loomline.domains.exchange.resources import IMPORT, import_address
from loomline.domains.recipes import queries as recipes
from loomline.domains.recipes.models import OwnRecipe
from loomline.engines.mapping import Recipe, columns_used
from loomline.engines.recognition import wanted_by
from loomline.engines.tables import Reading
from loomline.kernel.access import visible
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.refusal import Refused
from loomline.surface import answer, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, staff
from loomline.surface.plain_table import plain_table

RECIPE = ".toml"
TABLES = ".zip, .csv, .tsv, .txt, .gz, .xlsx, .xls, .ods"
RECENT = 8
MOST_PEOPLE = 500
MOST_OF_A_RECIPE = recipes.LARGEST_RECIPE
OPEN = (TakeoverState.WAITING, TakeoverState.CHECKED)


class TwoRecipes(Refused):
    """An import goes by one recipe."""

    says = _l("There are several recipes among these files: {names}. Send one.")
    status = 422


TONES = {JobState.FAILED: "bad", JobState.STOPPED: "warn"}


@staff
@require_http_methods(["GET", "POST"])
def upload_page(request: HttpRequest) -> HttpResponse:
    """Step 1: all files of the other system at once, or one archive of them."""
    ctx = importer(request)
    form = RecipeForm(request.POST or None)
    errors: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_received(request, ctx, form.cleaned_data["recipe"]))
        except recipes.RecipeWrong as wrong:
            errors = [
                {"text": f"{wrong.values['name']}: {said}", "target": "id_file"} for said in wrong.faults
            ]
        except Refused as refusal:
            errors = [{"text": str(refusal), "target": "id_file"}]
    context = {
        **frame(
            "upload",
            text=_t(
                "Customers, people, leads, deals, products, orders and stock, all in one go. A recipe of "
                "your own comes with the files, as TOML, and is kept to be used again."
            ),
            actions=_to_own_recipes(ctx),
        ),
        "upload": {
            "url": IMPORT,
            "fields": [form["recipe"]],
            "file_name": "file",
            "multiple": True,
            "accept": f"{TABLES}, {RECIPE}",
            "limit": _t("up to {n} MB together, unpacked; more than 100 files as one ZIP").format(
                n=intake.LARGEST // 1024**2
            ),
            "template_url": "",
            "errors": errors,
        },
        "recent": _recent(ctx),
    }
    return render(
        request, "loom/import/upload.html", context, status=422 if request.method == "POST" else 200
    )


@staff
@require_http_methods(["GET", "POST"])
def files_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: which file is which table, and the questions of the recipe."""
    takeover, ctx = opened(request, pk)
    job = newest_job(takeover)
    if takeover.state not in OPEN or is_busy(job):
        return answer.lead(request, next_address(takeover, job))
    recipe = commands.recipe_of(takeover)
    files = intake.kept_files(takeover.files)
    form = _questions(ctx, takeover, request.POST or None)
    problems = intake.problems(recipe, files)
    if request.method == "POST" and not problems and (form.is_valid() or not form.fields):
        commands.prepare_takeover(ctx, takeover=takeover, answers=form.answers() if form.fields else {})
        title = _t("Rehearse the import of {title}").format(title=takeover.title)
        jobs.rehearse_import.start(ctx, title=title, takeover_id=takeover.pk)
        return HttpResponseRedirect(import_address(takeover, "progress"))
    return _files(request, takeover, form=form, problems=problems, remark=_remark(job))


@staff
@require_POST
def add_page(request: HttpRequest, pk: int) -> HttpResponse:
    """More files for the same import."""
    takeover, ctx = opened(request, pk)
    try:
        commands.add_files(ctx, takeover=takeover, offered=_sent(request))
    except Refused as refusal:
        recipe = commands.recipe_of(takeover)
        files = intake.kept_files(takeover.files)
        form = _questions(ctx, takeover)
        errors = [{"text": str(refusal), "target": "id_file"}]
        return _files(request, takeover, form=form, problems=intake.problems(recipe, files), errors=errors)
    return HttpResponseRedirect(import_address(takeover, "files"))


@staff
@require_POST
def discard_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the import up before it has run."""
    takeover, ctx = opened(request, pk)
    commands.discard_takeover(ctx, takeover=takeover)
    text = _t("{number} is discarded; its files are gone.").format(number=takeover.number)
    return answer.done(request, text, to=IMPORT)


def _questions(ctx: Ctx, takeover: Takeover, data: Any = None) -> AnswersForm:
    people = list(visible(ctx, User).filter(is_active=True, is_system=False).order_by("name")[:MOST_PEOPLE])
    return AnswersForm(takeover.questions, takeover.answers, people, data)


def _received(request: HttpRequest, ctx: Ctx, recipe: str) -> str:
    """Take in what was sent; where it goes on. A recipe of one's own goes before the one that was chosen."""
    sent = _sent(request)
    written = [(name, file) for name, file in sent if name.lower().endswith(RECIPE)]
    if len(written) > 1:
        raise TwoRecipes(names=", ".join(name for name, _file in written))
    own = (written[0][0], written[0][1].read(MOST_OF_A_RECIPE + 1)) if written else None
    if own is not None and len(sent) == 1:
        kept = commands.keep_own(ctx, own=own)
        answer.later(request, _t("{title} is kept. Choose it, and send its files.").format(title=kept.title))
        return IMPORT
    tables = [one for one in sent if one not in written]
    return import_address(commands.receive(ctx, offered=tables, recipe=recipe, own=own), "files")


def _to_own_recipes(ctx: Ctx) -> list[dict[str, Any]]:
    resource = registry.of(OwnRecipe)
    assert resource is not None
    may = resource.may_see(ctx)
    return (
        [action(_t("Recipes of your own"), resource.path(), icon="list-details", kind="quiet", spare=True)]
        if may
        else []
    )


def _sent(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(file.name or "file", file) for file in request.FILES.getlist("file")]


def _files(
    request: HttpRequest,
    takeover: Takeover,
    *,
    form: AnswersForm,
    problems: list[str],
    remark: dict[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:
    recipe = commands.recipe_of(takeover)
    files = {
        "url": import_address(takeover, "files"),
        "back_url": IMPORT,
        "problems": problems,
        "remark": remark,
        "panel": _file_table(recipe, intake.kept_files(takeover.files)),
        "questions": list(form),
        "errors": errors or [],
        "add_url": import_address(takeover, "files/add"),
        "accept": TABLES,
        "can_check": not problems,
        "submit": _t("Start the dry run"),
    }
    discard = action(
        _t("Discard"),
        import_address(takeover, "discard"),
        icon="trash",
        method="post",
        kind="quiet",
        confirm=_t("Forget this import and its files?"),
    )
    context = {**frame("files", takeover, text=recipe.about, actions=[discard]), "files": files}
    status = 422 if errors or form.errors else 200
    return render(request, "loom/import/files.html", context, status=status)


def _remark(job: JobRun | None) -> dict[str, str] | None:
    """How the last dry run ended, when it did not come to its end."""
    if job is None or job.name != jobs.rehearse_import.name or job.state not in TONES:
        return None
    return {"tone": TONES[job.state], "text": job.message}


def _file_table(recipe: Recipe, files: list[intake.KeptFile]) -> dict[str, Any]:
    found = intake.matched(recipe, files)
    rows = []
    for wanted in wanted_by(recipe):
        becomes = Cell(text=capfirst(", ".join(wanted.steps)))
        if wanted.file not in found:
            if not recipe.is_lenient:
                words, tone = (_t("Not sent"), "muted") if wanted.is_optional else (_t("Missing"), "bad")
                rows.append((Cell(text=wanted.file), becomes, Cell(), _badge(words, tone)))
            continue
        for kept in found[wanted.file]:
            whole = recipe.is_lenient or wanted.is_whole(kept.heads)
            badge = _badge(_t("Recognised"), "ok") if whole else _badge(_t("Columns missing"), "bad")
            match = _matched(recipe, wanted.file, kept) or becomes
            rows.append((Cell(text=kept.name), match, Cell(kind="number", value=kept.rows), badge))
    used = {kept.name for parts in found.values() for kept in parts}
    attached = [kept for kept in files if is_beside(kept.name)]
    if attached:
        size = filesizeformat(sum(kept.size for kept in attached))
        words = ngettext("{n} attached file", "{n} attached files", len(attached)).format(n=len(attached))
        rows.append((Cell(text=words), Cell(text=size), Cell(), _badge(_t("Beside the tables"), "ok")))
    for kept in files:
        if kept.name not in used and not is_beside(kept.name):
            badge = _badge(_t("No table") if kept.fault else _t("Not used"), "muted")
            rows.append((Cell(text=kept.name), Cell(), Cell(kind="number", value=kept.rows), badge))
    heads = (_t("File"), _t("Becomes"), _t("Rows"), _t("State"))
    return plain_table(_t("Files"), heads, rows, slots=("a1", "b1", "b2", "a2"))


def _matched(recipe: Recipe, file: str, kept: intake.KeptFile) -> Cell | None:
    """What a file becomes and how many of its columns have a field, where heads are matched."""
    if not recipe.is_lenient:
        return None
    parts = [part for step in recipe.steps for part in (step, step.lines) if part and part.file == file]
    names = {name for part in parts for name in Reading(recipe, part, kept.source).names}
    taken = {name for part in parts for name in columns_used(part)} & names
    words = _t("{step}: {n} of {total} columns become fields, the others are kept beside the record")
    step = capfirst(", ".join(part.name for part in parts))
    return Cell(text=words.format(step=step, n=len(taken), total=len(kept.heads)), wrap=True)


def _badge(text: str, tone: str) -> Cell:
    return Cell(kind="badge", text=text, tone=tone)


def _recent(ctx: Ctx) -> dict[str, Any] | None:
    """The last imports, each with a link to where it stands."""
    last = visible(ctx, Takeover).select_related("started_by").order_by("-pk")[:RECENT]
    rows = [
        (
            Cell(text=f"{one.number} {one.title}", url=import_address(one), strong=True),
            Cell(kind="badge", text=one.state.label, tone=one.state.tone),
            Cell(kind="person", value=one.started_by, text=str(one.started_by)),
            Cell(kind="moment", value=one.started_at),
        )
        for one in last
    ]
    heads = (_t("Import"), _t("State"), _t("Started by"), _t("Started"))
    title = _t("Earlier imports")
    return plain_table(title, heads, rows, slots=("a1", "a2", "b1", "b2")) if rows else None
