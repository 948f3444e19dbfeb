"""Tables of taking in: tokens, idempotency keys, limits, photos not yet used."""
