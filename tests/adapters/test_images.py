"""Photos from strangers come out harmless, or not at all."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from open311.adapters.decoding import _Memory
from open311.adapters.images import MAX_SIDE_PIXELS, THUMBNAIL_SIDE_PIXELS, UnreadableImage, clean_image
from open311.domain.photo import Unkept

HALVES = ((220, 30, 30), (30, 30, 220))


def photo(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (400, 300), **options: Any) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, HALVES[0])
    image.paste(HALVES[1], (size[0] // 2, 0, *size))
    written = io.BytesIO()
    image.convert(mode).save(written, kind, **options)
    return written.getvalue()


def with_exif(**tags: Any) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[int(tag[1:], 16)] = value
    return exif


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"),
     ("WEBP", "RGB"), ("WEBP", "RGBA"), ("HEIF", "RGB"), ("AVIF", "RGB"), ("AVIF", "RGBA")],
)  # fmt: skip
def test_photos_of_every_accepted_kind_become_jpeg(kind: str, mode: str) -> None:
    clean = clean_image(photo(kind, mode))
    assert (clean.width, clean.height) == (400, 300)
    assert opened(clean.image).format == opened(clean.thumbnail).format == "JPEG"
    assert max(opened(clean.thumbnail).size) == THUMBNAIL_SIDE_PIXELS


def test_a_deep_png_keeps_its_brightness() -> None:
    written = io.BytesIO()
    Image.new("I;16", (8, 8), 32_768).save(written, "PNG")
    grey = opened(clean_image(written.getvalue()).image).convert("L").getpixel((4, 4))
    assert isinstance(grey, int)
    assert 120 <= grey <= 136


def test_the_place_is_gone_from_the_photo() -> None:
    exif = with_exif(x010F="Maker", x9286="a comment")
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 57.0, 9.0), 3: "W", 4: (75.0, 9.0, 54.0)})
    source = photo(exif=exif.tobytes(), comment=b"secret")
    assert b"Maker" in source
    clean = clean_image(source)
    for data in (clean.image, clean.thumbnail):
        assert not opened(data).getexif()
        assert b"Exif" not in data
        assert b"Maker" not in data
        assert b"secret" not in data


def test_a_photo_that_lies_on_its_side_is_turned_upright() -> None:
    clean = clean_image(photo(exif=with_exif(x0112=6).tobytes()))
    assert (clean.width, clean.height) == (300, 400)
    red = opened(clean.image).getpixel((150, 20))
    assert isinstance(red, tuple)
    assert red[0] > 180 > red[2]


def test_transparency_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, "PNG")
    corner = opened(clean_image(written.getvalue()).image).getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert min(corner) > 250


def test_a_large_photo_is_made_smaller() -> None:
    clean = clean_image(photo(size=(4000, 1000)))
    assert (clean.width, clean.height) == (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS // 4)


def test_the_same_photo_gives_the_same_bytes() -> None:
    assert clean_image(photo()) == clean_image(photo())


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises more than is there, and whose pixels begin."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\x20IDAT"
    )


GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", GIF, photo()[:500], photo("PNG")[:60],
     photo("HEIF")[:200], b"\xff\xd8\xff" + bytes(100), b"%PDF-1.4"],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        clean_image(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GIF, Unkept.UNREADABLE),
        (b"", Unkept.UNREADABLE),
        (photo()[:-400], Unkept.CUT_OFF),
        (photo("PNG")[:-100], Unkept.CUT_OFF),
        (png_that_claims(60_000, 60_000), Unkept.TOO_MANY_PIXELS),
        (png_that_claims(11_000, 10_000), Unkept.TOO_MANY_PIXELS),
    ],
)
def test_why_a_photo_was_not_kept_is_said(data: bytes, reason: Unkept) -> None:
    with pytest.raises(UnreadableImage) as raised:
        clean_image(data)
    assert raised.value.reason is reason


@pytest.mark.parametrize(
    "broken",
    [
        {"icc_profile": b"no profile at all"},
        {"icc_profile": b""},
        {"icc_profile": bytes(128)},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()},
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()[:200]},
        {"exif": b"Exif\0\0II*\0\xff\xff\xff\xff"},
        {"exif": b"Exif\0\0nonsense"},
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_what_is_broken_beside_the_pixels_loses_no_photo(broken: dict[str, bytes], mode: str) -> None:
    assert clean_image(photo(mode=mode, **broken)).width == 400


@pytest.mark.parametrize("before", [b"\n", b"\r\n", b"\r\n\r\n"])
def test_an_empty_line_before_a_photo_loses_nothing(before: bytes) -> None:
    assert clean_image(before + photo()) == clean_image(photo())


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(UnreadableImage, match="MB"):
        clean_image(photo(), max_bytes=100)


LARGEST = """
import io, resource, sys
from PIL import Image, ImageCms
from open311.adapters.decoding import MAX_DECODING_BYTES
from open311.adapters.decoding import _Memory
from open311.adapters.images import UnreadableImage, clean_image
data = open(sys.argv[1], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    clean = clean_image(data)
    print(clean.width, end=" ")
except UnreadableImage as fault:
    print(fault.reason, end=" ")
taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
print("within" if taken < MAX_DECODING_BYTES + 64 * 1024 * 1024 else f"{taken:,} bytes")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "size", "said"),
    [
        ("JPEG", "RGB", (8160, 6144), "2048"),
        ("JPEG", "RGB", (16320, 12240), "2048"),
        ("JPEG progressive", "RGB", (8160, 6144), "2048"),
        ("JPEG progressive", "CMYK", (9000, 9000), "too_many_pixels"),
        ("PNG", "RGB", (8000, 6125), "2048"),
        ("PNG", "RGBA", (8000, 6125), "2048"),
        ("WEBP", "RGB", (8000, 6125), "too_many_pixels"),
        ("WEBP", "RGB", (5000, 6000), "1707"),
    ],
)
def test_photos_of_todays_phones_are_read_in_bounded_memory(
    kind: str, mode: str, size: tuple[int, int], said: str, tmp_path: Path
) -> None:
    written = tmp_path / "photo"
    options = {"progressive": True} if "progressive" in kind else {"compress_level": 1} if kind == "PNG" else {}
    Image.new(mode, size).save(written, kind.split()[0], **options)
    done = subprocess.run([sys.executable, "-c", LARGEST, written], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [said, "within"]


def test_decoders_wait_for_each_others_memory() -> None:
    memory, order = _Memory(10), []

    def other() -> None:
        with memory.lent(6):
            order.append("other")

    with memory.lent(6):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]


def test_random_bytes_never_break_anything_but_the_photo() -> None:
    chance = random.Random(311)
    source = bytearray(photo())
    for _ in range(200):
        broken = bytearray(source)
        for _ in range(20):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert clean_image(bytes(broken)).image.startswith(b"\xff\xd8")
        except UnreadableImage:
            continue
