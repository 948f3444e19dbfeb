"""Accounts of people and keys of API clients: signing in, roles, sessions, saved filters, the audit log."""
