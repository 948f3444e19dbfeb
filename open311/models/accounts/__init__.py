"""Tables of accounts, roles, sessions, API clients, saved filters, and the audit log."""
