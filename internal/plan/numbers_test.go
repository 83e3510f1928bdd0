package plan_test

import "testing"

func TestNumberProblems(t *testing.T) {
	wait := func(value string) string { return states("A: {Type: Wait, End: true, Seconds: " + value + "}") }
	task := func(rest string) string { return states("A: {Type: Task, Resource: r, End: true, " + rest + "}") }
	retry := func(rule string) string { return task("Retry: [{ErrorEquals: [States.ALL], " + rule + "}]") }
	check(t, map[string]mistake{
		"to come":             {wait("!Ref S"), "number", ".States.A.Seconds"},
		"to come in Retry":    {retry("MaxAttempts: !Ref M"), "number", ".States.A.Retry[0].MaxAttempts"},
		"in quotes":           {wait("'5'"), "number", ".States.A.Seconds"},
		"null":                {wait("~"), "number", ".States.A.Seconds"},
		"below":               {wait("-1"), "range", ".States.A.Seconds"},
		"above":               {wait("100000000"), "range", ".States.A.Seconds"},
		"beyond all":          {wait("1e999"), "range", ".States.A.Seconds"},
		"fraction":            {wait("1.5"), "range", ".States.A.Seconds"},
		"no time":             {task("TimeoutSeconds: 0"), "range", ".States.A.TimeoutSeconds"},
		"shrinking back-off":  {retry("BackoffRate: 0.5"), "range", ".States.A.Retry[0].BackoffRate"},
		"slow heartbeat":      {task("HeartbeatSeconds: 9, TimeoutSeconds: 9"), "range", ".States.A.HeartbeatSeconds"},
		"expression on a job": {states("A: {Type: AttiniRunnerJob, TimeoutSeconds: '{% $t %}', Properties: {Commands: [ls]}, End: true}"), "number", ".States.A.TimeoutSeconds"},
	})
}

func TestNumbersElsewhere(t *testing.T) {
	t.Parallel()
	whole(t, states("A: {Type: Wait, QueryLanguage: JSONata, Seconds: '{% $s %}', End: true}"))
	whole(t, states("A: {Type: Task, Resource: r, End: true, Parameters: {Seconds: !Ref S, Steps: [{TimeoutSeconds: x}]}, Assign: {l: [{MaxAttempts: x}]}}"))
	whole(t, states("A: {Type: Pass, End: true, Result: [{Seconds: x}], Parameters: [{Seconds: x}]}"))
}
