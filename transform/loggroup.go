package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/logs"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

func logGroupID(runner *schema.Runner) string          { return runner.Name + "LogGroup" }
func ecsClientLogGroupID(runner *schema.Runner) string { return runner.Name + "EcsClientLogGroup" }

// logRetentionDays is the documentation's (section Image).
const logRetentionDays = 90

func logGroup() *cfn.Node {
	return new(typed).resource(&logs.LogGroup{RetentionInDays: new(logRetentionDays)})
}
