package iam_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/iam"
)

func TestParse(t *testing.T) {
	t.Parallel()
	d, err := iam.Parse([]byte(`{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"S","Effect":"Allow","Action":"s3:*","Resource":["a","b"],
		"Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"s3:max-keys":10}}}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, d.Statements[0].Resources)
	assert.Equal(t, []iam.Condition{
		{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}},
		{Operator: "NumericLessThan", Key: "s3:max-keys", Values: []string{"10"}},
	}, d.Statements[0].Conditions)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, message := range map[string]string{
		`[]`:                             "read a policy",
		`{"Version":"2012-10-17"}`:       "Statement must be",
		`{"Statement":[]}`:               "Statement must be",
		`{"Version":"2","Statement":{}}`: "Version must be",
		`{"Statement":{"Effect":"Permit","Action":"a:b","Resource":"*"}}`:                               "Effect must be",
		`{"Statement":{"Effect":"Allow","Resource":"*"}}`:                                               "either Action or NotAction",
		`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`:                                   "either Action or NotAction",
		`{"Statement":{"Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*"}}`:              "either Action or NotAction",
		`{"Statement":{"Effect":"Allow","Action":"a:b"}}`:                                               "has Resource",
		`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","NotResource":"x"}}`:              "either Resource or NotResource",
		`{"Statement":{"Effect":"Allow","Action":"run","Resource":"*"}}`:                                "has no service",
		`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Conditions":{}}}`:                "unknown field",
		`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"Equals":{"k":1}}}}`: `operator "Equals"`,
		`{"Statement":{"Effect":"Allow","Action":{"a":1},"Resource":"*"}}`:                              "neither a text",
		`{"Statement":{"Effect":"Allow","Action":"a:b","Principal":"me"}}`:                              "Principal must be",
		`{"Statement":{"Effect":"Allow","Action":"a:b","Principal":{"Role":"x"}}}`:                      `unknown kind "Role"`,
	} {
		_, err := iam.Parse([]byte(text))
		assert.ErrorContains(t, err, message, text)
	}
}

// TestManaged: each managed policy is one, and an unknown one is named.
func TestManaged(t *testing.T) {
	t.Parallel()
	for _, partition := range []string{"aws", "aws-cn", "aws-us-gov"} {
		d, err := iam.Managed("arn:" + partition + ":iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")
		require.NoError(t, err)
		assert.Contains(t, d.Statements[0].Actions, "ecr:BatchGetImage")
	}
	_, err := iam.Managed("arn:aws:iam::aws:policy/ReadOnlyAccess")
	assert.ErrorContains(t, err, "ReadOnlyAccess")
}

// FuzzParse: what is read decides without a panic, and a policy that allows is
// never stronger with another Deny.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username, 'x'}/*"}}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:Get*","NotResource":"*?","Condition":{"ForAllValues:StringNotLike":{"k":["${*}","a*"]}}}]}`,
		`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"k":true},"IpAddress":{"ip":"10.0.0.0/8"},"DateLessThan":{"d":"2026"},"NumericEqualsIfExists":{"n":"NaN"}}}}`,
		`{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["*","1"],"Service":"x"}}}`,
	} {
		f.Add([]byte(seed), "s3:GetObject", "arn:aws:s3:::bucket/key", "value")
	}
	f.Fuzz(func(t *testing.T, text []byte, action, resource, value string) {
		d, err := iam.Parse(text)
		if err != nil {
			return
		}
		request := iam.Request{Action: action, Resource: resource, Context: iam.Context{"k": {value, "b"}, "ip": {value}, "d": {value}, "n": {value}, "aws:username": {value}}}
		caller := iam.Caller{ARN: "arn:aws:iam::1:role/" + value}
		alone := iam.Policies{Identity: []iam.Document{d}}.Decide(caller, request)
		everything, err := iam.Parse([]byte(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if (iam.Policies{Identity: []iam.Document{d, everything}}).Decide(caller, request).Allowed {
			t.Errorf("allowed in spite of a Deny of everything; alone: %v", alone)
		}
		if alone.Allowed && alone.Explicit {
			t.Errorf("allowed and denied: %v", alone)
		}
		d.Trusts(caller, request.Context)
	})
}
