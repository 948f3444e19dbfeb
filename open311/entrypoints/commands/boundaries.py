"""``open311 boundaries``: wards, districts, neighbourhoods."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from open311.actions.load_boundaries import load_boundaries
from open311.adapters.geodata import UnreadableGeodata
from open311.api.installation import installation
from open311.catalog.city import Layer
from open311.queries.boundaries import layers

group = AppGroup("boundaries", help="Load and list boundary layers.")
_DAY = click.DateTime(["%Y-%m-%d"])


@group.command()
@click.argument("layer")
@click.argument("source")
@click.option("--jurisdiction", help="Only this one; default: every jurisdiction that names the layer.")
@click.option("--vintage", help="Default: the one in config/boundaries.yaml.")
@click.option("--valid-from", type=_DAY, help="First day; default: the file's, else since ever.")
@click.option("--valid-to", type=_DAY, help="Last day.")
def load(
    layer: str,
    source: str,
    jurisdiction: str | None,
    vintage: str | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
) -> None:
    """Load LAYER of config/boundaries.yaml from the file or URL SOURCE, and tag service requests again."""
    found = {
        each.key: each
        for each in installation().environment.city.jurisdictions.values()
        if layer in each.layers and jurisdiction in (None, each.key)
    }
    if not found:
        raise click.BadParameter(f"no layer {layer!r} in config/boundaries.yaml", param_hint="LAYER")
    described: Layer = next(iter(found.values())).layers[layer]
    try:
        loaded = load_boundaries(
            list(found.values()),
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


@group.command("list")
def list_layers() -> None:
    """List what is loaded: layer, vintage, number of boundaries."""
    for key in installation().environment.city.jurisdictions:
        for row in layers(key):
            mark = "current" if row["current"] else ""
            click.echo(f"{key}\t{row['layer']}@{row['vintage']}\t{row['boundaries']}\t{mark}")
