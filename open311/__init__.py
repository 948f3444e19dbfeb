"""A city's 311 system around an Open311 GeoReport v2 server."""
