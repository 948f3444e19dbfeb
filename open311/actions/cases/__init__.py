"""Work on service requests: steps, comments, notes, assignment, merging, splitting, referral, photo review."""
