"""Certificates: who completed, what they hold, and how anybody can check it.

Owns certificate and certificate_event.
Hears CheckedIn, CheckInAccepted (the rule may be met now) and CohortMoved (the cohort closes).
Tells CertificateIssued. Errand `certificate.render` draws the documents.
"""
