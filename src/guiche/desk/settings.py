"""Settings of the desk, read from the environment (`GUICHE_*`) and from nowhere else.

Without a variable set the desk is *local*: it answers to the names of this machine only, and keeps
everything in the data folder. `GUICHE_MODE=production` asks for the rest, and `checks.py` refuses
to start without it. docs/operations.md explains every variable.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from guiche.desk import environment

_ENV = os.environ
_PAGES = Path(__file__).parent / "pages"

PRODUCTION = environment.mode(_ENV) == environment.PRODUCTION
DATA = environment.data_folder(_ENV)
DEBUG = environment.flag(_ENV, "GUICHE_DEBUG")


def _secret(name: str) -> str:
    """The secret given; locally also the one of the data folder, or one for this process."""
    given = environment.secret(_ENV, name)
    if given or PRODUCTION:
        return given
    return environment.kept_secret(DATA, name) or secrets.token_urlsafe(48)


SECRET_KEY = _secret("GUICHE_SECRET_KEY")
# Encrypts what rests in the database; apart from SECRET_KEY, so that each can be changed alone.
DATA_KEY = _secret("GUICHE_DATA_KEY")
DATA_KEY_FALLBACKS = environment.words(_ENV, "GUICHE_DATA_KEY_FALLBACKS")

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.words(_ENV, "GUICHE_HOSTS") or ([] if PRODUCTION else LOOPBACK)

# Where a browser presents its certificate, on a name of its own; "" where none can.
CERTIFICATE_URL = environment.site(_ENV, "GUICHE_CERTIFICATE_URL")
# By which nginx proves that a certificate comes from it, where it takes the place of the port.
CERTIFICATE_SECRET = environment.shared(_ENV, "GUICHE_CERTIFICATE_SECRET")
# Where that name sends people to for everything else.
PAGES_URL = environment.site(_ENV, "GUICHE_PAGES_URL") or (
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    if PRODUCTION and ALLOWED_HOSTS
    else f"http://localhost:{environment.text(_ENV, 'GUICHE_PORT', '8000')}"
)
if CERTIFICATE_URL:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(CERTIFICATE_URL).hostname or ""]

# The procedure that a new call starts with, and the folder where the site keeps its own.
PROCEDURE = environment.text(_ENV, "GUICHE_PROCEDURE", "cei-ausente")
PROCEDURES_FOLDER = environment.text(_ENV, "GUICHE_PROCEDURES")

# The file of connections to other desks; pages show them and do not change them.
CONNECTIONS_FILE = environment.text(_ENV, "GUICHE_CONNECTIONS")

# How long it is known who a closed ticket was about.
KEEP_TICKETS = timedelta(
    days=environment.number(_ENV, "GUICHE_KEEP_TICKETS_DAYS", 730, at_least=30, at_most=3650)
)
# How long a step that a worker took is nobody else's after its last sign of life.
DELIVERY_LEASE = timedelta(
    seconds=environment.number(_ENV, "GUICHE_DELIVERY_LEASE_SECONDS", 30, at_least=2, at_most=300)
)
# After so long one call to a desk has surely ended, whatever became of the worker that made it.
DELIVERY_LONGEST_CALL = timedelta(
    seconds=environment.number(_ENV, "GUICHE_DELIVERY_CALL_SECONDS", 150, at_least=5, at_most=600)
)
# Whether the reader opens a .pfx, which holds a private key: in memory, with its password.
ACCEPT_PFX = environment.flag(_ENV, "GUICHE_ACCEPT_PFX")

# Whether the desk asks the authorities, online, if a certificate was revoked.
REVOCATION = environment.flag(_ENV, "GUICHE_REVOCATION")

# Whether a webhook may call addresses inside the network of the desk, also without TLS.
WEBHOOK_PRIVATE = environment.flag(_ENV, "GUICHE_WEBHOOK_PRIVATE")
# How many requests one token may make in a minute, in each web process.
API_RATE = environment.number(_ENV, "GUICHE_API_RATE", 1200, at_least=10, at_most=1_000_000)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    # For the assets of the page that shows the API.
    "ninja",
    "guiche.desk",
]
MIDDLEWARE = [
    "guiche.desk.logs.context.RequestContext",
    # Early, so that every answer carries the policy: a redirect to https and a static file too.
    "guiche.desk.pages.security.SecurityHeaders",
    # Before the probes, which the host of the certificates does not show.
    "guiche.desk.acceptor.front.Front",
    # A load balancer asks by address and over http.
    "guiche.desk.health.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    # Of what follows nothing concerns a program.
    "guiche.desk.api.door.Door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before anything that reads the body of a request.
    "guiche.desk.pages.uploads.BodyLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "guiche.desk.urls"
WSGI_APPLICATION = "guiche.desk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PAGES / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guiche.desk.pages.attention.attention",
            ]
        },
    }
]

DATABASES = {
    "default": environment.database(
        environment.secret(_ENV, "GUICHE_DATABASE_URL"), sqlite_file=DATA / "guiche.sqlite3"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "desk.User"
LOGIN_URL = "entrar"
LOGIN_REDIRECT_URL = "inicio"
LOGOUT_REDIRECT_URL = "entrar"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Without a server e-mails are only written into a folder.
_MAIL = environment.mail(environment.secret(_ENV, "GUICHE_EMAIL_URL"))
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "guiche.desk.messages.folder.Folder"
)
EMAIL_FILE_PATH = DATA / "emails"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.mailbox(_ENV, "GUICHE_EMAIL_FROM") or "guiche@localhost"
# "" for the address of the sender itself.
EMAIL_REPLY_TO = environment.mailbox(_ENV, "GUICHE_EMAIL_REPLY_TO")

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português do Brasil")]
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [_PAGES / "static"]
# Served from where they are installed: no step between installing and starting.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

# In memory only: a spooled upload would put somebody's private key on a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# Memory stays bounded by the body.
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# One line on the next page; kept with the login, not in a cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CSRF_FAILURE_VIEW = "guiche.desk.pages.errors.csrf_failure"
CSRF_COOKIE_AGE = None
SESSION_COOKIE_AGE = 12 * 60 * 60
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-guiche"
    CSRF_COOKIE_NAME = "__Host-guiche-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag(_ENV, "GUICHE_HSTS_SUBDOMAINS")
# The proxy in front ends TLS and sets these headers itself, whatever a client sends:
# X-Forwarded-Proto, and X-Forwarded-For with the address of the client at its end.
BEHIND_PROXY = environment.flag(_ENV, "GUICHE_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

_LOG = environment.choice(_ENV, "GUICHE_LOG", ("lines", "json"))
_FORM = {"lines": "guiche.desk.logs.lines.Lines", "json": "guiche.desk.logs.lines.Json"}[_LOG]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"form": {"()": _FORM}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "form"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # They would log every address that is called.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # A mistyped address or a refused form is no fault; the server's own are errors.
        "django.request": {"level": "ERROR"},
    },
}
