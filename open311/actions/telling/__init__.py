"""Tell people and programs what happened: following, messages and how they are sent, previews, webhooks."""
