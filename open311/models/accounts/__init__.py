"""Tables of accounts, roles, sessions, keys of programs, and the audit log."""
