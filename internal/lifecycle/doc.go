// Package lifecycle is what happens to runners and plans when their stack is
// created, updated and deleted. CloudFormation calls it for two custom
// resources: a Runner (Custom::AttiniRunner), whose resolved values it checks
// with the rules of runnerctl validate and keeps as a version of the runner's
// configuration, and a plan's trigger (Custom::AttiniDeploymentPlanTrigger),
// whose plan it starts once the stack is complete.
//
// CloudFormation may call for the same thing twice, may take a change back, and
// deletes what it replaced after the replacement is there. So everything here
// can be repeated, what is deleted is named by its physical id alone, and what
// belongs to another stack of the same name is left alone.
//
// It knows no AWS: tables, ECS and Step Functions are ports, which package
// awsport implements and package lifecycletest has in memory.
package lifecycle
