"""Every way to narrow service requests: one table for the API, the staff's list, feeds and exports."""
