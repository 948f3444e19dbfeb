"""The command ``open311 accounts``: staff accounts and their roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from open311.actions.accounts.staff import grant_role, invitation, revoke_grant, set_active
from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.domain.roles import STAFF, Grant, Role
from open311.entrypoints.commands.options import by_option, refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.accounts.grants import staff_grants
from open311.queries.accounts.people import account_of_email

group = TableGroup("accounts", help="Create staff accounts, grant and revoke roles.")


def _scopes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add options that narrow a role; without any, the role is for everything."""
    for option, help_ in (
        ("--service", "Only for this service_code."),
        ("--boundary", "Only in this boundary, like ward:5."),
        ("--department", "Only for this department."),
        ("--jurisdiction", "Only in this jurisdiction."),
    ):
        command = click.option(option, help=help_)(command)
    return command


def _give(email: str, grant: Grant, name: str, actor: Actor) -> None:
    """Grant a role, and show the link to set a password if the account has none yet."""
    environment = current_environment()
    with refusals_as_errors():
        account = grant_role(environment, email, grant, actor, name)
    click.echo(f"{email} is {grant.role.replace('_', ' ')}")
    if link := invitation(environment, account):
        click.echo(f"They set their password here, within three days:\n{link}")


@group.command("create-admin")
@click.argument("email")
@click.argument("name")
@by_option
def create_admin(email: str, name: str, actor: Actor) -> None:
    """Make NAME with EMAIL an administrator.

    Shows the link that sets their password.
    """
    _give(email, Grant(Role.ADMINISTRATOR), name, actor)


@group.command("list")
def list_accounts() -> None:
    """List staff: grant, account, e-mail, role, scope."""
    for each in staff_grants():
        scope = ", ".join(each.scopes) or "everything"
        state = "" if each.active else "\tdisabled"
        click.echo(f"{each.grant}\t{each.account}\t{each.email}\t{each.role}\t{scope}{state}")


@group.command()
@click.argument("email")
@click.argument("role", type=click.Choice(sorted(role.value for role in STAFF)))
@click.option("--name", default="", help="The person's name; creates the account if there is none.")
@_scopes
@by_option
def grant(email: str, role: str, name: str, actor: Actor, **scopes: str | None) -> None:
    """Give the account of EMAIL a ROLE.

    The options narrow the role together; without any, it is for everything.
    """
    _give(email, Grant(Role(role), **scopes), name, actor)


@group.command()
@click.argument("grant_number", metavar="GRANT", type=int)
@by_option
def revoke(grant_number: int, actor: Actor) -> None:
    """Revoke GRANT (the number that list shows)."""
    with refusals_as_errors():
        revoke_grant(grant_number, actor)
    click.echo(f"grant {grant_number} is revoked")


def _set_active(email: str, active: bool, actor: Actor) -> None:
    found = account_of_email(email)
    if found is None:
        raise click.ClickException(f"there is no account of {email}")
    with refusals_as_errors():
        set_active(found.key, active, actor)


@group.command()
@click.argument("email")
@by_option
def disable(email: str, actor: Actor) -> None:
    """Disable the account of EMAIL and sign it out at once."""
    _set_active(email, False, actor)
    click.echo(f"{email} cannot sign in any more")


@group.command()
@click.argument("email")
@by_option
def enable(email: str, actor: Actor) -> None:
    """Let the account of EMAIL sign in again."""
    _set_active(email, True, actor)
    click.echo(f"{email} can sign in again")
