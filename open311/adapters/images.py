"""Photos from strangers, made harmless: decoded, turned upright, stripped of everything but pixels, encoded anew."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageOps

from open311.domain.photo import Box

pillow_heif.register_heif_opener(thumbnails=False)

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""What is decoded at all, whatever a file calls itself."""
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2048
"""Pixels of the stored photo."""
THUMBNAIL_SIDE = 320
QUALITY = 85


class UnreadableImage(Exception):
    """The bytes are no photo that is taken; the message says why."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A photo as JPEG, its thumbnail as JPEG, and its size in pixels."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int


def clean_image(data: bytes, *, most_bytes: int = MOST_BYTES, most_pixels: int = MOST_PIXELS) -> CleanImage:
    """Decode a photo (the type is told by its content) and encode it anew; the same bytes give the same result.

    :raises UnreadableImage: for anything else, whatever the bytes are.
    """
    if len(data) > most_bytes:
        raise UnreadableImage(f"a photo has at most {most_bytes // 1024 // 1024} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > most_pixels:
                    raise UnreadableImage(f"a photo has at most {most_pixels // 1_000_000} million pixels")
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(opened)
                photo = _to_srgb(upright)
    except UnreadableImage:
        raise
    except Exception as fault:  # decoders fail in many ways on hostile bytes; none may lose a report
        raise UnreadableImage("not a JPEG, PNG, WebP or HEIC photo") from fault
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return _finished(photo)


def blacken(data: bytes, boxes: Sequence[Box]) -> CleanImage:
    """A clean photo with black boxes in it, and the thumbnail of that: nothing below a box is left in either."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        photo = opened.convert("RGB")
    draw = ImageDraw.Draw(photo)
    for box in boxes:
        draw.rectangle(box.pixels(photo.width, photo.height), fill="black")
    return _finished(photo)


def _finished(photo: Image.Image) -> CleanImage:
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return CleanImage(_jpeg(photo), _jpeg(small), photo.width, photo.height)


def _to_srgb(image: Image.Image) -> Image.Image:
    """The pixels alone, in sRGB, on white where they were transparent; no metadata comes along."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = turned or image
        except ImageCms.PyCMSError:
            pass  # a broken profile: the raw colours are better than no photo
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 257).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "P") and (image.mode != "P" or "transparency" in image.info):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    return clean


def _jpeg(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()
