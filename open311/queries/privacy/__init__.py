"""What is stored about a person, and which of it is due to be forgotten."""
