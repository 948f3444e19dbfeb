"""Render what the public may see of service requests, or withdraw it."""
