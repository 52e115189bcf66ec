"""In whose name and with whose rights a rule acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loomline.domains.accounts import queries as accounts
from loomline.domains.accounts.models import User
from loomline.domains.automation.models import Run
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx

ACTOR = "Rules"


def owner_ctx(ctx: Ctx, owner: User) -> Ctx:
    """The context in which the owner of a rule looks at records."""
    return Ctx.new(actor=owner, via="rule", now=ctx.now, request_id=ctx.request_id, company=ctx.company)


def acting_ctx(ctx: Ctx, run: Run, owner: User, command: Command[Any, Any]) -> Ctx:
    """The context in which one command of a run is given: the actor "Rules" with the rights of the owner."""
    return Ctx.new(
        actor=rules_for(owner, command.name),
        via="rule",
        now=ctx.now,
        request_id=run.request_id,
        company=ctx.company,
    )


def rules_for(owner: User, permission: str) -> User:
    """The actor "Rules", holding what its owner holds and no more.

    The one command that is about to be given is open to it: the owner's right to give it for this very
    record has been asked before, and a level such as "own" would be that of nobody here.
    """
    actor = accounts.system_actor(ACTOR)
    grants: Mapping[str, Level] = {"*": Level.ALL} if owner.is_superuser else owner.grants()
    actor.narrow_to({**grants, permission: Level.ALL})
    # In memory only, as narrow_to does it: whose teams, territories and companies are seen.
    actor.__dict__.update(
        team_ids=owner.team_ids, territory_ids=owner.territory_ids, party_ids=owner.party_ids
    )
    return actor


def require(ctx: Ctx, owner: User, command: Command[Any, Any], arguments: Mapping[str, Any]) -> None:
    """Refuse what the owner of a rule may not do themselves, at the level of their roles."""
    access.require(owner_ctx(ctx, owner), command, arguments)
