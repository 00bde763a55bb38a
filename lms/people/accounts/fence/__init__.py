"""What Flask-Security is given instead of its own: datastore, words, passwords, passkeys."""
