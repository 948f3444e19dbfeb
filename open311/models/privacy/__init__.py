"""Tables of who reported, apart from everything else."""
