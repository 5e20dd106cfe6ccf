"""The WSGI application; `guiche web` serves it, and so can any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
application = get_wsgi_application()

# Whatever server imports this: an unsafe setting is refused, not served.
from guiche.desk import checks  # noqa: E402

checks.refuse_unsafe_settings()
