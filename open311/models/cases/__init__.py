"""Tables of a service request and of all that happens to it."""
