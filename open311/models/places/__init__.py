"""Tables of boundary layers, and which service request lies in which boundary."""
