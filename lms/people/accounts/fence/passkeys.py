"""Which passkeys are welcome: the device's own as well as keys one plugs in."""

from flask_security import UserMixin, WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_FIRST = "first"


class AnyPasskey(WebauthnUtil):
    """Takes any authenticator; one that replaces the password must make sure who holds it."""

    def authenticator_selection(self, user: UserMixin, usage: str) -> AuthenticatorSelectionCriteria:
        """Ask for a key that knows its owner by itself, on any kind of device."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=self.user_verification(user, [usage]),
        )

    def user_verification(self, user: UserMixin | None, usage: list[str]) -> UserVerificationRequirement:
        """Ask for finger, face or code where the key stands alone; touching it is enough after a password."""
        if usage == [_FIRST]:
            return UserVerificationRequirement.REQUIRED
        return UserVerificationRequirement.DISCOURAGED
