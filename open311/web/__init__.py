"""What all pages share: the shell around them, their style, and what browsers are told about them."""
