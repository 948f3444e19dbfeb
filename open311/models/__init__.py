"""The city's tables, one per file in folders by subject, and the migrations that create them.

Importing this package registers every table with ``database.metadata``: a new file needs no line here.
"""

from importlib import import_module
from pkgutil import walk_packages

for _module in walk_packages(__path__, f"{__name__}."):
    if ".migrations" not in _module.name:
        import_module(_module.name)
