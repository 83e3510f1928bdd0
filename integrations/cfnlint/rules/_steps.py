"""Says what is wrong with the form of a deployment plan's steps: fields, their
types and their values. Knows nothing of cfn-lint.
"""

import json
from pathlib import Path

from jsonschema import Draft7Validator

from ._words import described, nearest, no_value, quoted, step

DOCUMENT = json.loads(Path(__file__).with_name("plan.json").read_text("utf-8"))


def problems(plan, base):
    """The problems of one plan, each as its path and message."""
    form = "steps" if isinstance(plan, list) else "Machine"
    schema = {"$ref": "#/definitions/" + form, "definitions": DOCUMENT["definitions"]}
    for error in Draft7Validator(schema).iter_errors(without_no_value(plan)):
        for leaf in leaves(error):
            yield from said(leaf, list(leaf.absolute_path), plan, base)


def without_no_value(value):
    """A value without the fields that are AWS::NoValue. Items keep their places."""
    if isinstance(value, dict):
        return {str(k): without_no_value(v) for k, v in value.items() if not no_value(v)}
    if isinstance(value, list):
        return [without_no_value(v) for v in value]
    return value


def leaves(error):
    """The errors of the form that was meant, where several are allowed: the one
    of the value's own type."""
    if not error.context:
        return [error]
    inside = [e for e in error.context if e.validator != "type" or e.relative_path]
    return [leaf for e in inside for leaf in leaves(e)] or [error.context[0]]


def said(error, path, plan, base):
    """One problem in words; a problem of unknown fields is one of each."""
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        for name in error.instance:
            if name not in known:
                meant = nearest(name, known)
                hint = f"; did you mean {quoted(meant)}?" if meant else ""
                yield told(path + [name], "there is no such field here" + hint, plan, base)
        return
    yield told(path, reason(error), plan, base)


def reason(error):
    wanted = error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if name not in error.instance]
        return " and ".join(missing) + " is required"
    if error.validator == "enum":
        return f"{quoted(str(error.instance))} is not allowed (allowed: {', '.join(wanted)})"
    if error.validator == "minimum":
        return f"{error.instance} is below {wanted}"
    if error.validator == "maximum":
        return f"{error.instance} is above {wanted}"
    if error.validator == "type":
        types = [wanted] if isinstance(wanted, str) else [t for t in wanted if t != "object" or wanted == ["object"]]
        return f"must be of type {' or '.join(types)}, not {described(error.instance)}"
    if error.validator == "pattern" and wanted == "^\\$":
        return f"{quoted(error.instance)} is not a path; a path starts with $"
    return "has not the form that its field needs, but is " + described(error.instance)


def told(path, message, plan, base):
    """The problem with its step before it: the innermost that the path leads to."""
    subject, at, value = "", 0, plan
    for i, key in enumerate(path):
        if i > 0 and path[i - 1] == "States":
            subject, at = str(key), i + 1
        value = value.get(key) if isinstance(value, dict) else value[key] if isinstance(key, int) else None
        if isinstance(key, int) and isinstance(value, dict) and isinstance(value.get("Name"), str) and "Type" in value:
            subject, at = value["Name"], i + 1
    where = "".join(map(step, path[at:])).removeprefix(".")
    words = [f"Step {quoted(subject)}"] if subject else ["Plan"]
    return base + path, ": ".join(words + [where] * bool(where) + [message])
