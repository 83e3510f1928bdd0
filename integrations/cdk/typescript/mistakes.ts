// Ten mistakes, each of which the compiler has to find: it reports an @ts-expect-error
// without one.
import type { AttiniRunnerProps, DeploymentPlanProps, Step } from './types';

// @ts-expect-error an unknown property
const a: AttiniRunnerProps = { Imgae: 'alpine' };
// @ts-expect-error a list for a number
const b: AttiniRunnerProps = { Memory: [1024] };
// @ts-expect-error a value that is not allowed
const c: AttiniRunnerProps = { RunnerConfiguration: { LogLevel: 'LOUD' } };
// @ts-expect-error a flag for a list
const d: AttiniRunnerProps = { Startup: { Commands: true } };
// @ts-expect-error no steps
const e: DeploymentPlanProps = { DefaultRunner: 'Runner' };
// @ts-expect-error an unknown type of a step
const f: Step = { Name: 'A', Type: 'AttiniRunnerJbo', Properties: { Commands: ['make'] } };
// @ts-expect-error a step without a name
const g: Step = { Type: 'AttiniManualApproval' };
// @ts-expect-error an unknown property of a job
const h: Step = { Name: 'A', Type: 'AttiniRunnerJob', Properties: { Commands: ['make'], Enviroment: {} } };
// @ts-expect-error a text for an object
const i: Step = { Name: 'A', Type: 'AttiniSam', Properties: { StackName: 's', Project: '/app' } };
// @ts-expect-error an action that does not exist
const j: Step = { Name: 'A', Type: 'AttiniCfn', Properties: { StackName: 's', Action: 'Remove' } };

export const mistakes = [a, b, c, d, e, f, g, h, i, j];
