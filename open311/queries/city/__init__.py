"""Which services the city offers now, and offered once."""
