package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/asl"
)

// A definition's problems come all together, with their paths and places.
func ExampleParse() {
	_, err := asl.Parse([]byte(`{
  "StartAt": "Greet",
  "States": {
    "Greet": {"Type": "Pass", "Paramters": {}, "Next": "Done"},
    "Wait": {"Type": "Wait", "Seconds": -1, "End": true}
  }
}`))
	var definition *asl.DefinitionError
	if errors.As(err, &definition) {
		for _, p := range definition.Problems {
			fmt.Printf("%d:%d %s [%s]\n", p.Place.Line, p.Place.Column, p, p.Rule)
		}
	}
	// Output:
	// 4:31 States.Greet.Paramters: a Pass state has no such field; did you mean "Parameters"? [unknown-field]
	// 4:56 States.Greet.Next: state "Done" does not exist at this level; known: Greet, Wait [unknown-state]
	// 5:41 States.Wait.Seconds: -1 is not allowed (a whole number from 0 to 99999999) [range]
}

// tasks does what Task states call.
type tasks map[string]func(json.RawMessage) (any, error)

func (t tasks) Do(_ context.Context, task asl.Task) (any, error) { return t[task.Resource](task.Input) }

// A Task state hands its work to the caller; a failure is what Retry and Catch see.
func ExampleMachine_Run() {
	machine, err := asl.Parse([]byte(`{
  "QueryLanguage": "JSONata",
  "StartAt": "Add",
  "States": {
    "Add": {
      "Type": "Task", "Resource": "sum", "Arguments": "{% $states.input.numbers %}", "Assign": {"sum": "{% $states.result %}"}, "Next": "Tell",
      "Catch": [{"ErrorEquals": ["Empty"], "Output": "{% 'nothing to add: ' & $states.errorOutput.Cause %}", "Next": "End"}]
    },
    "Tell": {"Type": "Pass", "Output": "{% 'the sum is ' & $sum %}", "Next": "End"},
    "End": {"Type": "Succeed"}
  }
}`))
	if err != nil {
		panic(err)
	}
	options := asl.Options{Tasks: tasks{"sum": func(input json.RawMessage) (any, error) {
		var numbers []int
		if err := json.Unmarshal(input, &numbers); err != nil || len(numbers) == 0 {
			return nil, &asl.Error{Name: "Empty", Cause: "no numbers"}
		}
		sum := 0
		for _, n := range numbers {
			sum += n
		}
		return sum, nil
	}}}
	for _, input := range []string{`{"numbers": [1, 2, 3]}`, `{"numbers": []}`} {
		output, err := machine.Run(context.Background(), asl.Execution{Input: json.RawMessage(input)}, options)
		fmt.Println(string(output), err)
	}
	// Output:
	// "the sum is 6" <nil>
	// "nothing to add: no numbers" <nil>
}

// Mocks stand for what tasks call.
func ExampleParseMocks() {
	mocks, err := asl.ParseMocks([]byte(`{"Ask": [{"error": "Busy"}, {"payload": 42}]}`))
	if err != nil {
		panic(err)
	}
	for attempt := range 2 {
		result, _, err := mocks.Answer(context.Background(), nil, asl.Task{State: "Ask", Attempt: attempt, Iteration: -1})
		text, _ := json.Marshal(result)
		fmt.Println(string(text), err)
	}
	// Output:
	// null execution failed with Busy
	// {"ExecutedVersion":"$LATEST","Payload":42,"StatusCode":200} <nil>
}

// printer prints what happens in a run, and how long after its start.
type printer struct{ start time.Time }

func (p printer) Observe(e asl.Event) {
	fmt.Printf("%s %s %s\n", e.Time.Sub(p.start), e.Path, e.Kind)
}

// In virtual time, waits and delays take no time, and a run is the same each time: a test of a state machine needs no patience.
func ExampleNewVirtualTime() {
	machine, err := asl.Parse([]byte(`{
  "StartAt": "Night",
  "States": {
    "Night": {"Type": "Wait", "Seconds": 28800, "Next": "Call"},
    "Call": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60, "BackoffRate": 1}]
    }
  }
}`))
	if err != nil {
		panic(err)
	}
	mocks, err := asl.ParseMocks([]byte(`{"Call": [{"error": "Busy"}, {"payload": "done", "delay": 5}]}`))
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)
	clock := asl.NewVirtualTime(start)
	output, err := machine.Run(context.Background(), asl.Execution{}, asl.Options{
		Tasks: fromMocks{mocks, clock}, Clock: clock, Observer: printer{start},
	})
	fmt.Println(string(output), err)
	// Output:
	// 0s Night Entered
	// 0s Night Waiting
	// 8h0m0s Night Succeeded
	// 8h0m0s Call Entered
	// 8h0m0s Call Retried
	// 8h1m5s Call Succeeded
	// {"ExecutedVersion":"$LATEST","Payload":"done","StatusCode":200} <nil>
}

// fromMocks answers Task states from mocks.
type fromMocks struct {
	mocks *asl.Mocks
	clock asl.Clock
}

func (m fromMocks) Do(ctx context.Context, task asl.Task) (any, error) {
	result, ok, err := m.mocks.Answer(ctx, m.clock, task)
	if !ok && err == nil {
		err = fmt.Errorf("no answer for %s", task.State)
	}
	return result, err
}

// A path finds in a document what a state would find in its input.
func ExampleDocument_Find() {
	document, err := asl.ParseDocument([]byte(`{"services": [{"name": "web", "port": 80}, {"name": "db", "port": 5432}]}`))
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"$.services[0].name", "$.services[?(@.port > 80)].name", "$.gone"} {
		value, ok, err := document.Find(path)
		fmt.Println(string(value), ok, err)
	}
	// Output:
	// "web" true <nil>
	// ["db"] true <nil>
	//  false <nil>
}
