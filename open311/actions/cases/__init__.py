"""Work on a service request: every step, note, assignment, relation, and photo review."""
