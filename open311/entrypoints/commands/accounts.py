"""``open311 accounts``: who signs in, and what they may do."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from open311.actions.accounts import grant_role, invitation, revoke_grant, set_active
from open311.actions.acts import Actor
from open311.api.installation import installation
from open311.domain.roles import STAFF, Grant, Role
from open311.entrypoints.commands.options import refusals_told
from open311.queries.accounts import account_of_email, staff_grants

group = AppGroup("accounts", help="Make accounts of staff, grant and revoke roles.")


def _actor() -> Actor:
    return Actor(f"command:{getpass.getuser()}")


def _scopes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that narrow a role; without any it is for everything."""
    for option, help_ in (
        ("--service", "Only for this service_code."),
        ("--boundary", "Only in this boundary, like ward:5."),
        ("--department", "Only for this department."),
        ("--jurisdiction", "Only in this jurisdiction."),
    ):
        command = click.option(option, help=help_)(command)
    return command


def _give(email: str, grant: Grant, name: str) -> None:
    """Grant, and show the first link where there is no password yet."""
    environment = installation().environment
    with refusals_told():
        account = grant_role(environment, email, grant, _actor(), name)
    click.echo(f"{email} is {grant.role.replace('_', ' ')}")
    if link := invitation(environment, account):
        click.echo(f"They set their password here, within three days:\n{link}")


@group.command("create-admin")
@click.argument("email")
@click.argument("name")
def create_admin(email: str, name: str) -> None:
    """Make NAME, who signs in as EMAIL, an administrator; shows a link to set the password."""
    _give(email, Grant(Role.ADMINISTRATOR), name)


@group.command("list")
def list_accounts() -> None:
    """List staff: the number of each grant, account, role and what it is for."""
    for row in staff_grants():
        scopes = [row[name] for name in ("jurisdiction", "department", "boundary", "service") if row[name]]
        state = "" if row["active"] else "\tdisabled"
        click.echo(
            f"{row['grant']}\t{row['key']}\t{row['email']}\t{row['role']}\t{', '.join(scopes) or 'everything'}{state}"
        )


@group.command()
@click.argument("email")
@click.argument("role", type=click.Choice(sorted(STAFF)))
@click.option("--name", default="", help="Makes the account, where there is none.")
@_scopes
def grant(email: str, role: str, name: str, **scopes: str | None) -> None:
    """Give the account of EMAIL a ROLE."""
    _give(email, Grant(Role(role), **scopes), name)


@group.command()
@click.argument("grant_number", metavar="GRANT", type=int)
def revoke(grant_number: int) -> None:
    """Take the role GRANT (the number that list shows) away, at once."""
    with refusals_told():
        revoke_grant(grant_number, _actor())
    click.echo(f"grant {grant_number} is revoked")


def _set_active(email: str, active: bool) -> None:
    found = account_of_email(email)
    if found is None:
        raise click.ClickException(f"there is no account of {email}")
    with refusals_told():
        set_active(found.key, active, _actor())


@group.command()
@click.argument("email")
def disable(email: str) -> None:
    """Disable the account of EMAIL; it is signed out everywhere."""
    _set_active(email, False)
    click.echo(f"{email} cannot sign in any more")


@group.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let the account of EMAIL sign in again."""
    _set_active(email, True)
    click.echo(f"{email} can sign in again")
