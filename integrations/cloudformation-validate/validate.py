"""Validates templates with AWS's cloudformation-validate, which learns of Runners and
deployment plans from the schemas and rules beside it.

usage: validate.py TEMPLATE...

Prints what is wrong, a line each, and exits with 1 if anything but warnings is.
"""

import sys
from pathlib import Path

from cloudformation_validate import (
    CelEngine, EngineConfig, SchemaValidatorConfig, Severity, file_to_additional_schema_source, file_to_external_rule_source,
)

HERE = Path(__file__).resolve().parent


def engine():
    schemas = sorted((HERE.parent / "cfnlint" / "schemas").glob("*.json"))
    return CelEngine(EngineConfig(
        guard_rules=[file_to_external_rule_source(HERE / "attini.guard")],
        schema_validator_config=SchemaValidatorConfig(additional_schemas=[file_to_additional_schema_source(s) for s in schemas]),
    ))


def main(paths):
    validator, failed = engine(), False
    for path in paths:
        for found in validator.validate_template(path).diagnostics:
            if found.severity in (Severity.INFO, Severity.DEBUG):
                continue
            wrong = found.severity in (Severity.FATAL, Severity.ERROR)
            failed = failed or wrong
            print(f"{path}:{found.start_line or 1}: {'error' if wrong else 'warning'}: {found.message} [{found.rule_id}]")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
