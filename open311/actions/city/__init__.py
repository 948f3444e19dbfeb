"""Bring a city into the database: its files, its past service requests, an invented sample."""
