"""Find the city's files if ``CITY_DIR`` does not name their directory."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
"""The directory of the package ``open311``."""


def city_directory() -> Path:
    """Return the directory with ``config/``, ``service_definitions/`` and ``schemas/``.

    In a checkout it is the root, so that edits take effect. An installed wheel has a copy of the city that it was built
    from.
    """
    checkout = PACKAGE.parent
    return checkout if (checkout / "setup.cfg").is_file() else PACKAGE / "city"
