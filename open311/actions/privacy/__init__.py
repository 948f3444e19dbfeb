"""What is held about a person: hand it out, erase it, forget it in time."""
