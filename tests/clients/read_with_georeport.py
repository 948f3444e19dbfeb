"""Reads a city with ``georeport`` from PyPI; run by ``test_pypi_clients`` in an environment of its own.

read_with_georeport.py ENDPOINT FORMAT SERVICE_CODE NUMBER,NUMBER
"""

import json
import sys

from georeport import GeoReport

endpoint, output_format, service_code, numbers = sys.argv[1:]
city = GeoReport(endpoint, jurisdiction="phila.gov", output_format=output_format)
json.dump(
    {
        "services": city.get_service_list(),
        "definition": city.get_service_definition(service_code),
        "newest": city.get_service_requests(status="open"),
        "of_a_service": city.get_service_requests(service_code=service_code),
        "by_number": city.get_service_requests(service_request_id=numbers),
        "one": city.get_service_request(numbers.partition(",")[0]),
    },
    sys.stdout,
)
