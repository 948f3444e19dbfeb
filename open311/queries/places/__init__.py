"""Where things are: boundary layers, outlines for maps, distances."""
