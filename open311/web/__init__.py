"""What all pages share: who is signed in, which act a page takes, forms, the shell around every page."""
