"""Tables of personal data, apart from everything else."""
