"""Static files as built by Vite, served with a content hash in their names when collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class BuiltFiles(CompressedManifestStaticFilesStorage):
    """Falls back to plain names where nothing was collected, as in tests."""

    manifest_strict = False
