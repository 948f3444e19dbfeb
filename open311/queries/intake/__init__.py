"""Queries about reports that were taken in: tokens, remembered answers, files of photos."""
