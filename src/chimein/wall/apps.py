from django.apps import AppConfig


class WallConfig(AppConfig):
    name = "chimein.wall"
    label = "wall"
    default_auto_field = "django.db.models.BigAutoField"
