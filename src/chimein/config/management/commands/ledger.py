"""``chimein ledger``: what became of every message, and whether the sums agree."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chimein.insights.ledger import ledger
from chimein.people.models import Brand


class Command(BaseCommand):
    help = "Show the ledger of every brand. The exit code is 1 when a sum does not agree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        ledgers = [(brand.slug, ledger(brand.pk)) for brand in Brand.objects.order_by("slug")]
        if options["json"]:
            rows = [{"brand": slug, **asdict(found), "gap": found.gap} for slug, found in ledgers]
            self.stdout.write(json.dumps(rows, default=str))
        else:
            for slug, found in ledgers:
                self.stdout.write(f"{slug}: {found.inbound} in, gap {found.gap}")
        if any(found.gap for _, found in ledgers):
            raise SystemExit(1)
