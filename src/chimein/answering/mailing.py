"""Who asked on the brand's own page and left an e-mail address gets the answer by mail as well.

The mail is a row, written in the transaction that publishes the answer. Should a worker die between the mail server's
yes and our commit, the mail goes out again with the same Message-ID, by which mail programs know it as one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chimein.answering.models import Answer, AnswerMail
from chimein.core import db
from chimein.core.events import Fact

log = logging.getLogger(__name__)

MAIL_CHANNEL = "chimein_mail"
_MOST_ATTEMPTS = 12
_LONGEST_WAIT_S = 3600


def on_answer_published(fact: Fact) -> None:
    """Note a mail for the asker, if an address was left."""
    rows = Answer.objects.select_related("reply_to__contact", "conversation__account")
    made = rows.filter(pk=fact.data["answer"], private=False).first()
    contact = made.reply_to.contact if made and made.reply_to else None
    if made is None or contact is None or not (contact.private or {}).get("email"):
        return
    AnswerMail.objects.get_or_create(answer=made, defaults={"due_at": fact.at})
    db.notify(MAIL_CHANNEL)


def _letter(made: Answer, address: str) -> EmailMessage:
    conversation = made.conversation
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    with translation.override("zh-hans" if conversation.language == "zh" else "en"):
        brand = conversation.brand.display_name
        page = reverse("public:question_by_id", args=[conversation.brand.slug, conversation.public_id])
        body = _(
            "You asked:\n\n%(question)s\n\n%(name)s answered:\n\n%(answer)s\n\nRead on or ask again: %(page)s\n"
        ) % {
            "question": made.reply_to.text if made.reply_to else "",
            "name": made.signature,
            "answer": made.text,
            "page": settings.BASE_URL + page,
        }
        subject = _("%(brand)s answered your question") % {"brand": brand}
    headers = {"Message-ID": f"<answer-{made.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address], headers=headers)


def send_one(*, now: datetime) -> bool:
    """Send the mail that has been due longest; False when none is."""
    with db.atomic():
        rows = AnswerMail.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            sent_at=None, due_at__lte=now, attempts__lt=_MOST_ATTEMPTS
        )
        known = rows.select_related("answer__reply_to__contact", "answer__conversation__brand")
        mail = known.order_by("due_at").first()
        if mail is None:
            return False
        _send(mail, now)
    return True


def _send(mail: AnswerMail, now: datetime) -> None:
    asked = mail.answer.reply_to
    address = (asked.contact.private or {}).get("email") if asked and asked.contact else None
    mail.attempts += 1
    try:
        if address:
            _letter(mail.answer, address).send()
        mail.sent_at = now
    except OSError as error:  # smtplib's errors are OSErrors
        mail.error = str(error)[:500]
        mail.due_at = now + timedelta(seconds=min(30 * 2**mail.attempts, _LONGEST_WAIT_S))
        log.warning("mail for answer %s waits: %s", mail.answer_id, mail.error)
    mail.save(update_fields=["attempts", "sent_at", "error", "due_at"])


def send_due(*, now: datetime) -> int:
    """Send everything that is due; how many were tried."""
    tried = 0
    while send_one(now=now):
        tried += 1
    return tried
