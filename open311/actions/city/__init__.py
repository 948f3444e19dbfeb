"""Bring a city in: its files, its past requests, a made-up sample."""
