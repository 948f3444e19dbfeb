"""The command line, one file for each noun. The first line of a command's docstring is its help."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.commands import (
    accounts,
    boundaries,
    calendar,
    casework,
    catalog,
    examples,
    imports,
    keys,
    photos,
    privacy,
    publications,
    routing,
    sample,
    schema,
    serving,
    webhooks,
)


def register(app: Flask) -> None:
    """Add every command to ``open311``: those of ``casework`` to the group ``requests``, ``examples`` to ``city``."""
    app.cli.help = "Run and look after a city's Open311 server."
    for module in (accounts, boundaries, calendar, casework, catalog, examples, imports, keys):
        app.cli.add_command(module.group)
    for module in (photos, privacy, routing, sample, schema, webhooks):
        app.cli.add_command(module.group)
    app.cli.add_command(publications.publish)
    app.cli.add_command(serving.serve)
    app.cli.add_command(serving.worker)
