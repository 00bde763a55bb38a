"""How long a password may be."""

from flask_security import PasswordUtil

# The hash refuses texts over 4,096 characters with an error, and nobody types one.
LONGEST = 1_000


class BoundedPasswords(PasswordUtil):
    """Reads the first thousand characters of a password; what follows makes nothing safer."""

    def normalize(self, password: str) -> str:
        """Give the form in which a password is compared."""
        return str(super().normalize(password[:LONGEST]))[:LONGEST]
