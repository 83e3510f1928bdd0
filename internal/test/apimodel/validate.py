"""Validates requests by the models of AWS's APIs, which botocore has.

stdin: a JSON request a line: service (of the signature), operation, body, form, path,
query, header. stdout: a line for each problem.

botocore itself looks for missing and unknown members, types and minimums. The rest of
what services refuse is read from the models here: enums, maximums, patterns.
"""

import base64
import json
import re
import sys
from urllib.parse import unquote

import regex
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

# Services whose models have another name than their signatures.
MODELS = {"states": "stepfunctions", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
SCALARS = {"integer": int, "long": int, "float": float, "double": float, "boolean": lambda text: {"true": True, "false": False}[text]}

loader = Loader()
models = {}


def model(service):
    name = MODELS.get(service, service)
    if name not in models:
        models[name] = ServiceModel(loader.load_service_model(name, "service-2"), name)
    return models[name]


def scalar(shape, text):
    return SCALARS.get(shape.type_name, str)(text)


def from_json(shape, value):
    """A value as botocore's callers give it: JSON has blobs in base64."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {names.get(k, k): from_json(shape.members[names[k]], v) if k in names else v for k, v in value.items() if v is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [from_json(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {k: from_json(shape.value, v) for k, v in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value


def from_form(shape, prefix, form, ec2):
    """A value of the fields of a form that begin with a prefix; it takes them away."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            key = member.serialization.get("name", name)
            if ec2:
                key = member.serialization.get("queryName") or key[0].upper() + key[1:]
            elif member.type_name == "list" and member.serialization.get("flattened"):
                key = member.member.serialization.get("name", key)
            value = from_form(member, f"{prefix}.{key}" if prefix else key, form, ec2)
            if value is not None:
                found[name] = value
        return found or (None if prefix else found)
    if shape.type_name == "list":
        if not ec2 and not shape.serialization.get("flattened"):
            prefix += "." + shape.member.serialization.get("name", "member")
        found = []
        while (item := from_form(shape.member, f"{prefix}.{len(found) + 1}", form, ec2)) is not None:
            found.append(item)
        return found or None
    text = form.pop(prefix, None)
    return None if text is None else scalar(shape, text)


def from_rest(operation, request):
    """A value of the path, the query and the headers; the body is left out."""
    pattern, _, _ = operation.http["requestUri"].partition("?")
    pattern = re.sub(r"\\\{(\w+)\\\+\\\}", r"(?P<\1>.+)", re.escape(pattern))
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern)
    found = re.fullmatch(pattern, request["path"])
    if found is None:
        raise ValueError(f"the path {request['path']} is none of {operation.http['requestUri']}")
    places = {
        "uri": {k: unquote(v) for k, v in found.groupdict().items()},
        "querystring": request["query"] or {},
        "header": {k.lower(): v for k, v in (request["header"] or {}).items()},
    }
    value = {}
    for name, member in operation.input_shape.members.items():
        place = places.get(member.serialization.get("location"))
        key = member.serialization.get("name", name)
        key = key.lower() if member.serialization.get("location") == "header" else key
        if place is not None and key in place and member.type_name != "timestamp":
            value[name] = scalar(member, place[key])
    return value


def values(shape, value, path):
    """Every value with its shape and path."""
    yield shape, value, path
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                yield from values(shape.members[name], member, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for i, item in enumerate(value):
            yield from values(shape.member, item, f"{path}[{i}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from values(shape.key, key, f"{path}.{key}")
            yield from values(shape.value, item, f"{path}.{key}")


def refused(shape, value):
    """Why a service would refuse a value."""
    metadata = shape.metadata
    if shape.type_name in ("string", "blob", "list", "map"):
        if "max" in metadata and len(value) > metadata["max"]:
            yield f"has length {len(value)}, at most {metadata['max']}"
    elif isinstance(value, (int, float)) and "max" in metadata and value > metadata["max"]:
        yield f"is {value}, at most {metadata['max']}"
    if shape.type_name == "string":
        if metadata.get("enum") and value not in metadata["enum"]:
            yield f"{value!r} is none of {', '.join(metadata['enum'])}"
        if "pattern" in metadata and not regex.fullmatch(metadata["pattern"], value):
            yield f"{value!r} does not match {metadata['pattern']}"


def problems(request):
    service = model(request["service"])
    if request["operation"] not in service.operation_names:
        yield "there is no such operation"
        return
    operation = service.operation_model(request["operation"])
    shape, protocol = operation.input_shape, service.metadata["protocol"]
    if shape is None:
        return
    if protocol == "json":
        value = from_json(shape, json.loads(request["body"] or "{}"))
    elif protocol in ("query", "ec2"):
        form = {k: v for k, v in request["form"].items() if k not in ("Action", "Version")}
        value = from_form(shape, "", form, protocol == "ec2")
        for field in form:
            yield f"{field} is no field of it"
    else:
        value = from_rest(operation, request)
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        yield report.generate_report()
    for part, given, path in values(shape, value, ""):
        try:
            for problem in refused(part, given):
                yield f"{path[1:]} {problem}"
        except TypeError:  # a wrong type, which is reported above
            pass


for line in sys.stdin:
    request = json.loads(line)
    try:
        for problem in problems(request):
            print(f"{request['service']}.{request['operation']}: {problem}")
    except (ValueError, KeyError) as error:
        print(f"{request['service']}.{request['operation']}: {error!r}")
