from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "chimein.demo"
    label = "demo"
