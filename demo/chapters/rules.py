"""What happens at Halden by itself."""

from __future__ import annotations

from typing import Any

from loomline.domains.automation import commands as automation
from loomline_demo.halden import Halden


def ends(halden: Halden) -> None:
    """What happens by itself from now on, and what is still being thought about."""
    for name, why, is_active, definition in RULES:
        rule = automation.add_rule(halden.s.by("admin"), name=name, description=why, definition=definition)
        if is_active:
            automation.activate_rule(halden.s.by("admin"), rule=rule)


NOTE = "timeline.write_note"
RULES: tuple[tuple[str, str, bool, dict[str, Any]], ...] = (
    (
        "Large deals in negotiation get a call",
        "Nothing above 20,000 is negotiated by letter.",
        True,
        {
            "trigger": "event",
            "event": "pipeline.StageMoved",
            "entity": "pipeline.opportunity",
            "condition": 'event.to_stage == "Negotiating" && record.amount > 20000',
            "actions": [
                {
                    "command": "pipeline.edit_opportunity",
                    "arguments": {
                        "next_step": {"as": "text", "is": "Call {record.party.name} about {record.name}"},
                        "next_step_on": {"as": "cel", "is": "today + days(2)"},
                    },
                }
            ],
        },
    ),
    (
        "Deliveries that slip are noted on the order",
        "Whoever opens the order reads it before they call the customer.",
        True,
        {
            "trigger": "event",
            "event": "sales.DeliveryMoved",
            "entity": "sales.order",
            "condition": "event.days >= 3",
            "actions": [
                {
                    "command": NOTE,
                    "arguments": {
                        "body": {
                            "as": "text",
                            "is": "Later by {event.days} days. Tell {record.customer.name}.",
                        }
                    },
                }
            ],
        },
    ),
    (
        "Deals without a next step are asked about",
        "A draft: see whom it would reach before it is let loose.",
        False,
        {
            "trigger": "schedule",
            "entity": "pipeline.opportunity",
            "every": "week",
            "days": [1, 4],
            "condition": 'record.state == "open" && record.next_step == ""',
            "pause_days": 14,
            "actions": [
                {
                    "command": "pipeline.edit_opportunity",
                    "arguments": {
                        "next_step": {"as": "value", "is": "Say what comes next"},
                        "next_step_on": {"as": "cel", "is": "today + days(7)"},
                    },
                }
            ],
        },
    ),
)
