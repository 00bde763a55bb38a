"""What the certificates room tells."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event):
    """A person holds a certificate for the first time; once per enrollment."""

    certificate_id: int
    enrollment_id: int
    person_id: int
