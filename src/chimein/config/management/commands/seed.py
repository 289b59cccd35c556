"""``chimein seed``: the first owner, or with ``--demo`` a whole made-up shop."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chimein.core import clock
from chimein.core.errors import UserError
from chimein.demo import seeding
from chimein.people.models import Brand
from chimein.runtime.paths import var_dir


class Command(BaseCommand):
    help = "Fill an empty database: with its first owner, or with --demo with a made-up shop and its network."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="a made-up shop with its network")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is a brand")
        parser.add_argument("--email", default="", help="the owner's e-mail address; else asked for")
        parser.add_argument("--password", default="", help="the owner's password; else asked for")
        parser.add_argument("--brand", default="", help="the brand's name; else asked for")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"]:
            self._demo()
        elif not (options["if_empty"] and Brand.objects.exists()):
            self._owner(options)

    def _demo(self) -> None:
        folder = var_dir()
        if seeding.seed_demo(base_url=settings.BASE_URL, folder=folder, now=clock.now().astimezone()):
            self.stdout.write(f"Tamarind is there. Everybody's password is {seeding.PASSWORD}")
        elif seeding.keep_addresses(base_url=settings.BASE_URL, folder=folder):
            self.stdout.write(f"Tamarind has moved to {settings.BASE_URL}")

    def _owner(self, options: dict[str, Any]) -> None:
        given = {name: options[name] for name in ("brand", "email", "password")}
        if not all(given.values()) and not sys.stdin.isatty():
            self._say_how(quietly=options["if_empty"])
            return
        try:
            owner = seeding.make_owner(
                brand_name=given["brand"] or input("The brand's name: ").strip() or "Our brand",
                email=given["email"] or input("Your e-mail address: ").strip(),
                password=given["password"] or getpass("A password of ten characters or more: "),
            )
        except UserError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{owner.user.email} owns {owner.brand.name} and can log in now.")

    def _say_how(self, *, quietly: bool) -> None:
        how = 'chimein seed --brand "Our shop" --email you@example.com --password …'
        words = f"Nobody can log in yet. Make the first owner in another terminal: {how}"
        if not quietly:
            raise CommandError(words)
        self.stdout.write(words)
