"""What people see: the hosted payment page, the onboarding page, the control page."""
