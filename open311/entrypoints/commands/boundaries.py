"""The command ``open311 boundaries``: load, list and remove wards, districts and neighborhoods."""

from __future__ import annotations

import re
from datetime import datetime

import click

from open311.actions.base.environment import current_environment
from open311.actions.places.load_boundaries import SAMPLE, load_boundaries
from open311.actions.places.remove_boundaries import remove_boundaries
from open311.adapters.geodata import UnreadableGeodata
from open311.catalog.city import Jurisdiction
from open311.domain.errors import UnknownBoundary
from open311.entrypoints.commands.options import only_jurisdiction_option
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.places.boundaries import layers

group = TableGroup("boundaries", help="Load, list and remove boundary layers.")
_DAY = click.DateTime(["%Y-%m-%d"])


def _vintage(_: click.Context, __: click.Parameter, vintage: str | None) -> str | None:
    """Check that queries can name the vintage; config/boundaries.yaml has this rule too (see its JSON schema)."""
    if vintage is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", vintage):
        raise click.BadParameter("letters, digits, '.', '_' and '-' only")
    if vintage == SAMPLE:
        raise click.BadParameter(f"{SAMPLE!r} is reserved for the sample layers that come with the project")
    return vintage


@group.command()
@click.argument("layer")
@click.argument("source")
@only_jurisdiction_option
@click.option("--vintage", callback=_vintage, help="Default: the one in config/boundaries.yaml.")
@click.option("--valid-from", type=_DAY, help="First day; default: the file's, or no limit.")
@click.option("--valid-to", type=_DAY, help="Last day.")
def load(
    layer: str,
    source: str,
    jurisdiction: Jurisdiction | None,
    vintage: str | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
) -> None:
    """Load LAYER of config/boundaries.yaml from a file or URL (SOURCE).

    Service requests are tagged with the new boundaries.
    """
    asked = [jurisdiction] if jurisdiction else current_environment().city.jurisdictions.values()
    found = [each for each in asked if layer in each.layers]
    if not found:
        raise click.BadParameter(f"no layer {layer!r} in config/boundaries.yaml", param_hint="LAYER")
    described = found[0].layers[layer]
    if valid_from and valid_to and valid_to < valid_from:
        raise click.BadParameter("lies before --valid-from", param_hint="--valid-to")
    try:
        loaded = load_boundaries(
            found,
            described,
            source,
            vintage=vintage,
            valid_from=valid_from.date() if valid_from else None,
            valid_to=valid_to.date() if valid_to else None,
        )
    except UnreadableGeodata as fault:
        raise click.ClickException(str(fault)) from None
    for key, count in loaded.items():
        click.echo(
            f"{key}: {count.features} features, {count.boundaries} boundaries, {count.repaired} repaired, "
            f"{count.refused} refused, {count.tags} tags of service requests"
        )
    for remark in dict.fromkeys(remark for count in loaded.values() for remark in count.remarks):
        click.echo(f"  {remark}")


@group.command()
@click.argument("layer")
@only_jurisdiction_option
@click.option("--vintage", required=True, help="Which one, as 'open311 boundaries list' has it.")
def remove(layer: str, jurisdiction: Jurisdiction | None, vintage: str) -> None:
    """Remove a vintage of LAYER.

    Service requests lose their tags of its boundaries; of the vintages that are left, the newest that holds today is in
    force.
    """
    environment = current_environment()
    asked = [jurisdiction.key] if jurisdiction else list(environment.city.jurisdictions)
    try:
        removed = remove_boundaries(environment, asked, layer, vintage)
    except UnknownBoundary as fault:
        raise click.ClickException(str(fault)) from None
    for key, count in removed.items():
        now = f"{layer}@{count.in_force} is in force now" if count.in_force else f"no {layer} is in force now"
        click.echo(
            f"{key}: {layer}@{vintage} removed, {count.boundaries} boundaries, "
            f"{count.tags} tags of service requests; {now}"
        )


@group.command("list")
def list_layers() -> None:
    """List loaded layers: vintage, number of boundaries."""
    for key in current_environment().city.jurisdictions:
        for row in layers(key):
            mark = "current" if row.current else ""
            click.echo(f"{key}\t{row.layer}@{row.vintage}\t{row.boundaries}\t{mark}")
