"""How passwords are hashed."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 46 MiB, one pass and one lane, as OWASP recommends it for small machines."""

    time_cost, memory_cost, parallelism = 1, 47_104, 1
