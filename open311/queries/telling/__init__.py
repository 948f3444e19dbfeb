"""What followers and receivers of webhooks are told: links, deliveries."""
