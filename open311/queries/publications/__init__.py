"""What the public may read: lists of service requests by any filter, their updates and photos."""
