// Package aws is the agent's only user of AWS SDK clients: the worker's
// ports on SQS, Step Functions, DynamoDB and the ECS metadata endpoint, as the
// wire contract has them.
//
// What an older installation lacks (a permission, a table's attribute) is
// handled here: it is told once, and the port then does as the original agent
// did.
package aws
