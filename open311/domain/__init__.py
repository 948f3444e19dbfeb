"""The city's rules, in the standard library only: what is allowed, promised and published."""
