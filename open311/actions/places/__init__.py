"""Load the boundaries of the city."""
