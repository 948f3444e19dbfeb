"""What staff read: lists, counts, one case with its history, people who reported, who may see what."""
