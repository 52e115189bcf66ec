"""The shell's context as the product gives it on every page."""

from typing import Any

from django.http import HttpRequest

GROUPS: list[tuple[str, list[tuple[str, str, str, str, str]]]] = [
    ("", [("Control tower", "radar-2", "/", "", "g h"), ("Inbox", "inbox", "/empty/", "4", "g i")]),
    (
        "Customers",
        [
            ("Accounts", "building", "/accounts/", "", "g a"),
            ("Opportunities", "target-arrow", "/opportunities/", "", "g d"),
            ("Quotes", "file-text", "/nomatch/", "", ""),
            ("Cases", "headset", "/denied/", "3!", ""),
        ],
    ),
    (
        "Orders",
        [
            ("Sales orders", "file-invoice", "/orders/", "", "g o"),
            ("Shipments", "truck-delivery", "/calendar/", "", ""),
        ],
    ),
    (
        "Supply",
        [
            ("Suppliers", "building-factory-2", "/suppliers/", "", ""),
            ("Purchase orders", "shopping-cart", "/purchase/", "5!", "g p"),
            ("Production", "timeline", "/production/", "", ""),
            ("Quality", "clipboard-check", "/quality/", "", ""),
            ("Inventory", "building-warehouse", "-Add a site first", "", ""),
        ],
    ),
    (
        "Plan",
        [("Demand", "chart-histogram", "/chart/", "", ""), ("Network", "affiliate", "/network/", "", "")],
    ),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Describe company, user, navigation and looks."""
    path = request.path
    theme = request.COOKIES.get("theme", "")
    density = request.COOKIES.get("density", "")
    return {
        "shell": {
            "product": "Loomline",
            "company": "Halden Knitwear",
            "workspaces": [],
            "user": {
                "name": "Mara Lindqvist",
                "initials": "ML",
                "hue": 0,
                "role": "Key accounts",
                "photo": "",
            },
            "nav": [_group(title, items, path) for title, items in GROUPS],
            "quick": [
                {"title": "Tower", "icon": "radar-2", "url": "/", "current": path == "/"},
                {
                    "title": "Orders",
                    "icon": "file-invoice",
                    "url": "/orders/",
                    "current": path.startswith("/orders/"),
                },
                {"title": "Scan", "icon": "scan", "url": "/empty/", "current": False, "mid": True},
                {
                    "title": "Deals",
                    "icon": "target-arrow",
                    "url": "/opportunities/",
                    "current": "opp" in path,
                },
            ],
            "new_items": [
                {"title": "sales order", "icon": "file-invoice", "url": "/orders/new/", "keys": "n o"},
                {"title": "opportunity", "icon": "target-arrow", "url": "/orders/new/?d", "keys": "n d"},
                {"title": "purchase order", "icon": "shopping-cart", "url": "/orders/new/?p", "keys": "n p"},
                {"title": "case", "icon": "headset", "url": "/orders/new/?c", "keys": "n c"},
            ],
            "theme": theme if theme in ("light", "dark") else "",
            "density": density if density in ("compact", "normal", "roomy") else "",
            "letters": "off" if request.COOKIES.get("letters") == "off" else "",
            "dir": "rtl" if request.GET.get("dir") == "rtl" else "ltr",
            "lang": "en",
            "search_url": "/search/",
            "live_url": "/live/" if request.GET.get("live") != "off" else "",
            "inbox_url": "/empty/",
            "inbox_count": 4,
            "account_url": "/account/",
            "settings_url": "/settings/",
            "logout_url": "/logout/",
            "help_url": "",
            "messages": [{"text": "SO-10470 re-promised to 29 Nov.", "tone": "", "undo_url": "/undo/"}]
            if "toast" in request.GET
            else [],
        }
    }


def _group(title: str, items: list[tuple[str, str, str, str, str]], path: str) -> dict[str, Any]:
    return {"title": title, "items": [_item(*item, path) for item in items]}


def _item(title: str, icon: str, url: str, count: str, keys: str, path: str) -> dict[str, Any]:
    is_here = path == url or (url != "/" and path.startswith(url))
    return {
        "title": title,
        "icon": icon,
        "url": url,
        "current": is_here,
        "count": count.rstrip("!"),
        "hot": count.endswith("!"),
        "enabled": not url.startswith("-"),
        "why": url.lstrip("-") if url.startswith("-") else "",
        "keys": keys,
    }
