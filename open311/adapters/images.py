"""Make strangers' photos harmless: decode them, turn them upright, drop everything but pixels, encode them again."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageOps

from open311.domain.photo import Box

pillow_heif.register_heif_opener(thumbnails=False)

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""The formats that are decoded at all, recognized by content and never by a file's name."""
MAX_PHOTO_BYTES = 15 * 1024 * 1024
"""The largest upload that is decoded as a photo, in bytes."""
MAX_PHOTO_PIXELS = 50_000_000
"""The most pixels (width times height) of a photo that is decoded."""
MAX_SIDE_PIXELS = 2048
"""The longer side of a stored photo, in pixels; larger photos are scaled down to it."""
THUMBNAIL_SIDE_PIXELS = 320
"""The longer side of a thumbnail, in pixels."""
JPEG_QUALITY = 85
"""The quality of stored JPEGs, on Pillow's scale of 1 to 95."""


class UnreadableImage(Exception):
    """The bytes are not a photo that is accepted; the message says why."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A photo and its thumbnail as JPEG, and the photo's size in pixels."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int


def clean_image(data: bytes, *, max_bytes: int = MAX_PHOTO_BYTES, max_pixels: int = MAX_PHOTO_PIXELS) -> CleanImage:
    """Decode a photo, recognizing its format by its content, and encode it again; equal bytes give equal results.

    :raises UnreadableImage: when the bytes are not a photo, or one that is too large.
    """
    if len(data) > max_bytes:
        raise UnreadableImage(f"a photo has at most {max_bytes // 1024 // 1024} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=PHOTO_FORMATS) as opened:
                if opened.width * opened.height > max_pixels:
                    raise UnreadableImage(f"a photo has at most {max_pixels // 1_000_000} million pixels")
                opened.draft("RGB", (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
                upright = ImageOps.exif_transpose(opened)
                photo = _to_srgb(upright)
    except UnreadableImage:
        raise
    except Exception as fault:  # decoders fail in many ways on hostile bytes; none may lose a report
        raise UnreadableImage("not a JPEG, PNG, WebP or HEIC photo") from fault
    photo.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), Image.Resampling.LANCZOS)
    return _finished(photo)


def blacken(data: bytes, boxes: Sequence[Box]) -> CleanImage:
    """Black out boxes of a clean photo and of its thumbnail; nothing of what was under a box is left in either."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        photo = opened.convert("RGB")
    draw = ImageDraw.Draw(photo)
    for box in boxes:
        draw.rectangle(box.pixels(photo.width, photo.height), fill="black")
    return _finished(photo)


def _finished(photo: Image.Image) -> CleanImage:
    small = photo.copy()
    small.thumbnail((THUMBNAIL_SIDE_PIXELS, THUMBNAIL_SIDE_PIXELS), Image.Resampling.LANCZOS)
    return CleanImage(_jpeg(photo), _jpeg(small), photo.width, photo.height)


def _to_srgb(image: Image.Image) -> Image.Image:
    """Return only the pixels, in sRGB, with white where they were transparent and without any metadata."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = turned or image
        except ImageCms.PyCMSError:
            pass  # a broken profile: the raw colors are better than no photo
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
    image.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return written.getvalue()
