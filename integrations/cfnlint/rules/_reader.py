"""Reads a Runner from a template and says, in the words of `runnerctl validate`,
what is wrong with each of its properties. Knows nothing of cfn-lint.

The folder that cfn-lint loads rules from gives it no package, and the files that
begin with _ are not taken for rules; AttiniRunner.py loads this one.
"""

import json
import math
import re
from pathlib import Path

DESCRIPTION = json.loads(Path(__file__).with_name("runner.json").read_text("utf-8"))

MAX_WORD = 100  # characters of a wrong value that a message repeats
SLIPS = 2  # letters in which a name and what was meant may differ
SHORTEST_PART = 3  # characters that a name and what was meant share at least
LONGEST_NAME = 255  # bytes; nothing longer is a slip for a name
BEYOND = 1 << 40  # is outside every range

PLAIN_KEY = re.compile(r"[A-Za-z0-9_:-]+")
PLAIN_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
WHOLE_TEXT = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:\.0+)?")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f"}
ESCAPES |= {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def intrinsic(value):
    """The name of an intrinsic function, "" for everything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((key, argument),) = value.items()
    if not isinstance(key, str):
        return ""
    if key == "Ref" or key.startswith("Fn::"):
        return key
    return key if key == "Condition" and isinstance(argument, str) else ""


def no_value(value):
    return intrinsic(value) == "Ref" and value["Ref"] == "AWS::NoValue"


def dynamic(value):
    return isinstance(value, str) and "{{resolve:" in value


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def brief(text):
    return text if len(text) <= MAX_WORD else text[:MAX_WORD] + "…"


def escaped(text):
    return "".join(map(escaped_character, text))


def escaped_character(char):
    if char in ESCAPES:
        return ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted(text):
    return f'"{escaped(brief(text))}"'


def step(part):
    """A part of a path, as messages say it."""
    if isinstance(part, int):
        return f"[{part}]"
    return "." + part if PLAIN_KEY.fullmatch(part) else f'["{escaped(part)}"]'


def described(value):
    """What stands where something else should."""
    if intrinsic(value):
        return intrinsic(value)
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return brief(str(value))
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "null" if value is None else quoted(str(value))


def distance(a, b):
    """Levenshtein's: how many letters to change, add or drop."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def nearest(name, candidates):
    """The candidate that was probably meant by name, or ""."""
    best, least = "", LONGEST_NAME
    for candidate in candidates:
        if len(name.encode()) > LONGEST_NAME:
            break
        written, meant = name.lower(), candidate.lower()
        short, long = sorted((written, meant), key=len)
        slips = distance(written, meant)
        slip = slips <= SLIPS and 2 * slips < len(written)
        part = len(short) >= SHORTEST_PART and short in long
        if slips < least and (slip or part):
            best, least = candidate, slips
    return best


def names(p):
    return [inside["name"] for inside in p.get("properties", [])]


def owner(name, p):
    """Where a property belongs, such as JobTimeout in RunnerConfiguration."""
    for inside in p.get("properties", []):
        if inside["name"] == name:
            return "in " + p["name"] if "name" in p else "beside Properties"
        found = owner(name, inside)
        if found:
            return found
    return ""


def unknown_property(name, p):
    belongs = owner(name, DESCRIPTION["runner"])
    if belongs and name.lower() not in [known.lower() for known in names(p)]:
        return "there is no such property here; it belongs " + belongs
    near = nearest(name, names(p))
    if near:
        return f"there is no such property; did you mean {near}?"
    return f"there is no such property (known: {', '.join(names(p))})"


def not_allowed(text, p):
    allowed = ", ".join(p["allowed"])
    if "shape" in p:
        allowed += ", or " + p["shape"]
    near = nearest(text, p["allowed"])
    suffix = f"; did you mean {near}?" if near else ""
    return f"{quoted(text)} is not allowed (allowed: {allowed}){suffix}"


def allows(text, p):
    if text in p.get("allowed", []):
        return True
    if "pattern" in p:
        return bool(re.fullmatch(p["pattern"], text, re.ASCII))
    return "allowed" not in p


def whole_number(value):
    """The whole number that a number or a text of digits is, or None."""
    if isinstance(value, str):
        found = WHOLE_TEXT.fullmatch(value)
        if not found:
            return None
        digits = found.group(1)
        return int(digits) if len(digits) < 15 else math.copysign(BEYOND, float(digits))
    if not is_number(value) or not math.isfinite(value) or value != int(value):
        return None
    return int(value)


class Reader:
    """Walks one Runner along its description; problems are (rule, path, message)."""

    def __init__(self, name, resource):
        self.subject = f"Runner {quoted(name)}: "
        self.base = ["Resources", name]
        self.problems = []
        self.object(resource, DESCRIPTION["runner"], self.base)

    def report(self, rule, at, message):
        where = at[len(self.base) :]
        if where[:1] == ["Properties"] and len(where) > 1:
            where = where[1:]
        said = "".join(map(step, where)).removeprefix(".")
        said += ": " if said else ""
        self.problems.append((rule, at, self.subject + said + message))

    def object(self, value, p, at):
        written_out = p.get("writtenOut", False)
        if not isinstance(value, dict) or (intrinsic(value) and written_out):
            self.report("type", at, "must be an object, not " + described(value))
            return
        if intrinsic(value):
            return
        for inside in p["properties"]:
            self.property(value, inside, at + [inside["name"]])
        for name in map(str, value):
            if name not in names(p):
                message = unknown_property(name, p)
                self.report("unknown-property", at + [name], message)
        for first, second in p.get("exclusive", []):
            if all(n in value and not no_value(value[n]) for n in (first, second)):
                message = f"cannot be combined with {second}; remove one of them"
                self.report("exclusive", at + [first], message)

    def property(self, parent, p, at):
        written_out = p.get("writtenOut", False)
        if p["name"] not in parent:
            absent = True
        else:
            value = parent[p["name"]]
            absent = no_value(value) and not written_out
        if absent:
            if p.get("required"):
                self.report("required", at, "is required")
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
        number = whole_number(value)
        if number is None:
            message = f"must be a whole number, not {described(value)} {bounds}"
            self.report("type", at, message)
        elif number < p["least"]:
            message = f"{brief(str(value))} is below {p['least']} {bounds}"
            self.report("range", at, message)
        elif number > p["most"]:
            message = f"{brief(str(value))} is above {p['most']} {bounds}"
            self.report("range", at, message)

    def text(self, value, p, at):
        text, number = str(value), is_number(value)
        written_out = p.get("writtenOut", False)
        digits = number and not written_out and PLAIN_WHOLE.fullmatch(text)
        if isinstance(value, bool) or (number and not digits):
            message = f"must be a string, not {described(value)}; put it in quotes"
            self.report("type", at, message)
        elif isinstance(value, dict) and p["kind"] == "textList":
            message = 'must be a string, not an object; put a command with ": " in it in quotes'
            self.report("type", at, message)
        elif not isinstance(value, str) and not number:
            self.report("type", at, "must be a string, not " + described(value))
        elif allows(text, p):
            return
        elif "allowed" in p:
            self.report("allowed-values", at, not_allowed(text, p))
        else:
            self.report("pattern", at, f"{quoted(text)} is not {p['shape']}")

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
        items = value if isinstance(value, list) else [part.strip(" \t\r\n") for part in value.split(",")]
        count = 0
        for i, item in enumerate(items):
            if no_value(item) and not written_out:
                continue
            count += 1
            if written_out or not (intrinsic(item) or dynamic(item)):
                self.text(item, p, at + [i])
        if count == 0 and not p.get("emptyList"):
            self.report("list-length", at, f"must not be empty (allowed 1-{p['maxItems']} items)")
        if p.get("maxItems") and count > p["maxItems"]:
            self.report("list-length", at, f"has {count} items (allowed 1-{p['maxItems']} items)")


def plan_problems(name, resource):
    """What is wrong with the names of a deployment plan's properties."""
    known = names(DESCRIPTION["plan"])
    subject = f"Plan {quoted(name)}: "
    at = ["Resources", name, "Properties"]
    properties = resource.get("Properties")
    if properties is None:
        yield "required", at, subject + "has no Properties, so no DeploymentPlan"
    if not isinstance(properties, dict):
        return
    for key in properties:
        if key not in known:
            near = nearest(str(key), known)
            hint = f"did you mean {quoted(near)}?" if near else "known: " + ", ".join(known)
            yield "unknown-property", at + [key], f"{subject}{key}: there is no such property; {hint}"
    if "DeploymentPlan" not in properties:
        message = "DeploymentPlan is required: an object with StartAt and States, or a list of steps"
        yield "required", at + ["DeploymentPlan"], subject + message


def problems(template):
    resources = template.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if kind == DESCRIPTION["runner"]["type"]:
            yield from Reader(name, resource).problems
        elif kind == DESCRIPTION["plan"]["type"]:
            yield from plan_problems(name, resource)
