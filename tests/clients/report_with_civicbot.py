"""Lists, files and reads with ``civicbot`` from PyPI; run by ``test_pypi_clients`` in an environment of its own.

report_with_civicbot.py ENDPOINT KEY, with reports as JSON on standard input; answers what became of each.
"""

import json
import sys

from civicbot.http import HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint

base_url, key = sys.argv[1:]
endpoint = Endpoint(id="philadelphia", name="Philadelphia, PA", base_url=base_url, write=True)
city = Open311Client(endpoint, HttpTransport(rate_limiter=RateLimiter(0)), jurisdiction_id="phila.gov")


def file(service_code: str, **report: object) -> dict:
    prepared = city.create_request(
        service_code, dry_run=False, confirm="SEND", api_key=key, validate_remote=True, **report
    )
    return prepared.response[0]


receipts = [file(**report) for report in json.load(sys.stdin)]
numbers = [receipt["service_request_id"] for receipt in receipts if "service_request_id" in receipt]
json.dump(
    {
        "services": city.list_services(),
        "receipts": receipts,
        "tokens": [city.get_token(receipt["token"]) for receipt in receipts if "token" in receipt],
        "listed": city.list_requests(service_request_ids=numbers),
        "newest": city.list_requests(status="open", page_size=10),
        "each": [city.get_request(number) for number in numbers],
    },
    sys.stdout,
)
