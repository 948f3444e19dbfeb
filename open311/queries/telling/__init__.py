"""Reads for telling people: news, messages and their words, links, what can be followed, webhooks."""
