"""Mail to those of the staff who want to know when something needs a person (settings.STAFF_ALERT_EMAILS)."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger(__name__)


def tell_staff(subject: str, *, body: str) -> bool:
    """Send one mail to all of them; False when there is nobody to tell, or the server did not take it."""
    if not settings.STAFF_ALERT_EMAILS:
        return False
    try:
        send_mail(f"[Attune] {subject}", body, None, settings.STAFF_ALERT_EMAILS)
    except (SMTPException, OSError):
        logger.exception("no mail could be sent about: %s", subject)
        return False
    return True
