"""Customers: one contact per person, one identity per account of theirs on a network."""

from __future__ import annotations

from django.db import models

from chimein.core import clock
from chimein.core.crypto import EncryptedJSONField
from chimein.people.models import Brand


class Contact(models.Model):
    """A customer of a brand. `private` holds what must never be public, such as an e-mail address."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120, blank=True)
    private = EncryptedJSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """One account of a customer on a network."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="identities")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    network = models.CharField(max_length=30)
    external_id = models.CharField(max_length=200)
    handle = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=120, blank=True)
    avatar_url = models.CharField(max_length=500, blank=True)
    profile_url = models.CharField(max_length=500, blank=True)
    followers = models.BigIntegerField(default=0)
    verified = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "network", "external_id"], name="identity_once"),
        ]

    def __str__(self) -> str:
        return self.handle or self.external_id
