package plan_test

import "testing"

func TestNumberProblems(t *testing.T) {
	wait := func(value string) string { return states("A: {Type: Wait, End: true, Seconds: " + value + "}") }
	task := func(rest string) string { return states("A: {Type: Task, Resource: r, End: true, " + rest + "}") }
	retry := func(rule string) string { return task("Retry: [{ErrorEquals: [States.ALL], " + rule + "}]") }
	check(t, map[string]mistake{
		"to come":             {wait("!Ref S"), "number", ".States.A.Seconds", ""},
		"to come in Retry":    {retry("MaxAttempts: !Ref M"), "number", ".States.A.Retry[0].MaxAttempts", ""},
		"in quotes":           {wait("'5'"), "number", ".States.A.Seconds", ""},
		"null":                {wait("~"), "number", ".States.A.Seconds", `Step "A": Seconds: must be a number, not null`},
		"below":               {wait("-1"), "range", ".States.A.Seconds", `Step "A": Seconds: -1 is not allowed (a whole number from 0 to 99999999)`},
		"above":               {wait("100000000"), "range", ".States.A.Seconds", `Step "A": Seconds: 100000000 is not allowed (a whole number from 0 to 99999999)`},
		"beyond all":          {wait("1e999"), "range", ".States.A.Seconds", `Step "A": Seconds: 1e999 is not allowed (a whole number from 0 to 99999999)`},
		"fraction":            {wait("1.5"), "range", ".States.A.Seconds", `Step "A": Seconds: 1.5 is not allowed (a whole number from 0 to 99999999)`},
		"no time":             {task("TimeoutSeconds: 0"), "range", ".States.A.TimeoutSeconds", `Step "A": TimeoutSeconds: 0 is not allowed (a whole number from 1 to 99999999)`},
		"shrinking back-off":  {retry("BackoffRate: 0.5"), "range", ".States.A.Retry[0].BackoffRate", `Step "A": Retry[0].BackoffRate: 0.5 is not allowed (a number from 1)`},
		"slow heartbeat":      {task("HeartbeatSeconds: 9, TimeoutSeconds: 9"), "range", ".States.A.HeartbeatSeconds", `Step "A": HeartbeatSeconds: 9 must be less than TimeoutSeconds, 9`},
		"expression on a job": {states("A: {Type: AttiniRunnerJob, TimeoutSeconds: '{% $t %}', Properties: {Commands: [ls]}, End: true}"), "number", ".States.A.TimeoutSeconds", `Step "A": TimeoutSeconds: must be a number, not a string`},
	})
}

func TestNumbersElsewhere(t *testing.T) {
	t.Parallel()
	whole(t, states("A: {Type: Wait, QueryLanguage: JSONata, Seconds: '{% $s %}', End: true}"))
	whole(t, states("A: {Type: Task, Resource: r, End: true, Parameters: {Seconds: !Ref S, Steps: [{TimeoutSeconds: x}]}, Assign: {l: [{MaxAttempts: x}]}}"))
	whole(t, states("A: {Type: Pass, End: true, Result: [{Seconds: x}], Parameters: [{Seconds: x}]}"))
}
