"""Every way in. Entrypoints decide who is asking and how; none imports another."""
