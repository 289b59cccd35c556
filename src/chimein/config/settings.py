"""Django's settings. What an installer may set is declared with `core.options.option` or read in `config/env.py`."""

from __future__ import annotations

import os

from django.utils.translation import gettext_lazy as _

from chimein.config import env
from chimein.core.options import list_option, option

BASE_URL = (
    option("BASE_URL", "http://127.0.0.1:8000", "The address people reach this server by.").get().rstrip("/")
)
ALLOWED_HOSTS = list(
    list_option("HOSTS", ("127.0.0.1", "localhost", "[::1]"), "Host names this server answers to.").get()
)
DEBUG = option("DEBUG", False, "Show errors in the browser. Never in production.").get()
DEMO = option(
    "DEMO", False, "Run with the simulated network mounted at /net and one-click demo logins."
).get()
EMAIL_URL = option(
    "EMAIL_URL",
    "",
    "SMTP server for mail: smtp://user:password@host:port. Empty: mail goes to files in var/mail.",
).get()
EMAIL_FROM = option("EMAIL_FROM", "ChimeIn <no-reply@localhost>", "The sender of our mail.").get()

SECRET_KEY = env.secret_key()
FIELD_KEYS = list(
    list_option(
        "FIELD_KEYS",
        (),
        "Keys for secrets at rest, newest first, separated by commas. Empty: the secret key.",
    ).get()
) or [SECRET_KEY]

DATABASES = {"default": env.database(os.environ.get("DATABASE_URL", "postgresql:///chimein"))}
if EMAIL_URL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    vars().update(env.mail_server(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.var_dir() / "mail"
DEFAULT_FROM_EMAIL = EMAIL_FROM
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "chimein.core",
    "chimein.people",
    "chimein.contacts",
    "chimein.channels",
    "chimein.conversations",
    "chimein.triage",
    "chimein.routing",
    "chimein.answering",
    "chimein.intake",
    "chimein.wall",
    "chimein.insights",
    "chimein.community",
    "chimein.alerts",
    "chimein.web",  # before allauth, whose pages ours replace
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "chimein.demo",
    "chimein.config",
]

OIDC_ISSUER = option(
    "OIDC_ISSUER",
    "",
    "Address of the company's own sign-in (OpenID Connect). Empty: mail and password, passkeys.",
).get()
OIDC_CLIENT = option("OIDC_CLIENT", "", "Our name at that sign-in (client id).").get()
OIDC_SECRET = option("OIDC_SECRET", "", "Our secret at that sign-in.").get()
OIDC_NAME = option("OIDC_NAME", "Single sign-on", "What its button says.").get()
if OIDC_ISSUER:
    vars().update(env.single_sign_on(OIDC_ISSUER, OIDC_CLIENT, OIDC_SECRET, OIDC_NAME))
    INSTALLED_APPS += env.SIGN_ON_APPS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chimein.web.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chimein.web.middleware.UserErrors",
]

ROOT_URLCONF = "chimein.config.urls"
WSGI_APPLICATION = "chimein.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chimein.web.context.shared",
                "chimein.web.demo_login.context",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "optional"
ACCOUNT_ADAPTER = "chimein.web.accounts.AccountAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [env.PROJECT_ROOT / "src" / "chimein" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = env.var_dir() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chimein.web.static_files.BuiltFiles"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 24 * 3600  # addresses carry a mark of the content

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s", "datefmt": "%H:%M:%S"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": option("LOG_LEVEL", "INFO", "How much is logged.").get()},
    "loggers": {"httpx": {"level": "WARNING"}},
}
