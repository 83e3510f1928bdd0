"""The words and the grammar of `runnerctl validate`: what a value is called, what
was probably meant by a name, which text is a whole number.
"""

import re
from decimal import Decimal, DecimalException

from ._scalar import Number, Truth

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


def perhaps_absent(value):
    """Whether a value is nothing, or a choice that may come to nothing."""
    return no_value(value) or intrinsic(value) == "Fn::If"


def dynamic(value):
    return isinstance(value, str) and "{{resolve:" in value


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
    if isinstance(value, (Number, Truth)):
        return brief(value.text)
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "null" if value is None else quoted(value)


def misread(value):
    """What YAML made of a value, or ""."""
    written = getattr(value, "written", "")
    kind = "boolean" if isinstance(value, Truth) else "number"
    return f"`{brief(written)}` is the {kind} {value.text} here" if written else ""


def read_as(value):
    """The same behind a message."""
    return "; " + misread(value) if misread(value) else ""


def not_text(value):
    """What a boolean or a number is, and how to make it a text."""
    if misread(value):
        return f": {misread(value)}; write {quoted(value.written)} to keep the text"
    return f", not {described(value)}; put it in quotes"


def distance(a, b):
    """How many letters to change, add, drop or swap with the next."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        above, row = rows[-1], [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
            if i > 1 and j > 1 and (x, y) == (b[j - 2], a[i - 2]):
                row[j] = min(row[j], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


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


def unknown_property(name, p, whole):
    """Why p has no such property, and the one that was meant; whole is the
    description of it all."""
    belongs = owner(name, whole)
    if belongs and name.lower() not in [known.lower() for known in names(p)]:
        return "there is no such property here; it belongs " + belongs, ""
    near = nearest(name, names(p))
    if near:
        return f"there is no such property; did you mean {near}?", near
    return f"there is no such property (known: {', '.join(names(p))})", ""


def not_allowed(value, p):
    allowed = ", ".join(p["allowed"])
    if "shape" in p:
        allowed += ", or " + p["shape"]
    if truth(value) is None:
        near = nearest(getattr(value, "text", value), p["allowed"])
    else:
        near = p.get("truths", {}).get(truth(value))
    suffix = f"; did you mean {near}?" if near else ""
    return f"{described(value)} is not allowed (allowed: {allowed}){read_as(value)}{suffix}"


def truth(value):
    """true or false, or None for what is no boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.text if isinstance(value, Truth) else None


def allows(text, p):
    if text in p.get("allowed", []):
        return True
    if "pattern" in p:
        return bool(re.fullmatch(p["pattern"], text, re.ASCII))
    return "allowed" not in p


def whole_number(value):
    """The whole number that a Number or a text of digits is, or None. What is
    beyond every range comes back as BEYOND or -BEYOND."""
    if isinstance(value, str):
        found = WHOLE_TEXT.fullmatch(value)
        digits = found.group(1) if found else ""
    else:
        digits = value.text if isinstance(value, Number) else ""
    try:
        number = Decimal(digits)
    except DecimalException:
        return None
    if not number.is_finite() or abs(number) >= BEYOND:
        return None if number.is_nan() else BEYOND if number > 0 else -BEYOND
    return int(number) if number == number.to_integral_value() else None
