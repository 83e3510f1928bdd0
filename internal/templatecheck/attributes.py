"""Writes attributes.txt: the attributes that Fn::GetAtt takes, by AWS resource type.

Run it with the Python of .tools/venv, whose cfn-lint has the schemas of AWS's
registry, as AWS publishes them:

    .tools/venv/bin/python internal/templatecheck/attributes.py > internal/templatecheck/attributes.txt
"""

import json
from pathlib import Path

from cfnlint.data.schemas import providers
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

# Regions get types and attributes at different times; what one of these has, counts.
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1")


def types():
    found = set()
    for path in Path(next(iter(providers.__path__))).glob("*.json"):
        found.update(json.loads(path.read_text("utf-8")))
    return sorted(name for name in found if name.startswith("AWS::"))


def attributes(kind):
    found = set()
    for region in REGIONS:
        try:
            found.update(PROVIDER_SCHEMA_MANAGER.get_type_getatts(resource_type=kind, region=region))
        except ResourceNotFoundError:
            continue
    return sorted(found)


for name in types():
    if known := attributes(name):
        print(name, *known)
