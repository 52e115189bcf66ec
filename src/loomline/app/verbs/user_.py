"""Create a user, set a password, list users.

The password is asked for, or read from standard input when that is no terminal. Examples:

  loomline user create mei@example.com --name "Mei Lin" --admin
  loomline user password mei@example.com
  loomline user list
"""

from __future__ import annotations

import argparse
import getpass
import sys

from pydantic import SecretStr

from loomline.app import upkeep
from loomline.app.environment import Environment
from loomline.app.fault import Fault
from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts import queries
from loomline.domains.accounts.models import OneTimeLink, Role, User
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Command line"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Three verbs of their own."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create | password | list")
    create = verbs.add_parser("create", help="make an account")
    create.add_argument("email", help="the address to sign in with")
    create.add_argument("--name", default="", help="how people call them; the address when left out")
    create.add_argument("--admin", action="store_true", help="may do everything")
    create.add_argument(
        "--role", action="append", default=[], metavar="ROLE", help="give a role; may be repeated"
    )
    password = verbs.add_parser("password", help="set a new password; all sessions end")
    password.add_argument("email")
    verbs.add_parser("list", help="everybody who may sign in")


def run(options: argparse.Namespace, env: Environment) -> int:
    """Do the one that was asked for."""
    upkeep.require()
    return {"create": _create, "password": _password, "list": _list}[options.verb](options)


def _create(options: argparse.Namespace) -> int:
    roles = [_role(name) for name in options.role]
    made = accounts.add_person(
        _ctx(),
        email=options.email,
        name=options.name or options.email.split("@")[0],
        password=_ask(),
        roles=roles,
        is_administrator=options.admin,
    )
    sys.stdout.write(f"{made.name} <{made.email}> may sign in now.\n")
    return 0


def _password(options: argparse.Namespace) -> int:
    user = User.objects.filter(email__iexact=options.email, is_system=False).first()
    if user is None:
        raise Fault(f"Nobody has the address {options.email}.", way_out="loomline user list names everybody.")
    password = _ask()
    # The way of a forgotten password, so that its rules hold here too: sessions end, the person is told.
    link = accounts.send_password_link(_ctx(), user=user)
    if link.purpose == OneTimeLink.INVITATION:
        raise Fault(f"{user.name} has not joined yet.", way_out="A new invitation was sent to their address.")
    secret = SecretStr(queries.sealed.link_secret(link))
    accounts.reset_password(Ctx.new(actor=user, via="cli"), secret=secret, password=password)
    sys.stdout.write(f"{user.name} has a new password; all their sessions ended.\n")
    return 0


def _list(_options: argparse.Namespace) -> int:
    for user in User.objects.filter(is_system=False).order_by("email").prefetch_related("roles"):
        state = "" if user.is_active else "left"
        roles = ", ".join(role.name for role in user.roles.all())
        what = "administrator" if user.is_superuser else roles or "no roles"
        sys.stdout.write(f"{user.email:<36} {user.name:<28} {state or what}\n")
    return 0


def _role(name: str) -> Role:
    found = Role.objects.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(Role.objects.order_by("name").values_list("name", flat=True))
        raise Fault(
            f"There is no role {name}.", way_out=f"There is: {known}." if known else "Make it first.", code=2
        )
    return found


def _ask() -> SecretStr:
    if not sys.stdin.isatty():
        return SecretStr(sys.stdin.readline().rstrip("\n"))
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise Fault("The two passwords differ.", way_out="Nothing was changed; try again.")
    return SecretStr(first)


def _ctx() -> Ctx:
    return Ctx.new(actor=system_actor(ACTOR), via="cli")
