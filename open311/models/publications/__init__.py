"""The table of what the public may see."""
