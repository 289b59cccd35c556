from django.apps import AppConfig


class AnsweringConfig(AppConfig):
    name = "chimein.answering"
    label = "answering"
    default_auto_field = "django.db.models.BigAutoField"
