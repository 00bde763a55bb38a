"""What outlives an enrollment that ends."""

from lms.kernel.work import Read
from lms.learning.certificates import queries as certificates
from lms.learning.checkins import queries as checkins
from lms.web.ports import Kept


def what_is_kept(read: Read, enrollment_id: int) -> Kept:
    """Count the check-ins handed in and find the certificate that stands."""
    handed_in = checkins.count_hand_ins(read, enrollment_id)
    certificate = certificates.find_of_enrollment(read, enrollment_id)
    if certificate is None or not certificate.is_valid:
        return Kept(handed_in)
    return Kept(handed_in, certificate.serial, f"/console/certificates/{certificate.code}")
