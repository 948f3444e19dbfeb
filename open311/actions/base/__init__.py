"""What every action is built on: the transaction, the actor, the environment, and doing a thing only once."""
