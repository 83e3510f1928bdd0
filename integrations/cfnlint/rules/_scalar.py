"""Reads a plain scalar of YAML as CloudFormation does: YAML 1.1 with a resolver
that takes a number with leading zeros for octal or for a float, and neither y, n
nor a date for anything but text.
"""

import math
import re

JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)")
FLOAT = re.compile(
    r"[-+]?((\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*)"
)
LONGEST_NUMBER = 256  # bytes; what is longer is taken as it is
TRUE = "yes Yes YES on On ON true True TRUE".split()
FALSE = "no No NO off Off OFF false False FALSE".split()
NULL = ["", "~", "null", "Null", "NULL"]


class Number:
    """A number in JSON, and how it was written where that is another text."""

    def __init__(self, text, written=""):
        self.text = text
        self.written = written


class Truth:
    """A boolean that was written as something else than true or false."""

    def __init__(self, text, written):
        self.text = text
        self.written = written


def plain(text):
    """None, a boolean, a Truth, a Number or the text itself."""
    if text in NULL:
        return None
    if text in ("true", "false"):
        return text == "true"
    if text in TRUE or text in FALSE:
        return Truth("true" if text in TRUE else "false", text)
    literal = number(text)
    if literal is None:
        return text
    return Number(literal, "" if literal == text else text)


def number(text):
    """The JSON literal of a number, or None."""
    if len(text.encode()) > LONGEST_NUMBER:
        return text if JSON_NUMBER.fullmatch(text) else None
    try:
        if INTEGER.fullmatch(text):
            return integer(text)
        if FLOAT.fullmatch(text):
            return real(text)
    except ValueError:  # 0x_ has no digits
        pass
    return None


def sign_of(text):
    text = text.replace("_", "")
    return ("-" if text[0] == "-" else ""), text.lstrip("+-")


def integer(text):
    sign, digits = sign_of(text)
    base = 10
    if digits[:2] == "0b":
        digits, base = digits[2:], 2
    elif digits[:2] == "0x":
        digits, base = digits[2:], 16
    elif digits[0] == "0" and digits != "0":
        digits, base = digits[1:], 8
    value = 0
    for part in digits.split(":"):
        value = value * 60 + int(part, base)
    return (sign if value else "") + str(value)


def real(text):
    sign, digits = sign_of(text)
    value = 0.0
    for part in digits.split(":"):
        value = value * 60 + float(part)
    if math.isinf(value):
        return text if JSON_NUMBER.fullmatch(text) else None
    return sign + java(value)


def java(value):
    """A float as Java writes it: 1.1, 1000.0, 1.2345678901E10."""
    mantissa, exponent = shortest(value)
    if value == 0 or 1e-3 <= value < 1e7:
        if "e" not in repr(value):
            return repr(value)
        return f"{value:.{max(1, len(mantissa) - 1 - exponent)}f}"
    return f"{mantissa[0]}.{mantissa[1:] or '0'}E{exponent}"


def shortest(value):
    """The digits of a float, and the power of ten of the first of them."""
    digits, _, power = repr(value).partition("e")
    whole, _, fraction = digits.partition(".")
    exponent = int(power or 0) + len(whole) - 1
    significant = (whole + fraction).lstrip("0")
    exponent -= len(whole + fraction) - len(significant)
    return significant.rstrip("0") or "0", exponent
