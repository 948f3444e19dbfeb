"""Published documents, each described once, and the formats they are written in. No Flask, no SQL."""
