"""Translates templates as the transform AWS::Serverless-2016-10-31 does.

usage: translate.py SOURCE TARGET

Each SOURCE/*.json becomes TARGET/*.json, with CloudFormation's own resources in
place of the AWS::Serverless ones, by the library that the transform itself runs.
"""

import json
import logging
import sys
from pathlib import Path

from samtranslator.translator.transform import transform


class NoPolicies:
    """There is no account whose managed policies could be listed."""

    def load(self):
        return {}


def translate(template):
    # AWS::LanguageExtensions runs first and leaves no loops; SAM knows none.
    resources = template["Resources"]
    loops = {k: v for k, v in resources.items() if k.startswith("Fn::ForEach::")}
    plain = {k: v for k, v in resources.items() if k not in loops}
    result = transform({**template, "Resources": plain}, {}, NoPolicies())
    result["Resources"].update(loops)
    return result


def main(source, target):
    logging.disable(logging.WARNING)  # about metrics that nobody collects
    for path in sorted(Path(source).glob("*.json")):
        translated = translate(json.loads(path.read_text(encoding="utf-8")))
        text = json.dumps(translated, indent=2)
        (Path(target) / path.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
