"""Photos with something on them that nobody should see."""

from __future__ import annotations

import io

from PIL import Image

CAR = {"service_code": "SR-PD01", "attribute[vehicle_type]": "car", "attribute[color]": "red"}


SIZE = (800, 600)


def picture() -> tuple[io.BytesIO, str]:
    image = Image.new("RGB", SIZE, "red")
    image.paste("yellow", (200, 300, 400, 450))
    written = io.BytesIO()
    image.save(written, "jpeg", quality=95)
    return io.BytesIO(written.getvalue()), "car.jpg"


def yellow(content: bytes) -> int:
    """How many pixels are of what nobody should see."""
    pixels = Image.open(io.BytesIO(content)).convert("RGB").tobytes()
    return sum(red > 128 and green > 128 for red, green in zip(pixels[::3], pixels[1::3], strict=True))
