from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "chimein.config"
    label = "config"

    def ready(self) -> None:
        from chimein.config import wiring

        wiring.connect()
