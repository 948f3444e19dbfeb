"""What every action stands on: the transaction, who acts, what it works with, and acting once."""
