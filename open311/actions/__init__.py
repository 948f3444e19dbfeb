"""Every write, one file a use case. Each is one transaction; what must follow is queued in the same one."""
