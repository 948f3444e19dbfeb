"""Queries about cases for staff: lists, counts, one case with its history, the people who reported it."""
