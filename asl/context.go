package asl

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/attini-go/runner/asl/jsonata"
)

// executionContext is the part of the context object that stays the same during an execution ("Context object" in the Step Functions guide).
func executionContext(e Execution, input any) *Object {
	return ObjectOf(
		"Execution", ObjectOf(
			"Id", e.ARN,
			"Input", input,
			"Name", e.Name,
			"RoleArn", e.RoleARN,
			"StartTime", timestamp(e.StartTime),
			"RedriveCount", json.Number("0"),
		),
		"StateMachine", ObjectOf("Id", e.StateMachineARN, "Name", e.StateMachineName),
	)
}

// convertedOnce is the fixed context for JSONata, converted when an expression first asks for it.
func convertedOnce(fixed *Object) func() *jsonata.Object {
	return sync.OnceValue(func() *jsonata.Object {
		o, _ := toQuery(fixed).(*jsonata.Object)
		return o
	})
}

// context is the whole context object at this moment of the visit.
func (v *visit) context() *Object {
	c := NewObject(5)
	for name, value := range v.run.fixed.All() {
		c.Set(name, value)
	}
	state := ObjectOf("Name", v.state.name, "EnteredTime", timestamp(v.entered))
	switch v.state.kind {
	case "Task", "Map", "Parallel": // only those can be tried again
		state.Set("RetryCount", json.Number(strconv.Itoa(v.retries)))
	}
	c.Set("State", state)
	if v.token != "" {
		c.Set("Task", ObjectOf("Token", v.token))
	}
	return withItem(c, v.item)
}

// withItem gives the context object of a Map's iteration.
func withItem(c *Object, it *item) *Object {
	if it == nil {
		return c
	}
	c = clone(c)
	about := ObjectOf("Index", json.Number(strconv.Itoa(it.index)), "Value", it.value)
	if it.key != "" {
		about.Set("Key", it.key)
	}
	if it.source != "" {
		about.Set("Source", it.source)
	}
	c.Set("Map", ObjectOf("Item", about))
	return c
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
