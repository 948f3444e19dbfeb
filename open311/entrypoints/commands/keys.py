"""The command ``open311 keys``: the API keys with which apps write through the API."""

from __future__ import annotations

from pathlib import Path

import click

from open311.actions.accounts.keys import SCOPES, issue_key, revoke_key
from open311.catalog.city import Jurisdiction
from open311.entrypoints.commands.options import jurisdiction_option
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.accounts.api_clients import all_clients, client_of

_CALLS_PER_MINUTE = click.IntRange(0, 1_000_000)

group = TableGroup("keys", help="Issue, list and revoke API keys.")


@group.command()
@click.argument("name")
@jurisdiction_option
@click.option("--contact", default="", help="Whom to write to about this client.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="Repeatable; default: requests.")
@click.option("--writes-per-minute", type=_CALLS_PER_MINUTE, help="Default: the setting's; 0 is no limit.")
@click.option("--reads-per-minute", type=_CALLS_PER_MINUTE, help="Default: the setting's; 0 is no limit.")
def issue(
    name: str,
    jurisdiction: Jurisdiction,
    contact: str,
    scopes: tuple[str, ...],
    writes_per_minute: int | None,
    reads_per_minute: int | None,
) -> None:
    """Issue a key to client NAME; it is shown only once."""
    if not name.strip():
        raise click.BadParameter("is empty", param_hint="NAME")
    click.echo(issue_key(jurisdiction, name, contact, scopes or ("requests",), writes_per_minute, reads_per_minute))


@group.command("list")
def list_keys() -> None:
    """List clients; the keys themselves are not stored."""
    for client in all_clients():
        state = "revoked" if client.revoked_at else ", ".join(client.scopes)
        click.echo(f"{client.key}\t{client.jurisdiction}\t{client.name}\t{state}\t{client.contact}")


@group.command()
@click.argument("client", type=int)
def revoke(client: int) -> None:
    """Revoke the key of CLIENT (its number).

    The number is the one that 'open311 keys list' shows.
    """
    if not revoke_key(client):
        raise click.ClickException(f"no key {client}, or revoked already")
    click.echo(f"key {client} is revoked")


@group.command("ensure-development")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, dir_okay=False), default=Path("var/api-key"), show_default=True
)
@jurisdiction_option
def ensure_development(path: Path, jurisdiction: Jurisdiction) -> None:
    """Keep a valid API key for development in a file.

    A new key is issued if the file has none, or one that is not valid here.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        api_key = path.read_text().strip()
        if not api_key or client_of(jurisdiction.key, api_key) is None:
            api_key = issue_key(jurisdiction, "development", scopes=SCOPES)
            path.write_text(api_key + "\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise click.ClickException(f"{path} cannot be used: {fault}") from None
    click.echo(api_key)
