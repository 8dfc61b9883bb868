# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail by SMTP: plain text alone, over TLS unless somebody says otherwise."""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from ansible_collections.golive.verify.plugins.plugin_utils.notify import http_post
from ansible_collections.golive.verify.plugins.plugin_utils.notify.message import Message, headline, told
from ansible_collections.golive.verify.plugins.plugin_utils.notify.routes import Route
from ansible_collections.golive.verify.plugins.plugin_utils.notify.sending import Undelivered

MOST = 100
_TEMPORARY = range(400, 500)
_SUBJECT = 150


def deliver(route: Route, message: Message, until: float) -> str:
    """Send one mail to all recipients of the route."""
    if not message.events:
        return ""
    mail = letter(route, message)
    try:
        server = _server(route, until)
        try:
            refused = server.send_message(mail, _one_header(route.plain["from"]), list(route.plain["to"]))
        finally:
            # Taken is taken: how it says good-bye is no reason to send the same again.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
    except smtplib.SMTPNotSupportedError:
        raise Undelivered(f"it knows no {'login' if route.plain['tls'] != 'starttls' else 'STARTTLS'}") from None
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered(f"it refuses the login ({error.smtp_code})", error.smtp_code in _TEMPORARY) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _said in error.recipients.values()}
        raise Undelivered("it refuses all recipients", all(code in _TEMPORARY for code in codes)) from None
    except smtplib.SMTPServerDisconnected as error:
        before = error.__context__
        raise http_post.unreached(before if isinstance(before, OSError) else ConnectionError()) from None
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 0:
            raise Undelivered("what it answers is not SMTP", again=True) from None
        raise Undelivered(f"it answers {error.smtp_code}", error.smtp_code in _TEMPORARY) from None
    except smtplib.SMTPException:
        raise Undelivered("what it answers is not SMTP", again=True) from None
    except OSError as error:
        raise http_post.unreached(error) from None
    return f"{len(message.events)} changes" + (f", but it refuses {len(refused)} of the recipients" if refused else "")


def letter(route: Route, message: Message) -> EmailMessage:
    """The mail. Its id is the same for the same news, so that a mailbox can tell a second copy."""
    mail = EmailMessage()
    mail["Subject"] = f"[golive] {headline(message)}"[:_SUBJECT]
    mail["From"] = _one_header(route.plain["from"])
    mail["To"] = ", ".join(map(_one_header, route.plain["to"]))
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at, UTC))
    identity = f"{message.environment} {[(event.uid, event.word, event.since) for event in message.events]}"
    mail["Message-ID"] = f"<{hashlib.sha256(identity.encode()).hexdigest()[:32]}@golive.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_lines(message)) + "\n")
    return mail


def _lines(message: Message) -> Iterator[str]:
    yield headline(message)
    for event in message.events[:MOST]:
        first, *rest = told(event)
        yield ""
        yield f"* {first}"
        yield from (f"  {line}" for line in rest)
    if (more := len(message.events) - MOST) > 0:
        yield f"\n… and {more} more in the report"
    yield f"\nRun {message.run}{f': {message.link}' if message.link else ''}"


def _server(route: Route, until: float) -> smtplib.SMTP:
    want = route.plain
    timeout = max(0.1, min(http_post.ATTEMPT, until - time.monotonic()))
    trust = http_post.context(route)
    if want["tls"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(want["host"], want["port"], timeout=timeout, context=trust)
    else:
        server = smtplib.SMTP(want["host"], want["port"], timeout=timeout)
    try:
        if want["tls"] == "starttls":
            server.starttls(context=trust)
        if want.get("user"):
            server.login(str(want["user"]), route.secrets.get("password", ""))
    except BaseException:
        server.close()
        raise
    return server


def _one_header(value: object) -> str:
    return " ".join(str(value).split())
