"""Tell people and programs what happened: who follows what, messages, letters, webhooks."""
