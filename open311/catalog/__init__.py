"""Read the city's YAML files, check them, and turn them into frozen objects."""
