"""Django's settings, all derived from `environment.read()`; nothing else reads the environment."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from loomline.app import embedded, environment

ENV = environment.read()
PACKAGE = Path(__file__).resolve().parents[1]

# Tiers of the house from the ground up: an app may need tables only of apps before it.
DOMAINS = (
    "accounts",
    "automation",
    "recipes",
    *("parties", "catalog"),
    *("sites", "privacy", "territories"),
    *("timeline", "pricing", "inventory", "ledger", "workcentres", "trade", "approvals", "taxes"),
    *("mail", "tasks"),
    *("pipeline", "partners", "loyalty", "costing", "bills"),
    *("sales", "procurement", "manufacturing", "leads", "forecasting", "coaching", "marketing"),
    *("warehouse", "demand", "transport", "quality", "service", "finance", "devices"),
    *(
        "quoting",
        "requisitions",
        "sourcing",
        "contracts",
        "inbound",
        "payables",
        "shopfloor",
        "storage",
        "counting",
    ),
    *("planning", "corrections", "supplyplan", "scheduling", "promises", "dunning", "returns"),
    *("tracing", "risk", "footprint", "scorecards", "recalls", "stocking", "scenarios"),
    *("insights", "exchange", "intake", "portal", "scanning"),
)


def _embedded() -> dict[str, Any]:
    return embedded.connection(embedded.place(ENV.data, pg_user=ENV.pg_user), tcp_port=ENV.pg_port)


DEBUG = ENV.debug
SECRET_KEY = environment.secret_key(ENV)
ALLOWED_HOSTS = ["*"] if DEBUG else [*ENV.allowed_hosts, "localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "loomline.app.urls"
WSGI_APPLICATION = "loomline.app.asgi.pages"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    # The default configuration fails silently beside other template apps: the explicit one does not.
    "django_cotton.apps.SimpleAppConfig",
    "procrastinate.contrib.django",
    "loomline.kernel",
    "loomline.surface",
    *(f"loomline.domains.{name}" for name in DOMAINS if (PACKAGE / "domains" / name / "apps.py").is_file()),
    "loomline.flows",
    "loomline.app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loomline.app.headers.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "loomline.domains.accounts.pages.seen.Seen",
    "loomline.surface.middleware.Surface",
    "loomline.domains.portal.pages.outside.Outside",
]

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.static",
                "django.templatetags.i18n",
                "loomline.surface.templatetags.loom",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "loomline.surface.page.shell",
                "loomline.domains.portal.pages.outside.shell",
            ],
        },
    }
]

# A psycopg pool keeps the connections; Django must then open none of its own for longer than a request.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "loomline.app.postgres",
        "CONN_MAX_AGE": 0,
        # A session that a restarted server has dropped is noticed before a request gets it.
        "CONN_HEALTH_CHECKS": True,
        **(environment.database(ENV.database_url) if ENV.database_url else _embedded()),
    }
}
DATABASES["default"]["OPTIONS"] = {
    # What `kernel.prepared` sends this often the server plans once for the session.
    "prepare_threshold": 3,
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 0, "max_size": ENV.web_threads + 2, "timeout": 20, "max_idle": 300},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "loomline.app.passwords.Argon2",
    # What was hashed before; the next sign-in hashes it anew.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
# Pieces of pages that are alike for many people: the navigation, the palette.
CACHES = {
    "default": {"BACKEND": _MEMORY},
    "pieces": {"BACKEND": _MEMORY, "LOCATION": "pieces", "OPTIONS": {"MAX_ENTRIES": 1000}},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENV.allowed_hosts if host != "*"] if ENV.https else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENV.https else 0
SECURE_SSL_REDIRECT = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = ENV.language
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 60
_IMMUTABLE = re.compile(r"^.+-[0-9A-Za-z]{8,}\.[a-z0-9.]+$")


def _never_changes(path: str, url: str) -> bool:
    return _IMMUTABLE.match(url) is not None


WHITENOISE_IMMUTABLE_FILE_TEST = _never_changes
MEDIA_ROOT = ENV.files
MEDIA_URL = "/files/"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from
EMAIL_TIMEOUT = 20
if ENV.mail_url:
    _mail = urlsplit(ENV.mail_url)
    EMAIL_HOST = _mail.hostname
    EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp" and EMAIL_PORT == 587
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = ENV.data / "mail"

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": ENV.log.upper()},
    "loggers": {
        # A refused request is the caller's matter and shown to him; only what fails in us is news.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        # The pool reports each try; who asked is told once.
        "psycopg.pool": {"level": "ERROR"},
    },
}
