"""What became of a report that was taken in: its token and its number."""
