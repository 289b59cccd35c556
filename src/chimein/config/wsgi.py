"""Django's pages as a WSGI application; the front door (`chimein.web.serve`) calls it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
application = get_wsgi_application()
