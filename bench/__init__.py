"""Benchmarks that print ratios: this server against a floor in the same run (``script/bench``)."""
