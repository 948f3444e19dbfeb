"""Geographic files as people hand them over: in zips, folders and other formats, whole or broken."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy
import pyogrio
import pytest
import shapely

from open311.adapters import geofiles
from open311.adapters.geodata import Geodata, UnreadableGeodata, read_geodata
from tests.places.layers import EAST, WEST, layer_file, square
from tests.serving import free_port

WARDS = ("1", "2")


def read(source: Any) -> Geodata:
    return read_geodata(str(source), "ward", "name")


def codes(source: Any) -> list[str]:
    return [feature.code for feature in read(source).features]


def reason(source: Any) -> str:
    with pytest.raises(UnreadableGeodata) as refused:
        read(source)
    told = str(refused.value)
    assert str(source) in told
    assert "\n" not in told
    return told


@pytest.fixture
def geojson(tmp_path: Path) -> Path:
    return Path(layer_file(tmp_path, (1, square(*WEST)), (2, square(*EAST))))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Two wards, written by GDAL in some format."""

    def run(name: str, properties: tuple[str, str] = ("ward", "name"), **how: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shapes = shapely.to_wkb([shapely.box(*WEST), shapely.box(*EAST)])
        values: list[Any] = [["1", "2"], ["One", "Two"]]
        how = {
            "crs": "EPSG:4326",
            "geometry_type": "Polygon",
            **({"driver": "KML"} if path.suffix == ".kml" else {}),
            **how,
        }
        with geofiles.quiet():
            pyogrio.raw.write(path, shapes, [_texts(each) for each in values], list(properties), **how)
        return path

    return run


def _texts(values: list[str]) -> Any:
    return numpy.array(values, dtype=object)


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """A web server of the files of a directory; gives its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def zipped(path: Path, *members: Path, below: Path, folder: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in members:
            packed.write(member, f"{folder}{member.relative_to(below)}")
    return path


@pytest.mark.parametrize("name", ["w.geojson", "w.shp", "w.gpkg", "w.fgb", "w.geojsonl", "w.gml", "w.kml"])
def test_a_format_that_gdal_knows_is_read_and_nothing_is_left_beside_it(
    written: Callable[..., Path], name: str
) -> None:
    properties = ("Name", "description") if name == "w.kml" else ("ward", "name")
    path = written(name, properties)
    before = sorted(path.parent.iterdir())
    found = read_geodata(str(path), *properties)
    assert {feature.code for feature in found.features} == {*WARDS}
    assert sorted(path.parent.iterdir()) == before


@pytest.mark.parametrize("folder", ["", "wards/", "export/2024/wards/", "my wards (new)/", "../"])
@pytest.mark.parametrize("suffix", ["shp", "geojson", "gpkg"])
def test_a_zip_is_read_whatever_folder_the_file_lies_in(
    written: Callable[..., Path], tmp_path: Path, folder: str, suffix: str
) -> None:
    path = written(f"in/wards.{suffix}")
    assert codes(zipped(tmp_path / "z.zip", *path.parent.iterdir(), below=path.parent, folder=folder)) == [*WARDS]


def test_what_a_mac_adds_to_a_zip_and_other_files_are_passed_over(written: Callable[..., Path], tmp_path: Path) -> None:
    path = written("in/wards.shp")
    packed = zipped(tmp_path / "z.zip", *path.parent.iterdir(), below=path.parent, folder="wards/")
    with zipfile.ZipFile(packed, "a") as more:
        for name in ("__MACOSX/wards/._wards.shp", "wards/.DS_Store", "wards/._wards.shp", "wards/read me.txt"):
            more.writestr(name, "not a shape")
    assert codes(packed) == [*WARDS]


def test_a_kmz_is_read(written: Callable[..., Path], tmp_path: Path) -> None:
    path = written("in/doc.kml", ("Name", "description"))
    found = read_geodata(str(zipped(tmp_path / "w.kmz", path, below=path.parent)), "Name", "description")
    assert [feature.code for feature in found.features] == ["1", "2"]


def test_of_several_layers_the_one_with_the_properties_is_read(written: Callable[..., Path], tmp_path: Path) -> None:
    limits, wards = written("in/a_city_limits.shp", ("id", "label")), written("in/z/wards.shp")
    both = [*limits.parent.glob("*.*"), *wards.parent.iterdir()]
    assert codes(zipped(tmp_path / "z.zip", *both, below=limits.parent)) == [*WARDS]


def test_of_several_layers_in_a_geopackage_the_one_with_the_properties_is_read(written: Callable[..., Path]) -> None:
    written("city.gpkg", ("id", "label"), layer="limits")
    assert codes(written("city.gpkg", layer="wards", append=False)) == [*WARDS]


def test_several_layers_that_could_be_meant_are_named_and_none_is_taken(
    written: Callable[..., Path], tmp_path: Path
) -> None:
    old, new = written("in/2010/wards.shp"), written("in/2020/wards_new.shp")
    both = [*old.parent.iterdir(), *new.parent.iterdir()]
    told = reason(zipped(tmp_path / "z.zip", *both, below=tmp_path / "in"))
    assert "wards.shp, wards_new.shp; leave one" in told


def test_several_layers_of_which_none_has_the_properties_are_named(written: Callable[..., Path]) -> None:
    written("city.gpkg", ("id", "label"), layer="limits")
    told = reason(written("city.gpkg", ("key", "label"), layer="hoods"))
    assert "the layers limits, hoods, none of which has the properties 'ward' and 'name'" in told


@pytest.mark.parametrize(
    ("lacking", "told"),
    [(".shx", ""), (".prj", ""), (".cpg", ""), (".dbf", "the .dbf file that belongs to the .shp file is missing")],
)
def test_a_shapefile_without_one_of_its_parts_is_read_or_the_part_is_named(
    written: Callable[..., Path], tmp_path: Path, lacking: str, told: str
) -> None:
    path = written("in/wards.shp")
    parts = [each for each in path.parent.iterdir() if each.suffix != lacking]
    packed = zipped(tmp_path / "z.zip", *parts, below=path.parent)
    if told:
        assert told in reason(packed)
    else:
        assert codes(packed) == [*WARDS]


def _locked(path: Path, geojson: Path) -> None:
    zipped(path, geojson, below=geojson.parent)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)


def _nested(path: Path, geojson: Path) -> None:
    inner = zipped(path.with_name("inner.zip"), geojson, below=geojson.parent)
    zipped(path, inner, below=inner.parent)


def _of_text(path: Path, geojson: Path) -> None:
    text = geojson.with_name("notes.txt")
    text.write_text("see the other mail")
    zipped(path, text, below=text.parent)


def _cut(path: Path, geojson: Path) -> None:
    zipped(path, geojson, below=geojson.parent)
    content = path.read_bytes()
    start = content.index(geojson.name.encode()) + len(geojson.name)
    path.write_bytes(content[:start] + b"\0" * 20 + content[start + 20 :])


def _of_nothing(path: Path, _: Path) -> None:
    zipfile.ZipFile(path, "w").close()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_locked, "is locked with a password"),
        (_nested, "holds another zip, inner.zip; unpack"),
        (_of_text, "holds no geographic file, but notes.txt"),
        (_of_nothing, "holds no geographic file, but nothing"),
        (_cut, "cannot be unpacked"),
    ],
)
def test_a_zip_that_cannot_be_read_says_why(
    tmp_path: Path, geojson: Path, make: Callable[[Path, Path], None], told: str
) -> None:
    path = tmp_path / "z.zip"
    make(path, geojson)
    assert told in reason(path)


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 1000), ("MAX_MEMBERS", 1)])
def test_a_zip_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, geojson: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    bomb = geojson.with_name("bomb.geojson")
    bomb.write_bytes(b" " * 1_000_000)
    packed = zipped(tmp_path / "z.zip", geojson, bomb, below=geojson.parent)
    assert packed.stat().st_size < 10_000
    monkeypatch.setattr(geofiles, limit, value)
    assert "unpacks to more than" in (told := reason(packed)) or "holds 2 files" in told


CAFE = (
    '{"type":"FeatureCollection","features":[\n'
    '{"type":"Feature","properties":{"ward":"1","name":"Café"},"geometry":null}]}'
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \n ", "cannot be read"),
        (b"no geography", "it is no geographic file"),
        (CAFE[:60].encode(), "cannot be read"),
        (CAFE.encode()[:-2], "Unterminated"),
        (CAFE.encode("latin-1"), "is not UTF-8 text (line 2); save it as UTF-8"),
        (CAFE.encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        (CAFE.encode("utf-16-be"), "is UTF-16 text; save it as UTF-8"),
        (b"PK\x03\x04 and no zip", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "cannot be read"),
        (b"[]", "cannot be read"),
        (b"<kml><Document><Placemark>", ""),
        (b"a,b\n1,2\n", ""),
        (b"\0" * 300, "cannot be read"),
    ],
)
def test_a_file_that_is_none_or_broken_ends_in_a_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "wards.geojson"
    file.write_bytes(content)
    assert told in reason(file)


def test_a_directory_and_a_file_that_is_missing_end_in_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in reason(tmp_path)
    assert "cannot be read" in reason(tmp_path / "nothing.geojson")


def test_texts_in_another_encoding_than_a_shapefile_names_end_in_a_sentence(
    written: Callable[..., Path], tmp_path: Path
) -> None:
    path = written("in/wards.shp", encoding="UTF-8")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"Two", b"T\xe9o"))
    assert "encoding" in reason(path)


@pytest.mark.parametrize("kind", ["plain", "zip"])
def test_a_file_on_the_web_is_read_like_one_on_disk(geojson: Path, tmp_path: Path, kind: str) -> None:
    packed = zipped(tmp_path / "z.zip", geojson, below=geojson.parent, folder="wards/")
    (tmp_path / "web").mkdir()
    (geojson if kind == "plain" else packed).rename(tmp_path / "web" / "download")
    with serving(tmp_path / "web") as url:
        assert codes(f"{url}/download?format=any") == [*WARDS]


def test_an_address_without_a_file_ends_in_a_sentence(tmp_path: Path) -> None:
    assert "cannot be read" in reason(f"http://127.0.0.1:{free_port()}/wards.geojson")
    with serving(tmp_path) as url:
        assert "404" in reason(f"{url}/wards.geojson")


def test_the_properties_that_there_are_are_named(geojson: Path) -> None:
    with pytest.raises(UnreadableGeodata, match="has no property 'zip'; it has ward, name"):
        read_geodata(str(geojson), "zip", "name")
    bare = geojson.with_name("bare.geojson")
    bare.write_text(json.dumps({"type": "Polygon", "coordinates": square(*WEST)}))
    assert "has no property 'ward'; it has none" in reason(bare)
