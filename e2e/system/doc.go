// Package system deploys template.yaml and stacks of users on the AWS stand-in,
// as they are deployed, and holds what then happens to what is promised: the
// functions are the built programs behind a Lambda host, and each ECS task is the
// agent's process.
package system
