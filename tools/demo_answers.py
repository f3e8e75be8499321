"""What the demo's account answers where moto has no answer or a wrong one, in the form of the wire."""

import json
import re
import urllib.parse

SCANNED = "2026-11-20T06:30:00Z"
ACCOUNT = "528491072345"


class Request:
    """Service, region and operation as far as the request itself tells them."""

    def __init__(self, method, path, headers, body):
        headers = {name.lower(): value for name, value in headers.items()}
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
        self.region, self.service = scope.groups() if scope else ("", "")
        self.method, self.body = method, body.decode("utf-8", "replace")
        self.path, _, self.query = path.partition("?")
        self.form = dict(urllib.parse.parse_qsl(self.body)) if "x-www-form" in headers.get("content-type", "") else {}
        target = headers.get("x-amz-target", "").rpartition(".")[2]
        self.operation = self.form.get("Action") or target or ""
        self.host = headers.get("host", "")


def own_answer(request):
    return None


def corrected(request, status, answer):
    return status, answer
