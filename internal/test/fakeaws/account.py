"""MiniStack with stacks' roles and policies as CloudFormation makes them.

MiniStack's stacks make roles without their path in the ARN and without their
permissions boundary, and managed policies whose text nobody can read. All of it
is told, as JSON, at /_standin/policies: roles, managed policies, instance
profiles, and the policies of buckets and queues.
"""

import json

from ministack.app import app as ministack
from ministack.core.responses import get_account_id, new_uuid, now_iso
from ministack.services import iam, s3, sqs
from ministack.services.cloudformation import provisioners


def text_of(document):
    return document if isinstance(document, str) else json.dumps(document)


def create_role(logical_id, props, stack_name):
    name = props.get("RoleName") or provisioners._physical_name(stack_name, logical_id, max_len=64)
    path = props.get("Path") or "/"
    role = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{get_account_id()}:role{path}{name}",
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
    arn = f"arn:aws:iam::{get_account_id()}:policy{path}{name}"
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


handlers = provisioners._RESOURCE_HANDLERS
_create_instance_profile = handlers["AWS::IAM::InstanceProfile"]["create"]
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
    body = json.dumps(policies()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
