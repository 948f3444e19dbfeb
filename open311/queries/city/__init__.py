"""Queries about the city's files: what the database recorded of them, and what an import compares with."""
