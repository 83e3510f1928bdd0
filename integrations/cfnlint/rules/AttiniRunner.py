"""cfn-lint rules for Attini::Deploy::Runner and Attini::Deploy::DeploymentPlan.

Append this folder with `cfn-lint --append-rules`. The rules report, in the same
words, what `runnerctl validate` reports about each property of a Runner, the
names of a plan's properties, the form of its steps and the names that they refer to. What they know is in
runner.json and plan.json beside this file, which are generated from the
project's one description of a Runner and of the States Language.

An intrinsic function or a dynamic reference may stand for every value; only the
deployment knows it, so it is left alone. {"Ref": "AWS::NoValue"} is no value.
"""

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

from cfnlint.rules import CloudFormationLintRule, RuleMatch


def _package():
    """This folder as a package: cfn-lint loads each file of it alone, those that
    begin with _ not at all."""
    name, folder = "attini_runner_rules", Path(__file__).parent
    if name not in sys.modules:
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[name] = importlib.util.module_from_spec(spec)
    return name


_READER = importlib.import_module("._reader", _package())
_SOURCE = importlib.import_module("._source", _package())
_STEPS = importlib.import_module("._steps", _package())
_REFERENCES = importlib.import_module("._references", _package())


class _AttiniRule(CloudFormationLintRule):
    """One rule of the reader; cfn-lint leaves out what has no id."""

    rule = ""
    source_url = "https://github.com/attini-go/runner/tree/main/integrations"
    tags = ["resources", "attini"]

    def match(self, cfn):
        found = _READER.problems(cfn.template, _SOURCE.Source(cfn.filename))
        for rule, path, message, location in found:
            if rule == self.rule:
                place = {"location": location} if location else {}
                yield RuleMatch(path, message, **place)


class RunnerType(_AttiniRule):
    id = "E9351"
    rule = "type"
    shortdesc = "Runner: type"
    description = "Each property of a Runner has its documented type"


class RunnerRange(_AttiniRule):
    id = "E9352"
    rule = "range"
    shortdesc = "Runner: range"
    description = "Each number of a Runner is in its range"


class RunnerAllowedValues(_AttiniRule):
    id = "E9353"
    rule = "allowed-values"
    shortdesc = "Runner: allowed values"
    description = "Each property of a Runner with listed values has one of them"


class RunnerPattern(_AttiniRule):
    id = "E9354"
    rule = "pattern"
    shortdesc = "Runner: pattern"
    description = "Each name, id and ARN in a Runner has its form"


class RunnerRequired(_AttiniRule):
    id = "E9355"
    rule = "required"
    shortdesc = "Runner, deployment plan: required property"
    description = "The required properties of a Runner and of a plan are there"


class RunnerExclusive(_AttiniRule):
    id = "E9356"
    rule = "exclusive"
    shortdesc = "Runner: exclusive properties"
    description = "Properties of a Runner that exclude each other are not combined"


class RunnerUnknownProperty(_AttiniRule):
    id = "E9357"
    rule = "unknown-property"
    shortdesc = "Runner, deployment plan: unknown property"
    description = "A Runner and a plan have documented properties only"


class RunnerListLength(_AttiniRule):
    id = "E9358"
    rule = "list-length"
    shortdesc = "Runner: list length"
    description = "Each list of a Runner has as many items as it may have"


class PlanSteps(CloudFormationLintRule):
    id = "E9359"
    shortdesc = "Deployment plan: steps"
    description = "The steps of a plan have the fields of their types, and these their form"
    source_url = "https://github.com/attini-go/runner/tree/main/integrations"
    tags = ["resources", "attini"]

    def match(self, cfn):
        resources = cfn.template.get("Resources")
        for name, resource in resources.items() if isinstance(resources, dict) else ():
            if not isinstance(resource, dict) or resource.get("Type") != "Attini::Deploy::DeploymentPlan":
                continue
            properties = resource.get("Properties")
            plan = properties.get("DeploymentPlan") if isinstance(properties, dict) else None
            if isinstance(plan, (dict, list)) and plan:
                for path, message in _STEPS.problems(plan, ["Resources", name, "Properties", "DeploymentPlan"]):
                    yield RuleMatch(path, message)


class References(CloudFormationLintRule):
    id = "E9360"
    shortdesc = "Runner, deployment plan: references"
    description = "What a Runner and a plan refer to is in the template"
    source_url = "https://github.com/attini-go/runner/tree/main/integrations"
    tags = ["resources", "attini"]

    def match(self, cfn):
        for path, message in _REFERENCES.problems(cfn.template):
            yield RuleMatch(path, message)


class Transforms(CloudFormationLintRule):
    id = "E9361"
    shortdesc = "Runner, deployment plan: Transform"
    description = "The Transform section names the macro, and SAM behind it"
    source_url = "https://github.com/attini-go/runner/tree/main/integrations"
    tags = ["resources", "attini"]

    def match(self, cfn):
        for path, message in _REFERENCES.transforms(cfn.template):
            yield RuleMatch(path, message)
