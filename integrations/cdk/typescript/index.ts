import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AttiniRunnerProps, DeploymentPlanProps } from './types';

export type * from './types';

const TRANSFORMS = ['AttiniDeploymentPlan', 'AWS::Serverless-2016-10-31'];

/** Adds the transforms that the resources need, in their order, unless the stack has them. */
function addTransforms(scope: Construct): void {
  const stack = Stack.of(scope);
  for (const transform of TRANSFORMS) {
    if (!stack.templateOptions.transforms?.includes(transform)) {
      stack.addTransform(transform);
    }
  }
}

/** A warm runner for the shell jobs of a deployment plan. Give its ref to DefaultRunner or to a job's Runner. */
export class AttiniRunner extends CfnResource {
  constructor(scope: Construct, id: string, props: AttiniRunnerProps = {}) {
    super(scope, id, { type: 'Attini::Deploy::Runner', properties: props });
    addTransforms(this);
  }
}

/** The steps of a deployment: a state machine whose jobs run on the stack's Runners. */
export class DeploymentPlan extends CfnResource {
  constructor(scope: Construct, id: string, props: DeploymentPlanProps) {
    super(scope, id, { type: 'Attini::Deploy::DeploymentPlan', properties: props });
    addTransforms(this);
  }
}
