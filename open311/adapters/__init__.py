"""The outside world: files, images, geographic files. Each with a real local implementation."""
