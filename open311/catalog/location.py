"""Where the city's own files lie when no other place is named (``CITY_DIR`` names one)."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def city_directory() -> Path:
    """The directory that holds ``config/``, ``service_definitions/`` and ``schemas/``.

    In a checkout that is its root, so that an edit counts at once. An installed wheel carries a copy of the city it was
    built from.
    """
    checkout = PACKAGE.parent
    return checkout if (checkout / "setup.cfg").is_file() else PACKAGE / "city"
