"""Validates templates with AWS's own validator.

usage: validate.py FILE...

Prints a JSON list of what it finds wrong, without warnings and advice.
"""

import json
import sys

from cloudformation_validate import CompositeEngine


def main(paths):
    engine = CompositeEngine()  # its start takes longer than a template
    findings = []
    for path in paths:
        for found in engine.validate_template(path).diagnostics:
            if found.severity.name in ("ERROR", "FATAL"):
                where = str(found.property_path or "")
                findings.append({"file": path, "rule": found.rule_id, "path": where, "message": found.message})
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
