"""Persons, sign-in, roles, consent.

Owns: person, role, person_role, web_authn, account_mail. Hears: nothing. Tells: PersonSignedUp.
Flask-Security drives sign-in, two-factor and passkeys; `setup` and `fence` keep it in its place.
"""
