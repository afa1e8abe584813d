"""What browsers are told and asked so that markup from outside stays inert: pure, one function a concern.

The policy is the one proven in the design: a nonce for each answer, no inline style, Trusted Types (console.md 1.2).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

# ECharts clears its container with `innerHTML = ""`, which the default policy lets through and nothing else.
TRUSTED_TYPES = "htmx default"


def headers(*, nonce: str, form_targets: str, over_tls: bool) -> dict[str, str]:
    """The headers of every page. form_targets: origins beside our own to which a form's answer may lead."""
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action 'self' {form_targets}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            f"trusted-types {TRUSTED_TYPES}",
        )
    )
    told = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        # What one person saw is not for the next at the same machine.
        "cache-control": "no-store",
    }
    if over_tls:
        told["strict-transport-security"] = "max-age=31536000"
    return told


def comes_from_us(request_headers: Mapping[str, str], *, url: str) -> bool:
    """Whether a form was sent from one of our own pages, by what the browser says of it and no script can change."""
    site = request_headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # An old browser: the origin, which it sends with every form.
    return request_headers.get("origin") == url


def form_token(cookie_secret: str, session: str) -> str:
    """What a form carries to show that it was made for this session; the second lock beside where it comes from."""
    key = hashlib.sha256(b"plumbline/forms/" + cookie_secret.encode()).digest()
    return hmac.new(key, session.encode(), hashlib.sha256).hexdigest()[:32]


def is_form_token(token: str, cookie_secret: str, session: str) -> bool:
    """Whether a form's token is this session's."""
    return hmac.compare_digest(token.encode(), form_token(cookie_secret, session).encode())


def local_path(target: str) -> str:
    """Where to go after signing in: a path of ours, or the beginning; never another site."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or any(ord(c) < 32 for c in target):
        return "/"
    return target
