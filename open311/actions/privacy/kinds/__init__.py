"""The kinds of personal data, one file each: whoever adds a file here adds a kind."""
