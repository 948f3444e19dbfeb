"""What all published endpoints share: who is asking, for which city, with which arguments, in which format."""
