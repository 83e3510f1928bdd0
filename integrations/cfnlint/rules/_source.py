"""Says how a value was written. cfn-lint reads YAML as version 1.1 has it, and
keeps no place and no spelling of what it takes for a number or a boolean: OFF
becomes False, 1.10 becomes 1.1. CloudFormation, and `runnerctl validate` with it,
have other rules for some; this goes back to the file for them.
"""

import yaml

from ._scalar import JSON_NUMBER, Number, plain

TEXT_TAG = "tag:yaml.org,2002:str"


# A value whose spelling matters and is not known.
UNKNOWN = object()


class Source:
    """The file of a template; read when a value in it is asked for."""

    def __init__(self, filename):
        self.filename = filename
        self.read = False
        self.tree = None
        self.is_yaml = True

    def compose(self):
        try:
            with open(self.filename, encoding="utf-8") as file:
                loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
                self.tree = yaml.compose(file, loader)
        except (OSError, TypeError):
            return  # from standard input
        except (ValueError, yaml.YAMLError):
            self.is_yaml = False  # JSON with tabs, which is not YAML

    def scalar(self, path):
        """The scalar that stands at a path in the file, or None."""
        if not self.read:
            self.read = True
            self.compose()
        node = self.tree
        for part in path:
            node = inside(node, part)
        return node if isinstance(node, yaml.ScalarNode) else None

    def written(self, value, path):
        """A value as CloudFormation reads it: a text, a list or an object as it
        is, true or false, None, a Number or a Truth. It is UNKNOWN when it may have been
        a word such as OFF where the file does not tell: a template may come from
        standard input, and a resource out of a loop."""
        if isinstance(value, (dict, list)):
            return value
        if isinstance(value, str) and not isinstance(plain(value), Number):
            return value
        node = self.scalar(path)
        if node is not None:
            return judged(node)
        if self.is_yaml and not isinstance(value, str):
            return Number(str(value)) if type(value) is int else UNKNOWN
        if value is None or isinstance(value, (bool, str)):
            return value
        return plain(str(value))

    def location(self, path):
        """Where the scalar at a path stands, as cfn-lint counts, or None."""
        node = self.scalar(path)
        if node is None:
            return None
        start, end = node.start_mark, node.end_mark
        return start.line, start.column, end.line, end.column


def inside(node, part):
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == part:
                return value
    return None


def judged(node):
    """What a scalar is to CloudFormation, as _scalar has it."""
    text = node.value
    if node.style:  # quoted, or a block
        return text
    said = node.tag == TEXT_TAG and "e" not in text.lower() and JSON_NUMBER.fullmatch(text)
    return text if said else plain(text)  # !!str 5
