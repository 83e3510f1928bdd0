"""Finds names in a Runner or a plan that are nowhere in the template. cfn-lint itself
looks for these only in the resource types that it knows. Knows nothing of cfn-lint.
"""

import re

from ._words import nearest, quoted

OURS = ("Attini::Deploy::Runner", "Attini::Deploy::DeploymentPlan")
KNOWN_TRANSFORMS = ("AttiniDeploymentPlan", "AWS::Serverless-2016-10-31", "AWS::LanguageExtensions")
PSEUDO = ["AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"]
SUFFIXES = ("", "LaunchTemplate", "LogGroup", "EcsClientLogGroup", "TaskDefinition")
VARIABLE = re.compile(r"\$\{([A-Za-z0-9_.:]+)\}")


def problems(template):
    """The problems of a template's Runners and plans, each as its path and message."""
    resources = section(template, "Resources")
    if other_names(template, resources):
        return
    known = list(section(template, "Parameters")) + list(resources)
    for name, resource in resources.items():
        if isinstance(resource, dict) and resource.get("Type") in OURS:
            yield from inside(resource.get("Properties"), ["Resources", name, "Properties"], known, resources)


def transforms(template):
    """What is wrong with the Transform section of a template with a Runner or a plan."""
    resources = section(template, "Resources")
    if not any(isinstance(r, dict) and r.get("Type") in OURS for r in resources.values()):
        return
    listed = template.get("Transform", [])
    names = [t.get("Name") if isinstance(t, dict) else t for t in (listed if isinstance(listed, list) else [listed])]
    macro, sam = KNOWN_TRANSFORMS[:2]
    missing = [name for name in (macro, sam) if name not in names]
    path = ["Transform"] if "Transform" in template else []
    if missing:
        yield path, " and ".join(missing) + f" missing; write Transform: [{macro}, {sam}]"
    elif names.index(macro) > names.index(sam):
        yield path, f"{macro} must come before {sam}: CloudFormation runs them as they are listed"


def section(template, name):
    found = template.get(name) if isinstance(template, dict) else None
    return found if isinstance(found, dict) else {}


def other_names(template, resources):
    """Whether another macro, a transform inside or a loop may add any name."""
    transforms = template.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    if any(str(t.get("Name") if isinstance(t, dict) else t) not in KNOWN_TRANSFORMS for t in transforms):
        return True
    return any(str(key).startswith("Fn::") for part in (template, resources) for key in part)


def inside(value, path, known, resources):
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from inside(item, path + [i], known, resources)
        return
    if not isinstance(value, dict):
        return
    for key, argument in value.items():
        for name in referred(key, argument, len(value)):
            if not is_known(name, known, resources):
                yield path + [key], said(key, name, known)
        yield from inside(argument, path + [key], known, resources)


def referred(key, argument, keys):
    """The names that a function takes from the template."""
    if keys > 1:
        return []
    if key == "Ref" and isinstance(argument, str):
        return [argument]
    if key == "Fn::GetAtt":
        first = argument[0] if isinstance(argument, list) and argument else argument
        return [first.split(".")[0]] if isinstance(first, str) else []
    if key == "Fn::Sub":
        text, own = argument, {}
        if isinstance(argument, list) and len(argument) == 2:
            text, own = argument
        if isinstance(text, str) and isinstance(own, dict):
            return [name for name in VARIABLE.findall(text) if name not in own]
    return []


def is_known(name, known, resources):
    name = name.split(".")[0]
    if name.startswith("AWS::"):
        return name.removeprefix("AWS::") in PSEUDO
    return name in known or any(is_made(name, of, resource) for of, resource in resources.items()) or name.startswith("Serverless")


def is_made(name, of, resource):
    """Whether a resource may become one of the name: those of SAM and of modules begin
    with theirs."""
    kind = str(resource.get("Type")) if isinstance(resource, dict) else ""
    if kind in OURS:
        return name.startswith("Attini") and of in name or name in [of + suffix for suffix in SUFFIXES]
    made = kind.startswith("AWS::Serverless::") or kind.endswith("::MODULE") or isinstance(resource, dict) and "Connectors" in resource
    return made and name.startswith(of)


def said(function, name, known):
    subject = f"{function}: ${{{name}}}" if function == "Fn::Sub" else function
    name = name.split(".")[0]
    if name.startswith("AWS::"):
        return f"{subject}: there is no pseudo parameter {name}"
    near = nearest(name, known)
    return f"{subject}: the template has no parameter or resource {quoted(name)}" + (f"; did you mean {near}?" if near else "")
