"""Names stand where people look for them: by the city's language, and numbers by number, wherever they are listed."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from open311.actions.places.load_boundaries import load_boundaries
from open311.catalog.city import Jurisdiction
from open311.queries.order import in_order
from open311.queries.places.boundaries import choices
from tests.conftest import API
from tests.places.layers import layer_file, square

ORDERS = [
    ("en", ["1", "2", "10", "100"]),
    ("en", ["Ward 2", "Ward 10", "ward 11", "Ward 100"]),
    ("en", ["1st District", "2nd District", "10th District"]),
    ("en", ["2A", "2B", "10A", "A2", "A10"]),
    ("en", ["7", "19", "Airport", "Bridesburg", "Zoo"]),
    ("en", ["apple", "Banana", "cherry", "Étoile", "Zebra"]),
    ("es", ["Árboles", "Basura", "Ñandú", "Semáforos y señales"]),
    ("es", ["nube", "nuez", "ñandú", "obra"]),
    ("sv", ["Zinkgatan", "Ågatan", "Ängen", "Ön"]),
    ("de", ["Ahorn", "Äpfel", "Birne", "Öl", "Ost", "Straße", "Zoo"]),
    ("da", ["Zoo", "Ærø", "Ø", "Ålborg"]),
    ("cs", ["Cesta", "Čáp", "Hora", "Chata", "Ibis"]),
    ("pt-BR", ["Água", "Bairro 2", "Bairro 10", "Ônibus", "Praça"]),
    ("zh", ["万", "一"]),
    ("xx", ["Árbol", "Baum"]),
    ("not a language'; --", ["Árbol", "Baum"]),
    ("en", []),
    ("en", ["alone"]),
    ("en", ["9" * 30, "a"]),
]


@pytest.mark.parametrize(("language", "names"), ORDERS)
def test_names_stand_in_the_order_of_a_language(city: Any, language: str, names: list[str]) -> None:
    shuffled = random.Random(1).sample(names, len(names))
    assert in_order(shuffled, language) == names


HOODS = {"Z1": "Árboles", "2": "Fishtown", "10": "Bridesburg", "LONGEST_CODE": "Andorra", "5": "Área 10", "6": "Área 9"}
SORTED = ["Andorra", "Árboles", "Área 9", "Área 10", "Bridesburg", "Fishtown"]


@pytest.fixture
def hoods(phila: Jurisdiction, city: Any, tmp_path: Path) -> None:
    """Boundaries whose codes are of several lengths."""
    file = Path(layer_file(tmp_path, *((code, square(-75.2, 39.9, -75.1, 40.0)) for code in HOODS)))
    written = file.read_text()
    for code, name in HOODS.items():
        written = written.replace(f'"Ward {code}"', f'"{name}"')
    file.write_text(written)
    load_boundaries([phila], phila.layers["ward"], str(file))


def test_boundaries_are_listed_by_name_wherever_they_are(client: FlaskClient, phila: Jurisdiction, hoods: None) -> None:
    assert [choice.name for choice in choices(phila)] == SORTED
    shapes = client.get(f"{API}/boundaries/ward.geojson").get_json()["features"]
    assert [shape["properties"]["name"] for shape in shapes] == SORTED
    page = client.get("/follow/boundary").get_data(as_text=True)
    assert re.findall(r"<option[^>]*>([^<]+)</option>", page)[-len(SORTED) :] == SORTED
