// Package awsport is the agent's only user of AWS SDK clients: the worker's
// ports on SQS, Step Functions, DynamoDB and the ECS metadata endpoint.
// docs/wire.md has the keys and attributes.
//
// Where an older installation lacks a permission, the port logs that once and
// then works without it, as the original agent did.
package aws
