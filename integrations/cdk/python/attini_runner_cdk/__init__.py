"""CDK constructs of the Attini Runner."""

from typing import Any, cast

from aws_cdk import CfnResource, Stack
from constructs import Construct

from .types import *  # noqa: F403
from .types import AttiniRunnerProps, DeploymentPlanProps

TRANSFORMS = ["AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"]


def _add_transforms(scope: Construct) -> None:
    """Adds the transforms that the resources need, in their order, unless the stack has them."""
    stack = Stack.of(scope)
    for transform in TRANSFORMS:
        if transform not in (stack.template_options.transforms or []):
            stack.add_transform(transform)


class AttiniRunner(CfnResource):
    """A warm runner for the shell jobs of a deployment plan. Give its ref to DefaultRunner or to a job's Runner."""

    def __init__(self, scope: Construct, id: str, props: AttiniRunnerProps = {}) -> None:
        super().__init__(scope, id, type="Attini::Deploy::Runner", properties=cast(Any, props))
        _add_transforms(self)


class DeploymentPlan(CfnResource):
    """The steps of a deployment: a state machine whose jobs run on the stack's Runners."""

    def __init__(self, scope: Construct, id: str, props: DeploymentPlanProps) -> None:
        super().__init__(scope, id, type="Attini::Deploy::DeploymentPlan", properties=cast(Any, props))
        _add_transforms(self)
