"""Make strangers' photos harmless: decode them, turn them upright, drop everything but pixels, encode them again."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageOps, UnidentifiedImageError

from open311.adapters.decoding import MAX_DECODING_BYTES, MAX_PIXELS, MEMORY, bytes_to_decode
from open311.domain.photo import MAX_PHOTO_BYTES, Box, Unkept

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # decoding.py has the bounds, by what each format takes

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
"""The formats that are decoded at all, recognized by content and never by a file's name."""
MAX_SIDE_PIXELS = 2048
"""The longer side of a stored photo, in pixels; larger photos are scaled down to it."""
THUMBNAIL_SIDE_PIXELS = 320
"""The longer side of a thumbnail, in pixels."""
JPEG_QUALITY = 85
"""The quality of stored JPEGs, on Pillow's scale of 1 to 95."""


class UnreadableImage(Exception):
    """The bytes are not a photo that is accepted; ``reason`` says why."""

    def __init__(self, reason: Unkept) -> None:
        super().__init__(reason.said)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A photo and its thumbnail as JPEG, and the photo's size in pixels."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int


def clean_image(data: bytes, *, max_bytes: int = MAX_PHOTO_BYTES) -> CleanImage:
    """Decode a photo, recognizing its format by its content, and encode it again; equal bytes give equal results.

    All threads together use at most ``MAX_DECODING_BYTES`` for it, and wait for each other.

    :raises UnreadableImage: when the bytes are not a photo, or one that is too large.
    """
    if len(data) > max_bytes:
        raise UnreadableImage(Unkept.TOO_MANY_BYTES)
    data = data.lstrip(b"\r\n")  # some apps put an empty line before the file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _opened(data) as opened:
                return _clean(opened, data)
    except UnreadableImage:
        raise
    except MemoryError:
        raise UnreadableImage(Unkept.TOO_MANY_PIXELS) from None
    except Exception as fault:  # decoders fail in many ways on hostile bytes; none may lose a report
        raise UnreadableImage(Unkept.CUT_OFF) from fault


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=PHOTO_FORMATS)
    except UnidentifiedImageError:
        raise UnreadableImage(Unkept.UNREADABLE) from None


def _clean(opened: Image.Image, data: bytes) -> CleanImage:
    pixels = opened.width * opened.height
    opened.draft("RGB", (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
    needed = bytes_to_decode(opened, data, pixels)
    if pixels > MAX_PIXELS or needed > MAX_DECODING_BYTES:
        raise UnreadableImage(Unkept.TOO_MANY_PIXELS)
    with MEMORY.lent(needed):
        photo = _scaled(opened)
    return _finished(_to_srgb(_upright(photo)))


def _scaled(image: Image.Image) -> Image.Image:
    """Decode an image, scaled down to what is stored, before anything makes copies of it."""
    image.load()
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 257).convert("L")
    elif image.mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    image.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Turn an image as its EXIF data say; where these are broken, it stays as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # a photo on its side is better than none
        return image


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
        image = _in_srgb(image, profile)
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    clean = Image.new("RGB", image.size)
    clean.paste(image.convert("RGB"))
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert the colors of an image by its profile; where that is broken, the raw colors are better than no photo."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except Exception:  # PyCMSError, OSError, TypeError: the library fails in many ways
        return image
    return turned or image


def _jpeg(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return written.getvalue()
