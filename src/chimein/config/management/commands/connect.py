"""``chimein connect``: a system of one's own as a channel."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimein.channels.connecting import connect_webhook
from chimein.core.errors import UserError
from chimein.people.models import Brand


class Command(BaseCommand):
    help = "Connect a system of your own by signed webhooks, and show its address and secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", default="", help="the brand's slug; needed when there are several")
        parser.add_argument("--name", default="Other systems", help="how the console calls it")
        parser.add_argument("--answers-to", default="", help="the address that takes answers")
        parser.add_argument("--own-id", default="", help="the brand's own author id in that system")
        parser.add_argument("--new-secret", action="store_true", help="change it; the old one stays valid")

    def handle(self, *args: Any, **options: Any) -> None:
        brand = _brand(options["brand"])
        try:
            account = connect_webhook(
                brand_id=brand.pk,
                name=options["name"],
                answers_to=options["answers_to"],
                own_id=options["own_id"],
                new_secret=options["new_secret"],
            )
        except UserError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"post messages to: {settings.BASE_URL}/hooks/webhook/{account.hook_token}")
        self.stdout.write(f"sign them with:   {(account.credentials or {})['secret']}")
        self.stdout.write(f"answers go to:    {account.base_url or 'nowhere yet, see --answers-to'}")


def _brand(slug: str) -> Brand:
    found = list(Brand.objects.filter(**({"slug": slug} if slug else {})).order_by("slug")[:20])
    if len(found) == 1:
        return found[0]
    if slug or not found:
        raise CommandError("There is no such brand. Make one with: chimein seed")
    raise CommandError("Say which brand: " + ", ".join(f"--brand {one.slug}" for one in found))
