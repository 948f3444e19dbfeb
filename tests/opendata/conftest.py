"""Open data is read from the same published service requests as the API."""

from tests.georeport.conftest import put

__all__ = ["put"]
