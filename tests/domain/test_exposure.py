"""What everybody may see of a service request, for every combination of what decides it."""

from __future__ import annotations

from itertools import product

import pytest

from open311.domain.exposure import Moderation, Precision, Publishing, exposure, first_moderation, is_stricter

EVERY = list(product(Publishing, Precision, (True, False), Moderation, Publishing))


@pytest.mark.parametrize(
    ("publishing", "moderation", "private", "listed", "text"),
    [
        (Publishing.AT_ONCE, Moderation.APPROVED, False, True, True),
        (Publishing.REVIEWED, Moderation.PENDING, False, True, False),
        (Publishing.REVIEWED, Moderation.APPROVED, False, True, True),
        (Publishing.REVIEWED, Moderation.HIDDEN, False, False, False),
        (Publishing.AT_ONCE, Moderation.APPROVED, True, False, False),
        (Publishing.PRIVATE, Moderation.APPROVED, False, False, False),
    ],
)
def test_what_is_listed_and_what_its_words_show(
    publishing: Publishing, moderation: Moderation, private: bool, listed: bool, text: bool
) -> None:
    seen = exposure(publishing, Precision.EXACT, private, moderation)
    assert (seen.listed, seen.text) == (listed, text)


@pytest.mark.parametrize(("publishing", "location", "private", "moderation", "photos"), EVERY)
def test_nothing_shows_more_than_what_it_is_part_of(
    publishing: Publishing, location: Precision, private: bool, moderation: Moderation, photos: Publishing
) -> None:
    seen = exposure(publishing, location, private, moderation, photos)
    assert seen.foreign_photos <= seen.photos <= seen.text <= seen.listed
    assert not (seen.photos and location is not Precision.EXACT), "a photo may give a blurred place away"
    assert not (seen.photos and photos is Publishing.PRIVATE)
    assert not (seen.foreign_photos and photos is not Publishing.AT_ONCE), "nobody reviews what may change elsewhere"
    assert not (seen.listed and private)


@pytest.mark.parametrize(
    ("publishing", "moderation"),
    [
        (Publishing.AT_ONCE, Moderation.APPROVED),
        (Publishing.REVIEWED, Moderation.PENDING),
        (Publishing.PRIVATE, Moderation.PENDING),
    ],
)
def test_only_what_is_public_at_once_needs_no_review(publishing: Publishing, moderation: Moderation) -> None:
    assert first_moderation(publishing) is moderation


@pytest.mark.parametrize(
    ("new", "old", "stricter"),
    [
        (("at_once", "exact"), ("at_once", "exact"), False),
        (("reviewed", "exact"), ("at_once", "exact"), True),
        (("at_once", "block"), ("at_once", "exact"), True),
        (("at_once", "boundary"), ("at_once", "block"), True),
        (("private", "exact"), ("at_once", "boundary"), True),
        (("at_once", "exact"), ("private", "boundary"), False),
        (("at_once", "block"), ("private", "exact"), True),
    ],
)
def test_settings_are_stricter_where_they_hide_anything_that_was_shown(
    new: tuple[str, str], old: tuple[str, str], stricter: bool
) -> None:
    assert is_stricter(new, old) is stricter
