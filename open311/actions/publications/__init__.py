"""Make what the public may see of a service request, or take it back."""
