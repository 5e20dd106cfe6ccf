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
from guiche.desk.people import company_settings

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
# Where portfolios are kept; with several machines, a folder that all of them see.
PORTFOLIO_DATA = Path(environment.text(_ENV, "GUICHE_PORTFOLIO_DATA") or DATA / "carteiras")
# The folder of the server below which supervisors may have portfolios read; "" for none.
PORTFOLIO_FOLDER = environment.text(_ENV, "GUICHE_PORTFOLIO_FOLDER")
# How much of a portfolio may be sent at once.
PORTFOLIO_UPLOAD = (
    1024
    * 1024
    * environment.number(_ENV, "GUICHE_PORTFOLIO_UPLOAD_MB", 200, at_least=1, at_most=10_000)
)
# How long one is kept after it was read; its certificates rest as long as those of calls at most.
KEEP_PORTFOLIOS = timedelta(
    days=environment.number(_ENV, "GUICHE_KEEP_PORTFOLIOS_DAYS", 30, at_least=1, at_most=90)
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
    # Without "allauth" itself: its templates would be found, and none of them is the desk's.
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    # For the assets of the page that shows the API.
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
    # Before the one that asks for the login, which may just have ended.
    "guiche.desk.pages.staying.Staying",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
            ],
            "builtins": ["guiche.desk.pages.unbroken"],
        },
    }
]

DATABASES = {
    "default": environment.database(
        environment.secret(_ENV, "GUICHE_DATABASE_URL"), sqlite_file=DATA / "guiche.sqlite3"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts of refused logins and codes that were used: in the database, so that every process knows.
CACHES = {"default": {"BACKEND": "guiche.desk.people.remembered.Memory"}}

AUTH_USER_MODEL = "desk.User"
LOGIN_URL = "entrar"
LOGIN_REDIRECT_URL = "inicio"
LOGOUT_REDIRECT_URL = "entrar"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
]

# Accounts are made by supervisors: nobody signs up, and an e-mail tells nobody apart.
ACCOUNT_ADAPTER = "guiche.desk.people.doors.Door"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_UNIQUE_EMAIL = False
# How long what was proved stays proved for a change of password, second factor or e-mail.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = {
    # An office is one address. The key is a login as one address tries it, so that nobody locks out
    # another; from all addresses together a login has more tries, and longer to wait (doors.py).
    "login_failed": "20/m/ip,5/5m/key",
    "login_failed_anywhere": "100/h/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}

SECOND_FACTOR = environment.choice(
    _ENV,
    "GUICHE_SECOND_FACTOR",
    ("supervisao", "todos", "ninguem") if PRODUCTION else ("ninguem", "supervisao", "todos"),
)
MFA_ADAPTER = "guiche.desk.people.factor.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "guiche.desk.people.proofs.Code",
    "reauthenticate": "guiche.desk.people.proofs.CodeAgain",
    "login_webauthn": "guiche.desk.people.proofs.KeyToLogIn",
    "authenticate_webauthn": "guiche.desk.people.proofs.KeyAfterPassword",
    "reauthenticate_webauthn": "guiche.desk.people.proofs.KeyAgain",
    "add_webauthn": "guiche.desk.people.proofs.NewKey",
}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}

# The sign-on of the company (OpenID Connect), where it has one.
OIDC = company_settings.read(_ENV, production=PRODUCTION)
SOCIALACCOUNT_ADAPTER = "guiche.desk.people.company.Company"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS = company_settings.providers(OIDC)

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
# A login ends after so long without use, and after so long in any case (pages/staying.py).
LOGIN_IDLE = timedelta(
    minutes=environment.number(_ENV, "GUICHE_LOGIN_IDLE_MINUTES", 60, at_least=5, at_most=720)
)
LOGIN_LONGEST = timedelta(
    hours=environment.number(_ENV, "GUICHE_LOGIN_HOURS", 12, at_least=1, at_most=24)
)
SESSION_COOKIE_AGE = int(LOGIN_LONGEST.total_seconds())
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-guiche"
    CSRF_COOKIE_NAME = "__Host-guiche-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag(_ENV, "GUICHE_HSTS_SUBDOMAINS")
# To cover subdomains is the site's choice, GUICHE_HSTS_SUBDOMAINS; the preload list of browsers is
# for who owns the whole domain.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
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
    "filters": {"unknown_host": {"()": "guiche.desk.logs.hosts.Unknown"}},
    "handlers": {"stderr": {"class": "guiche.desk.logs.lines.Stderr", "formatter": "form"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # They would log every address that is called.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # A mistyped address or a refused form is no fault; the server's own are errors.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["unknown_host"]},
    },
}
