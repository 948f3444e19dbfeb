"""The city in files: YAML read, checked and turned into frozen objects."""
