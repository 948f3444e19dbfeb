"""Take in a report: from a checked draft to a service request with its photos and its number."""
