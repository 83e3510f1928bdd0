"""Reads a Runner from a template and says, in the words of `runnerctl validate`,
what is wrong with each of its properties. Knows nothing of cfn-lint.
"""

import json
from pathlib import Path

from ._scalar import Number
from ._source import UNKNOWN
from ._words import (
    PLAIN_WHOLE,
    allows,
    brief,
    described,
    dynamic,
    intrinsic,
    names,
    nearest,
    no_value,
    not_allowed,
    not_text,
    perhaps_absent,
    quoted,
    read_as,
    step,
    truth,
    unknown_property,
    whole_number,
)

DESCRIPTION = json.loads(Path(__file__).with_name("runner.json").read_text("utf-8"))


class Reader:
    """Walks one Runner along its description. A problem is its rule, path,
    message and, where cfn-lint would not find it, location."""

    def __init__(self, name, resource, source):
        self.source = source
        self.subject = f"Runner {quoted(name)}: "
        self.base = ["Resources", name]
        self.problems = []
        self.object(resource, DESCRIPTION["runner"], self.base)

    def report(self, rule, at, message, location=None):
        where = at[len(self.base) :]
        if where[:1] == ["Properties"] and len(where) > 1:
            where = where[1:]
        said = "".join(map(step, where)).removeprefix(".")
        said += ": " if said else ""
        self.problems.append((rule, at, self.subject + said + message, location))

    def object(self, value, p, at):
        written_out = p.get("writtenOut", False)
        if not isinstance(value, dict) or (intrinsic(value) and written_out):
            self.report("type", at, "must be an object, not " + described(value))
            return
        if intrinsic(value):
            return
        unknown = [name for name in map(str, value) if name not in names(p)]
        words = {name: unknown_property(name, p, DESCRIPTION["runner"]) for name in unknown}
        misspelt = {meant for _, meant in words.values()}
        for inside in p["properties"]:
            self.property(value, inside, at + [inside["name"]], misspelt)
        for name in unknown:
            self.report("unknown-property", at + [name], words[name][0])
        for first, second in p.get("exclusive", []):
            if all(n in value and not perhaps_absent(value[n]) for n in (first, second)):
                message = f"cannot be combined with {second}; remove one of them"
                self.report("exclusive", at + [first], message)

    def property(self, parent, p, at, misspelt=()):
        written_out = p.get("writtenOut", False)
        if p["name"] not in parent:
            absent = True
        else:
            value = self.source.written(parent[p["name"]], at)
            absent = no_value(value) and not written_out
        if absent:
            if p.get("required") and p["name"] not in misspelt:
                self.report("required", at, "is required")
        elif value is UNKNOWN:
            return
        elif p["kind"] == "object":
            self.object(value, p, at)
        elif not intrinsic(value) or written_out:
            self.value(value, p, at)

    def value(self, value, p, at):
        resolved_later = dynamic(value) and not p.get("writtenOut", False)
        if p["kind"] in ("textList", "idList", "nameOrList"):
            self.list(value, p, at)
        elif p["kind"] == "anyObject":
            if not isinstance(value, dict):
                self.report("type", at, "must be an object, not " + described(value))
        elif resolved_later:
            return
        elif p["kind"] == "integer":
            self.integer(value, p, at)
        else:
            self.text(value, p, at)

    def integer(self, value, p, at):
        bounds = f"(allowed {p['least']}-{p['most']} {p['unit']})"
        text = value.text if isinstance(value, Number) else value
        number = whole_number(value)
        if number is None:
            message = f"must be a whole number, not {described(value)} {bounds}{read_as(value)}"
            self.report("type", at, message)
        elif number < p["least"]:
            message = f"{brief(text)} is below {p['least']} {bounds}{read_as(value)}"
            self.report("range", at, message)
        elif number > p["most"]:
            message = f"{brief(text)} is above {p['most']} {bounds}{read_as(value)}"
            self.report("range", at, message)

    def text(self, value, p, at, location=None):
        number = isinstance(value, Number)
        text = value.text if number else value
        written_out = p.get("writtenOut", False)
        digits = number and not written_out and PLAIN_WHOLE.fullmatch(text)
        if truth(value) is not None and unquoted(value, p):
            return
        if truth(value) is not None and "allowed" in p:
            self.report("allowed-values", at, not_allowed(value, p), location)
        elif truth(value) is not None or (number and not digits):
            self.report("type", at, "must be a string" + not_text(value), location)
        elif isinstance(value, dict) and p["kind"] == "textList":
            message = 'must be a string, not an object; put a command with ": " in it in quotes'
            self.report("type", at, message)
        elif not isinstance(text, str):
            message = "must be a string, not " + described(value)
            self.report("type", at, message, location)
        elif allows(text, p):
            return
        elif "allowed" in p:
            self.report("allowed-values", at, not_allowed(value, p), location)
        else:
            message = f"{quoted(text)} is not {p['shape']}"
            self.report("pattern", at, message, location)

    def list(self, value, p, at):
        if isinstance(value, str) and p["kind"] == "nameOrList":
            self.text(value, p, at)
            return
        if isinstance(value, str) and p["kind"] == "textList":
            # The text itself stays unsaid: it may hold a secret.
            self.report("type", at, "must be a list of strings, not a string; write each command as an item of a list")
            return
        if not isinstance(value, (str, list)):
            self.report("type", at, "must be a list of strings, not " + described(value))
            return
        if dynamic(value):
            return
        written_out = p.get("writtenOut", False)
        items = value
        if isinstance(value, str):
            items = [part.strip(" \t\r\n") for part in value.split(",")]
        count = 0
        for i, item in enumerate(items):
            location = None
            if items is value:
                item = self.source.written(item, at + [i])
                location = self.source.location(at + [i])
            if no_value(item) and not written_out:
                continue
            count += 1
            if item is UNKNOWN:
                continue
            if written_out or not (intrinsic(item) or dynamic(item)):
                self.text(item, p, at + [i], location)
        if count == 0 and not p.get("emptyList"):
            self.report("list-length", at, f"must not be empty (allowed 1-{p['maxItems']} items)")
        if p.get("maxItems") and count > p["maxItems"]:
            self.report("list-length", at, f"has {count} items (allowed 1-{p['maxItems']} items)")


def unquoted(value, p):
    """Whether a boolean is what YAML makes of an allowed text: OFF is false. Only
    a file in YAML tells OFF from false."""
    written = getattr(value, "written", "")
    return "unquoted" in p and written.upper() == p["unquoted"].upper()


def plan_problems(name, resource):
    """What is wrong with the names of a deployment plan's properties."""
    known = names(DESCRIPTION["plan"])
    subject = f"Plan {quoted(name)}: "
    at = ["Resources", name, "Properties"]
    properties = resource.get("Properties")
    if properties is None:
        yield "required", at, subject + "has no Properties, so no DeploymentPlan", None
    if not isinstance(properties, dict):
        return
    for key in properties:
        if key not in known:
            near = nearest(str(key), known)
            hint = f"did you mean {quoted(near)}?" if near else "known: " + ", ".join(known)
            yield "unknown-property", at + [key], f"{subject}{key}: there is no such property; {hint}", None
    if "DeploymentPlan" not in properties:
        message = "DeploymentPlan is required: an object with StartAt and States, or a list of steps"
        yield "required", at + ["DeploymentPlan"], subject + message, None


def problems(template, source):
    resources = template.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if kind == DESCRIPTION["runner"]["type"]:
            yield from Reader(name, resource, source).problems
        elif kind == DESCRIPTION["plan"]["type"]:
            yield from plan_problems(name, resource)
