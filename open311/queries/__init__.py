"""Every read, and all geographic SQL."""
