"""Accounts of people and keys of programs: signing in, roles, sessions, saved filters."""
