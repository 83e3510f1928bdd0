"""MiniStack with stacks' roles and policies as CloudFormation makes them, and with the
partitions of China and GovCloud.

MiniStack's stacks make roles without their path in the ARN and without their
permissions boundary, and managed policies whose text nobody can read. All of it
is told, as JSON, at /_standin/policies: roles, managed policies, instance
profiles, and the policies of buckets and queues.
"""

import inspect
import json
import textwrap
from urllib.parse import parse_qs

from ministack.app import app as ministack
from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso, request_scope
from ministack.services import dynamodb, ec2, ecs, eventbridge, iam, lambda_svc, s3, sqs, stepfunctions
from ministack.services.cloudformation import engine, handlers as operations, provisioners


def partition():
    region = get_region()
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def suffix():
    return "amazonaws.com.cn" if partition() == "aws-cn" else "amazonaws.com"


# What MiniStack writes of the partition aws, and what it is in any.
IN_ANY_PARTITION = {
    'f"arn:aws:': 'f"arn:{_partition()}:',
    '"AWS::Partition": "aws"': '"AWS::Partition": _partition()',
    '"AWS::URLSuffix": "amazonaws.com"': '"AWS::URLSuffix": _suffix()',
}


def constants(value):
    """All texts of a function's code."""
    if isinstance(value, str):
        yield value
    for inner in getattr(value, "co_consts", value if isinstance(value, tuple) else ()):
        yield from constants(inner)


def localise(module):
    """Has a module's functions, in place, name the partition of the request's region."""
    module._partition, module._suffix = partition, suffix
    for function in list(vars(module).values()):
        if not inspect.isfunction(function) or function.__module__ != module.__name__:
            continue
        if not any("arn:aws:" in text or text == "AWS::Partition" for text in constants(function.__code__)):
            continue
        source = textwrap.dedent(inspect.getsource(function))
        for written, meant in IN_ANY_PARTITION.items():
            source = source.replace(written, meant)
        made = {}
        exec(compile(source, module.__file__, "exec"), vars(module), made)
        function.__code__ = made[function.__name__].__code__


for module in (dynamodb, ec2, ecs, engine, eventbridge, iam, lambda_svc, operations, provisioners, s3, sqs, stepfunctions):
    localise(module)


def text_of(document):
    return document if isinstance(document, str) else json.dumps(document)


def create_role(logical_id, props, stack_name):
    name = props.get("RoleName") or provisioners._physical_name(stack_name, logical_id, max_len=64)
    path = props.get("Path") or "/"
    role = {
        "RoleName": name,
        "Arn": f"arn:{partition()}:iam::{get_account_id()}:role{path}{name}",
        "RoleId": "AROA" + new_uuid().replace("-", "")[:17].upper(),
        "CreateDate": now_iso(),
        "Path": path,
        "AssumeRolePolicyDocument": text_of(props.get("AssumeRolePolicyDocument", {})),
        "Description": props.get("Description", ""),
        "MaxSessionDuration": int(props.get("MaxSessionDuration", 3600)),
        "PermissionsBoundary": props.get("PermissionsBoundary"),
        "AttachedPolicies": list(props.get("ManagedPolicyArns") or []),
        "InlinePolicies": {p["PolicyName"]: text_of(p["PolicyDocument"]) for p in props.get("Policies") or []},
        "Tags": props.get("Tags") or [],
    }
    iam._roles[name] = role
    return name, {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def create_managed_policy(logical_id, props, stack_name):
    name = props.get("ManagedPolicyName") or provisioners._physical_name(stack_name, logical_id, max_len=128)
    path = props.get("Path") or "/"
    arn = f"arn:{partition()}:iam::{get_account_id()}:policy{path}{name}"
    version = {"Document": text_of(props["PolicyDocument"]), "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": now_iso()}
    iam._policies[arn] = {
        "PolicyName": name,
        "PolicyId": "ANPA" + new_uuid().replace("-", "")[:17].upper(),
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "IsAttachable": True,
        "Description": props.get("Description", ""),
        "CreateDate": now_iso(),
        "UpdateDate": now_iso(),
        "Tags": [],
        "Versions": {"v1": version},
    }
    return arn, {"Arn": arn, "PolicyArn": arn}


def create_instance_profile(logical_id, props, stack_name):
    arn, attributes = _create_instance_profile(logical_id, props, stack_name)
    for profile in iam._instance_profiles.values():
        if profile["Arn"] == arn:
            profile["Roles"] = list(props.get("Roles") or [])
    return arn, attributes


def create_function(logical_id, props, stack_name):
    name, attributes = _create_function(logical_id, props, stack_name)
    # MiniStack drops this one, and has lists of parameters as texts.
    network = {k: v.split(",") if isinstance(v, str) else v for k, v in props.get("VpcConfig", {}).items()}
    lambda_svc._functions[name]["config"]["VpcConfig"] = network
    return name, attributes


handlers = provisioners._RESOURCE_HANDLERS
_create_function = handlers["AWS::Lambda::Function"]["create"]
_create_instance_profile = handlers["AWS::IAM::InstanceProfile"]["create"]
handlers["AWS::Lambda::Function"]["create"] = create_function
handlers["AWS::IAM::Role"]["create"] = create_role
handlers["AWS::IAM::ManagedPolicy"]["create"] = create_managed_policy
handlers["AWS::IAM::InstanceProfile"]["create"] = create_instance_profile


def policies():
    return {
        "Roles": [dict(role) for role in list(iam._roles.values())],
        "Policies": {arn: policy["Versions"][policy["DefaultVersionId"]]["Document"] for arn, policy in list(iam._policies.items())},
        "InstanceProfiles": {
            profile["InstanceProfileName"]: [iam._roles[name]["Arn"] for name in profile["Roles"] if name in iam._roles]
            for profile in list(iam._instance_profiles.values())
        },
        "Buckets": dict(s3._bucket_policies.items()),
        "Queues": {
            queue["attributes"]["QueueArn"]: queue["attributes"]["Policy"]
            for queue in list(sqs._queues.values())
            if queue["attributes"].get("Policy")
        },
    }


async def app(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != "/_standin/policies":
        await ministack(scope, receive, send)
        return
    region = parse_qs(scope["query_string"].decode())["region"][0]
    with request_scope(get_account_id(), region):
        body = json.dumps(policies()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
