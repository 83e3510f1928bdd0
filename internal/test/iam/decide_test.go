package iam_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/iam"
)

func parse(t testing.TB, text string) iam.Document {
	t.Helper()
	d, err := iam.Parse([]byte(text))
	require.NoError(t, err, text)
	return d
}

const (
	role  = "arn:aws:iam::111122223333:role/attini/agent"
	queue = "arn:aws:sqs:eu-west-1:111122223333:dev-AttiniRunnerQueueBuild.fifo"
)

// TestConditions holds each operator to IAM's reference, with one key k.
func TestConditions(t *testing.T) {
	t.Parallel()
	none := []string(nil)
	for _, c := range []struct {
		operator string
		wanted   string // JSON
		given    []string
		holds    bool
	}{
		{"StringEquals", `"a"`, []string{"a"}, true},
		{"StringEquals", `"a"`, []string{"A"}, false},
		{"StringEquals", `"a*"`, []string{"ab"}, false},
		{"StringEquals", `["a","b"]`, []string{"b"}, true},
		{"StringEquals", `"a"`, none, false},
		{"StringEqualsIfExists", `"a"`, none, true},
		{"StringEqualsIfExists", `"a"`, []string{"b"}, false},
		{"StringNotEquals", `["a","b"]`, []string{"c"}, true},
		{"StringNotEquals", `["a","b"]`, []string{"b"}, false},
		{"StringNotEquals", `"a"`, none, true},
		{"StringEqualsIgnoreCase", `"a"`, []string{"A"}, true},
		{"StringNotEqualsIgnoreCase", `"a"`, []string{"A"}, false},
		{"StringLike", `"a?c*"`, []string{"abcd"}, true},
		{"StringLike", `"a?c"`, []string{"ac"}, false},
		{"StringLike", `"*a*b*"`, []string{"xxaxxbxx"}, true},
		{"StringLike", `"${*}"`, []string{"x"}, false},
		{"StringLike", `"${*}${?}${$}"`, []string{"*?$"}, true},
		{"StringNotLike", `"a*"`, []string{"ab"}, false},
		{"StringNotLike", `"a*"`, []string{"b"}, true},
		{"StringEquals", `"${aws:username}"`, []string{"mary"}, true},
		{"StringEquals", `"${ AWS:UserName }"`, []string{"mary"}, true},
		{"StringEquals", `"${aws:none}"`, []string{"${aws:none}"}, false},
		{"StringEquals", `"${aws:none, 'x'}"`, []string{"x"}, true},
		{"StringLike", `"${star}"`, []string{"anything"}, false}, // a value's * is no wildcard
		{"StringLike", `"${star}"`, []string{"*"}, true},
		{"NumericEquals", `10`, []string{"10.0"}, true},
		{"NumericNotEquals", `10`, []string{"10.0"}, false},
		{"NumericLessThan", `"10"`, []string{"9"}, true},
		{"NumericLessThan", `"10"`, []string{"ten"}, false},
		{"NumericLessThanEquals", `"10"`, []string{"10"}, true},
		{"NumericGreaterThan", `"10"`, []string{"9"}, false},
		{"NumericGreaterThanEquals", `"10"`, []string{"11"}, true},
		{"NumericEquals", `"NaN"`, []string{"NaN"}, false},
		{"DateLessThan", `"2026-01-02T00:00:00Z"`, []string{"2026-01-01T23:00:00Z"}, true},
		{"DateLessThan", `"2026-01-02"`, []string{"2026-01-02T00:00:01Z"}, false},
		{"DateGreaterThan", `"1767225600"`, []string{"2026-01-01T00:00:01Z"}, true},
		{"DateEquals", `"2026-01-01T00:00:00+01:00"`, []string{"2025-12-31T23:00:00Z"}, true},
		{"DateNotEquals", `"2026"`, []string{"2026-01-01T00:00:00Z"}, false},
		{"DateLessThanEquals", `"never"`, []string{"2026"}, false},
		{"DateGreaterThanEquals", `"2026"`, []string{"2026"}, true},
		{"Bool", `"true"`, []string{"TRUE"}, true},
		{"Bool", `false`, []string{"true"}, false},
		{"Bool", `"false"`, none, false},
		{"BoolIfExists", `"false"`, none, true},
		{"BinaryEquals", `"YQ=="`, []string{"YQ=="}, true},
		{"BinaryEquals", `"YQ=="`, []string{"a"}, false},
		{"IpAddress", `"10.0.0.0/8"`, []string{"10.1.2.3"}, true},
		{"IpAddress", `"2001:db8::/32"`, []string{"2001:db8::1"}, true},
		{"IpAddress", `"10.1.2.3"`, []string{"10.1.2.3"}, true},
		{"IpAddress", `"10.0.0.0/8"`, []string{"here"}, false},
		{"NotIpAddress", `"10.0.0.0/8"`, []string{"10.1.2.3"}, false},
		{"NotIpAddress", `"10.0.0.0/8"`, []string{"192.0.2.1"}, true},
		{"ArnLike", `"arn:aws:ecs:*:111122223333:*"`, []string{"arn:aws:ecs:eu-west-1:111122223333:task/a/b"}, true},
		{"ArnLike", `"arn:aws:ecs:*"`, []string{"arn:aws:ecs:eu-west-1:111122223333:task/a"}, false},
		{"ArnLike", `"arn:aws:*:111122223333:x"`, []string{"arn:aws:ecs:eu-west-1:111122223333:x"}, false},
		{"ArnEquals", `"arn:aws:events:*:*:rule/*A*"`, []string{"arn:aws:events:eu-west-1:1:rule/xAx"}, true},
		{"ArnNotLike", `"arn:aws:ecs:*:*:*"`, []string{"arn:aws:ecs:r:1:x"}, false},
		{"ArnNotEquals", `"arn:aws:ecs:*:*:*"`, []string{"arn:aws:sqs:r:1:x"}, true},
		{"ArnLike", `"arn:aws:s3:::*"`, []string{"no ARN"}, false},
		{"Null", `"true"`, none, true},
		{"Null", `"true"`, []string{"x"}, false},
		{"Null", `false`, []string{"x"}, true},
		{"ForAllValues:StringEquals", `["a","b"]`, []string{"a", "b"}, true},
		{"ForAllValues:StringEquals", `["a","b"]`, []string{"a", "c"}, false},
		{"ForAllValues:StringEquals", `"a"`, none, true},
		{"ForAllValues:StringLike", `"RunnerClaim-*"`, []string{"RunnerClaim-x", "Runner"}, false},
		{"ForAllValues:StringNotEquals", `"a"`, []string{"b", "a"}, false},
		{"ForAnyValue:StringEquals", `"a"`, []string{"b", "a"}, true},
		{"ForAnyValue:StringEquals", `"a"`, []string{"b"}, false},
		{"ForAnyValue:StringEquals", `"a"`, none, false},
		{"ForAnyValue:StringNotEquals", `"a"`, []string{"b", "a"}, true},
		{"ForAnyValue:StringNotEquals", `"a"`, []string{"a"}, false},
		{"ForAnyValue:StringNotEquals", `"a"`, none, false},
		{"ForAnyValue:StringEqualsIfExists", `"a"`, none, true},
	} {
		d := parse(t, fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{%q:{"K":%s}}}}`, c.operator, c.wanted))
		request := iam.Request{Action: "sqs:SendMessage", Resource: queue, Context: iam.Context{"aws:username": {"mary"}, "star": {"*"}}}
		if c.given != nil {
			request.Context["k"] = c.given
		}
		got := iam.Policies{Identity: []iam.Document{d}}.Decide(iam.Caller{ARN: role}, request)
		assert.Equal(t, c.holds, got.Allowed, "%s %s of %q", c.operator, c.wanted, c.given)
	}
}

// TestStatements holds actions and resources to IAM's rules.
func TestStatements(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		statement, action, resource string
		allowed                     bool
	}{
		{`"Action":"sqs:send*","Resource":"*"`, "sqs:SendMessage", queue, true},
		{`"Action":"sqs:Send","Resource":"*"`, "sqs:SendMessage", queue, false},
		{`"Action":"*","Resource":"*"`, "iam:PassRole", role, true},
		{`"NotAction":"iam:*","Resource":"*"`, "sqs:SendMessage", queue, true},
		{`"NotAction":"iam:*","Resource":"*"`, "iam:PassRole", role, false},
		{`"Action":"sqs:*","Resource":"arn:aws:sqs:*:*:*AttiniRunnerQueue*"`, "sqs:SendMessage", queue, true},
		{`"Action":"sqs:*","Resource":"arn:aws:sqs:*AttiniRunnerQueue*"`, "sqs:SendMessage", queue, false}, // over colons
		{`"Action":"sqs:*","Resource":"arn:aws:sqs:eu-west-1:111122223333:*attinirunnerqueue*"`, "sqs:SendMessage", queue, false},
		{`"Action":"sqs:*","NotResource":"arn:aws:sqs:*:*:other"`, "sqs:SendMessage", queue, true},
		{`"Action":"sqs:*","NotResource":"arn:aws:sqs:*:*:*Queue*"`, "sqs:SendMessage", queue, false},
		{`"Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"`, "s3:GetObject", "arn:aws:s3:::b/mary/x", true},
		{`"Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"`, "s3:GetObject", "arn:aws:s3:::b/john/x", false},
		{`"Action":"s3:*","Resource":"arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/a:b:c", true},
		{`"Action":"ec2:DescribeInstances","Resource":"arn:aws:ec2:*:*:instance/*"`, "ec2:DescribeInstances", "*", false},
		{`"Action":"ec2:DescribeInstances","Resource":"*"`, "ec2:DescribeInstances", "*", true},
	} {
		d := parse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow",`+c.statement+`}}`)
		got := iam.Policies{Identity: []iam.Document{d}}.Decide(iam.Caller{ARN: role}, iam.Request{
			Action: c.action, Resource: c.resource, Context: iam.Context{"aws:username": {"mary"}},
		})
		assert.Equal(t, c.allowed, got.Allowed, "%s on %s: %s", c.action, c.resource, c.statement)
	}
	// The older version has no variables.
	old := parse(t, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}`)
	request := iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::${aws:username}", Context: iam.Context{"aws:username": {"mary"}}}
	assert.True(t, iam.Policies{Identity: []iam.Document{old}}.Decide(iam.Caller{ARN: role}, request).Allowed)
}

// TestDecide: which policy decides, and in which words.
func TestDecide(t *testing.T) {
	t.Parallel()
	policy := func(effect string) *iam.Document {
		d := parse(t, `{"Statement":{"Effect":"`+effect+`","Action":"sqs:SendMessage","Resource":"*"}}`)
		return &d
	}
	onQueue := func(effect, principal string) *iam.Document {
		d := parse(t, `{"Statement":{"Effect":"`+effect+`","Action":"sqs:SendMessage","Resource":"*","Principal":`+principal+`}}`)
		return &d
	}
	nothing := parse(t, `{"Statement":{"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"}}`)
	const (
		user    = "arn:aws:sts::111122223333:assumed-role/agent/x"
		refused = "User: " + user + " is not authorized to perform: sqs:SendMessage on resource: " + queue
	)
	service := iam.Caller{Service: "events.amazonaws.com"}
	for name, c := range map[string]struct {
		identity, boundary, resource *iam.Document
		caller                       iam.Caller
		words                        string // "" is allowed
	}{
		"allowed":                     {identity: policy("Allow")},
		"nothing":                     {identity: &nothing, words: refused + " because no identity-based policy allows the sqs:SendMessage action"},
		"denied":                      {identity: policy("Deny"), resource: onQueue("Allow", `"*"`), words: refused + " with an explicit deny in an identity-based policy"},
		"within the boundary":         {identity: policy("Allow"), boundary: policy("Allow")},
		"outside the boundary":        {identity: policy("Allow"), boundary: &nothing, words: refused + " because no permissions boundary allows the sqs:SendMessage action"},
		"denied by the boundary":      {identity: policy("Allow"), boundary: policy("Deny"), words: refused + " with an explicit deny in a permissions boundary"},
		"a boundary grants nothing":   {identity: &nothing, boundary: policy("Allow"), words: refused + " because no identity-based policy allows the sqs:SendMessage action"},
		"denied by the queue":         {identity: policy("Allow"), resource: onQueue("Deny", `"*"`), words: refused + " with an explicit deny in a resource-based policy"},
		"allowed by the queue":        {identity: &nothing, resource: onQueue("Allow", `{"AWS":"`+role+`"}`)},
		"another's queue":             {identity: &nothing, resource: onQueue("Allow", `{"AWS":"`+role+`2"}`), words: refused + " because no identity-based policy allows the sqs:SendMessage action"},
		"the account's queue":         {identity: &nothing, resource: onQueue("Allow", `{"AWS":["111122223333"]}`)},
		"the account's root":          {identity: &nothing, resource: onQueue("Allow", `{"AWS":"arn:aws:iam::111122223333:root"}`)},
		"allowed service":             {caller: service, resource: onQueue("Allow", `{"Service":"events.amazonaws.com"}`)},
		"another service":             {caller: service, resource: onQueue("Allow", `{"Service":"sns.amazonaws.com"}`), words: refused + " because no resource-based policy allows the sqs:SendMessage action"},
		"service without a statement": {caller: service, words: refused + " because no resource-based policy allows the sqs:SendMessage action"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policies := iam.Policies{Boundary: c.boundary, Resource: c.resource}
			if c.identity != nil {
				policies.Identity = []iam.Document{*c.identity}
			}
			caller := c.caller
			if caller == (iam.Caller{}) {
				caller.ARN = role
			}
			request := iam.Request{Action: "sqs:SendMessage", Resource: queue}
			got := policies.Decide(caller, request)
			assert.Equal(t, c.words == "", got.Allowed)
			if c.words != "" {
				assert.Equal(t, c.words, got.Words(user, request))
			}
		})
	}
	assert.Equal(t, "User: "+user+" is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action",
		iam.Policies{}.Decide(iam.Caller{ARN: role}, iam.Request{Action: "ec2:DescribeVpcs", Resource: "*"}).Words(user, iam.Request{Action: "ec2:DescribeVpcs", Resource: "*"}))
}

func TestTrusts(t *testing.T) {
	t.Parallel()
	d := parse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole",
		"Condition":{"StringEquals":{"aws:SourceAccount":"1"},"ArnLike":{"aws:SourceArn":"arn:aws:ecs:r:1:*"}}}}`)
	tasks := iam.Caller{Service: "ecs-tasks.amazonaws.com"}
	context := iam.Context{"aws:SourceAccount": {"1"}, "aws:SourceArn": {"arn:aws:ecs:r:1:*"}}
	assert.True(t, d.Trusts(tasks, context))
	assert.False(t, d.Trusts(tasks, iam.Context{"aws:SourceAccount": {"2"}, "aws:SourceArn": {"arn:aws:ecs:r:2:*"}}))
	assert.False(t, d.Trusts(tasks, nil))
	assert.False(t, d.Trusts(iam.Caller{Service: "ec2.amazonaws.com"}, context))
	assert.False(t, d.Trusts(iam.Caller{ARN: role}, context))
}

func BenchmarkDecide(b *testing.B) {
	d := parse(b, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:SendMessage"],
		"Resource":"arn:aws:sqs:eu-west-1:111122223333:*AttiniRunnerQueue*","Condition":{"StringEquals":{"k":"v"}}}]}`)
	request := iam.Request{Action: "sqs:SendMessage", Resource: queue, Context: iam.Context{"k": {"v"}}}
	for b.Loop() {
		iam.Policies{Identity: []iam.Document{d}}.Decide(iam.Caller{ARN: role}, request)
	}
}
