"""Tables of telling: subscriptions, messages, links, webhooks."""
