package inspect

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/attini-go/runner/internal/doctor"
)

// maxLines is how many of the last lines of a container's log are read.
const maxLines = 100

// readLogs reads the last lines of the containers of tasks that ended before they took a
// job: only there stands that an image is for another processor, or what the agent lacks.
func (o *observation) readLogs(ctx context.Context, r *doctor.Runner, definition *ecstypes.TaskDefinition) error {
	for _, task := range r.Stopped {
		if task.TookJobs {
			continue
		}
		for _, c := range definition.ContainerDefinitions {
			group, stream := logStream(c, task.ARN)
			if stream == "" {
				continue
			}
			output, err := o.lines.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: &stream, Limit: aws.Int32(maxLines)})
			if hasCode(err, "ResourceNotFoundException") {
				continue // the container never started
			}
			if err != nil {
				return asked(ctx, "logs:GetLogEvents", err)
			}
			for _, event := range output.Events {
				if text := ownLine(aws.ToString(event.Message)); text != "" {
					o.Statements = append(o.Statements, doctor.Statement{By: doctor.SourceLog, About: "container " + aws.ToString(c.Name) + " of " + task.ARN, Text: text, At: task.StoppedAt})
				}
			}
		}
		return nil // the newest one says enough
	}
	return nil
}

// logStream is where the awslogs driver writes; "" with another driver, or with a stream
// name that cannot be known.
func logStream(c ecstypes.ContainerDefinition, task string) (group, stream string) {
	if c.LogConfiguration == nil || c.LogConfiguration.LogDriver != ecstypes.LogDriverAwslogs {
		return "", ""
	}
	group, prefix := c.LogConfiguration.Options["awslogs-group"], c.LogConfiguration.Options["awslogs-stream-prefix"]
	if group == "" || prefix == "" {
		return "", ""
	}
	return group, prefix + "/" + aws.ToString(c.Name) + "/" + task[strings.LastIndexByte(task, '/')+1:]
}

// ownLine is what the container or its agent said of a failure; "" for another line, and
// for jobs' lines, which begin with their step: they can have any word in them.
func ownLine(line string) string {
	var record struct{ Level, Msg, Error string }
	if json.Unmarshal([]byte(line), &record) == nil {
		if record.Level != "ERROR" && record.Level != "WARN" {
			return ""
		}
		return strings.TrimSuffix(record.Msg+": "+record.Error, ": ")
	}
	if strings.Contains(line, " | ") {
		return ""
	}
	return line
}
