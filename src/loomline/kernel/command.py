"""Use cases: one typed function each; the decorator supplies everything around it."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loomline.kernel import access, audit, event
from loomline.kernel.context import Ctx
from loomline.kernel.idempotency import Answer, recall, remember
from loomline.kernel.integrity import explain
from loomline.kernel.refusal import NotThere, Refused

P = ParamSpec("P")
R = TypeVar("R")
RETRIES = 4
TRANSIENT = {"40001", "40P01", "55P03"}

registry: dict[str, Command[Any, Any]] = {}


class Busy(Refused):
    """Others kept the same rows locked for too long."""

    says = "Others are changing the same records right now. Nothing was changed; try again in a moment."
    status = 503


@dataclass(frozen=True)
class Parameter:
    """One argument of a command as forms, the API and the command line see it."""

    name: str
    annotation: Any
    required: bool
    default: Any

    @cached_property
    def plain_type(self) -> Any:
        """The type without its `| None`."""
        if typing.get_origin(self.annotation) in (typing.Union, types.UnionType):
            found = [a for a in typing.get_args(self.annotation) if a is not type(None)]
            return found[0] if len(found) == 1 else self.annotation
        return self.annotation

    @cached_property
    def is_list(self) -> bool:
        return typing.get_origin(self.plain_type) in (list, Sequence)

    @cached_property
    def model(self) -> type[models.Model] | None:
        """The model when this argument is a record, or a list of records."""
        kind = typing.get_args(self.plain_type)[0] if self.is_list else self.plain_type
        return kind if isinstance(kind, type) and issubclass(kind, models.Model) else None


class Command(Generic[P, R]):
    """A registered use case. Calling it runs the whole: permission, transaction, audit, events."""

    def __init__(
        self,
        function: Callable[Concatenate[Ctx, P], R],
        *,
        move: str = "",
        states: Collection[str] = (),
        label: str | Promise = "",
        undo: bool = False,
        danger: bool = False,
        icon: str = "",
        hidden: bool = False,
        name: str = "",
        creates: type[models.Model] | None = None,
    ) -> None:
        self.function = function
        self.move = move
        # Where it is offered, for commands that are no move of the record's own; the command still refuses.
        self.states = frozenset(states)
        self.undo = undo
        self.danger = danger
        self.icon = icon
        self.hidden = hidden
        self.creates = creates
        self.verb = (name or function.__name__).split(".")[-1]
        self.name = name or f"{_domain(function.__module__)}.{function.__name__}"
        self.doc = inspect.cleandoc(function.__doc__ or "")
        self._label = label
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__wrapped__ = function

    @property
    def domain(self) -> str:
        return self.name.split(".")[0]

    @property
    def label(self) -> str:
        """What the button says: the verb, without the noun it stands on."""
        return str(self._label) if self._label else capfirst(self.verb.replace("_", " "))

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The arguments after ctx, by name."""
        hints = typing.get_type_hints(self.function)
        found = list(inspect.signature(self.function).parameters.values())[1:]
        return {
            p.name: Parameter(
                p.name,
                hints.get(p.name, Any),
                p.default is p.empty,
                None if p.default is p.empty else p.default,
            )
            for p in found
            if p.kind is not p.VAR_KEYWORD
        }

    @cached_property
    def record(self) -> Parameter | None:
        """The first argument when it is a record or a list of records: what the button stands on."""
        first = next(iter(self.parameters.values()), None)
        return first if first is not None and first.model is not None else None

    def __call__(self, ctx: Ctx, *args: P.args, **arguments: P.kwargs) -> R:
        if args:
            raise TypeError(f"{self.name} takes keyword arguments only.")
        if ctx.within:
            return self._do(ctx, arguments)
        access.require(ctx, self, arguments)
        access.refuse_unseen(ctx, self, arguments)
        for attempt in range(RETRIES):
            try:
                return self._transact(ctx.fresh(), arguments)
            except OperationalError as fault:
                if connection.in_atomic_block or _sqlstate(fault) not in TRANSIENT:
                    raise
                if attempt == RETRIES - 1:
                    raise Busy from fault
            except IntegrityError as fault:
                raise explain(fault) from fault
        raise Busy

    def _transact(self, ctx: Ctx, arguments: Mapping[str, Any]) -> R:
        with transaction.atomic():
            if ctx.key:
                answer = recall(ctx, self.name, arguments)
                if isinstance(answer, Answer):
                    return typing.cast(R, answer.value)
            inner = replace(ctx, within=self.name)
            subject = arguments.get(self.record.name) if self.record else None
            activity = audit.begin(inner, verb=self.name, subject=subject, parameters=_shown(arguments))
            result = self._do(inner, arguments)
            audit.finish(inner, activity, result)
            event.store(inner, activity)
            if ctx.key:
                remember(ctx, result)
            return result

    def _do(self, ctx: Ctx, arguments: Mapping[str, Any]) -> R:
        result = typing.cast(Callable[..., R], self.function)(ctx, **arguments)
        event.deliver(ctx)
        return result


@overload
def command(function: Callable[Concatenate[Ctx, P], R], /) -> Command[P, R]: ...


@overload
def command(**options: Any) -> Callable[[Callable[Concatenate[Ctx, P], R]], Command[P, R]]: ...


def command(function: Callable[Concatenate[Ctx, P], R] | None = None, **options: Any) -> Any:
    """Register a function as a use case: ``@command`` or ``@command(move="confirm", danger=True)``."""

    def register(target: Callable[Concatenate[Ctx, P], R]) -> Command[P, R]:
        made = Command(target, **options)
        if made.name in registry and registry[made.name].__module__ != made.__module__:
            raise RuntimeError(f"Two commands are called {made.name}.")
        registry[made.name] = made
        access.commands.add(made.name)
        return made

    return register(function) if function is not None else register


def inside(ctx: Ctx, *, name: str, work: Callable[[Ctx], R]) -> R:
    """Do work that no person asked for (an event heard later) with the transaction and audit of a command."""
    with transaction.atomic():
        inner = replace(ctx.fresh(), within=name)
        activity = audit.begin(inner, verb=f"kernel.{name}", subject=None, parameters={})
        result = work(inner)
        event.deliver(inner)
        audit.finish(inner, activity, None)
        event.store(inner, activity)
        return result


def commands_on(model: type[models.Model]) -> list[Command[Any, Any]]:
    """The commands whose first argument is a record of this model: the buttons of its page."""
    return [c for c in registry.values() if c.record is not None and c.record.model is model and not c.hidden]


def fetch(model: type[models.Model], pk: Any) -> Any:
    """A record by its key, or the refusal that says there is none."""
    found = model._default_manager.filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=f"{model._meta.verbose_name} {pk}")
    return found


def _domain(module: str) -> str:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "domains" else parts[1] if len(parts) > 1 else module


def _shown(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in arguments.items()}


def _value(value: Any) -> Any:
    if isinstance(value, models.Model):
        # A record that is only being made has no values yet that its name could be read from.
        return {"kind": value._meta.label_lower, "id": value.pk, "text": str(value) if value.pk else ""}
    if isinstance(value, Mapping):
        return {str(k): _value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, models.QuerySet)):
        items = list(value)
        if len(items) > 50:
            return {"count": len(items)}
        return [_value(v) for v in items]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)[:300]


def _sqlstate(fault: BaseException) -> str:
    return str(getattr(fault.__cause__, "sqlstate", "") or "")


def describe(name: str) -> str:
    """A command's verb as words, for sentences: "sales.confirm_order" is "confirm order"."""
    return _(name.split(".")[-1].replace("_", " "))
