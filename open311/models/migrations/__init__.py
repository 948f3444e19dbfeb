"""Alembic's scripts; ``open311 database migrate`` runs them."""
