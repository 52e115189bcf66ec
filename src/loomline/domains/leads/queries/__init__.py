"""What lead capture, assignment, scoring and prediction can be asked."""

from loomline.domains.leads.queries.assignment import (
    TARGET_MINUTES,
    Given,
    chosen,
    kept_share,
    preview,
    target_of,
)
from loomline.domains.leads.queries.chance import Case, cases, chances_of, enough, newest_model
from loomline.domains.leads.queries.forms import form_at, sent_lately
from loomline.domains.leads.queries.scoring import (
    Reckoned,
    as_engine,
    changed_model,
    moves,
    reckoned,
    scores_of,
    stirred,
    to_score,
)

__all__ = [
    "TARGET_MINUTES",
    "Case",
    "Given",
    "Reckoned",
    "as_engine",
    "cases",
    "chances_of",
    "changed_model",
    "chosen",
    "enough",
    "form_at",
    "kept_share",
    "moves",
    "newest_model",
    "preview",
    "reckoned",
    "scores_of",
    "sent_lately",
    "stirred",
    "target_of",
    "to_score",
]
