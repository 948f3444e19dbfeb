"""Take in a report: turn a checked draft into a service request with its photos and its number."""
