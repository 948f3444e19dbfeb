"""Accounts with their roles and sessions, API clients, saved filters, the audit log."""
