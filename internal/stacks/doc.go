// Package stacks deploys the CloudFormation stacks of a plan's steps. It resolves what a
// step says, with its configuration files and variables; starts CloudFormation's
// operation; and answers the step from what CloudFormation says of it. The launcher and
// a local run resolve with the same code.
package stacks
