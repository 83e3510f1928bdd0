// Package lifecycle creates, updates and deletes runners and plans with their stacks.
// CloudFormation calls it for two custom resources. For a Runner (Custom::AttiniRunner),
// it checks the resolved values with the rules of runnerctl validate and stores them as
// a version of the runner's configuration. For a plan's trigger
// (Custom::AttiniDeploymentPlanTrigger), it starts the plan when the stack is complete.
//
// CloudFormation may call twice for the same change, may roll a change back, and deletes
// a replaced resource after it created the new one. So every operation can be repeated,
// a deletion uses the physical id alone, and resources of another stack of the same name
// stay.
//
// The package uses no AWS SDK: tables, ECS and Step Functions are ports. Package aws
// implements them, package lifecycletest has them in memory.
package lifecycle
