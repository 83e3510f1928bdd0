package asl

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"
)

// executionContext is the part of the context object that stays the same during an execution ("Context object" in the Step Functions guide).
func executionContext(e Execution, input any) map[string]any {
	return map[string]any{
		"Execution": map[string]any{
			"Id":           e.ARN,
			"Input":        input,
			"Name":         e.Name,
			"RoleArn":      e.RoleARN,
			"StartTime":    timestamp(e.StartTime),
			"RedriveCount": json.Number("0"),
		},
		"StateMachine": map[string]any{"Id": e.StateMachineARN, "Name": e.StateMachineName},
	}
}

// context is the whole context object at this moment of the visit.
func (v *visit) context() map[string]any {
	c := maps.Clone(v.run.fixed)
	c["State"] = map[string]any{
		"EnteredTime": timestamp(v.entered),
		"Name":        v.state.name,
		"RetryCount":  json.Number(strconv.Itoa(v.retries)),
	}
	if v.token != "" {
		c["Task"] = map[string]any{"Token": v.token}
	}
	return withItem(c, v.item)
}

// withItem gives the context object of a Map's iteration.
func withItem(c map[string]any, it *item) map[string]any {
	if it == nil {
		return c
	}
	c = maps.Clone(c)
	c["Map"] = map[string]any{"Item": map[string]any{"Index": json.Number(strconv.Itoa(it.index)), "Value": it.value}}
	return c
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
