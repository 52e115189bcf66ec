"""What the filler of the contract tests cannot see in the fields of mail."""

from __future__ import annotations

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "mail_mailbox": {"owner": None, "privacy": "full", "provider": None},
    "mail_provider": {
        "authorize_url": "https://id.example.org/authorize",
        "token_url": "https://id.example.org/token",
    },
    "mail_message": {"privacy": "full"},
    "mail_thread": {"privacy": "full"},
}
