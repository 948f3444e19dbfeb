"""Accounts, their roles and sessions, keys of programs, and the audit log."""
