package stacks_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

// distribution is one in memory.
type distribution map[string]string

func (d distribution) Read(_ context.Context, path string) ([]byte, error) {
	text, ok := d[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

// parameters are those of the Systems Manager.
type parameters map[string]string

func (p parameters) Parameter(_ context.Context, name string) (string, bool, error) {
	value, ok := p[name]
	return value, ok, nil
}

func resolve(t *testing.T, files distribution, properties string) (*stacks.Stack, error) {
	t.Helper()
	p, err := stacks.ReadProperties(json.RawMessage(properties))
	require.NoError(t, err)
	return stacks.Resolve(t.Context(), p, files)
}

func TestConfigFiles(t *testing.T) {
	t.Parallel()
	files := distribution{
		"base.yaml": "stackName: ${env}-base\nregion: eu-north-1\nparameters: {Size: 010, On: yes, At: 12:30, Name: base, Kept: {value: new, fallback: true}}\ntags: {Team: core, Env: '${env}'}\n",
		"config/prod.json": `{"extends": "/base.yaml", "stackName": "shop-${env}", "template": "/t-${x:-y}.yaml", "onFailure": "DELETE", "nonsense": 1,
			"parameters": {"Name": {"value": "/${env}/name", "type": "SSM-Parameter"}, "Other": {"value": "/none", "type": "ssm-parameter", "default": "d"}, "Own": "file"}}`,
	}
	s, err := resolve(t, files, `{"ConfigFile": "/config/${env}.json", "Action": 0, "Variables": {"env": "prod"}, "Parameters": {"Own": "inline", "Escaped": "$${env} ${unknown}"}, "Tags": {"Team": "own"}}`)
	require.NoError(t, err)
	assert.False(t, s.Delete)
	assert.Equal(t, []string{"shop-prod", "eu-north-1", "/t-y.yaml", "DELETE"}, []string{s.Name, s.Region, s.Template, s.OnFailure})
	values, err := s.Values(t.Context(), parameters{"/prod/name": "from ssm"}, map[string]bool{"Kept": true})
	require.NoError(t, err)
	assert.Equal(t, map[string]stacks.Value{
		"Size": {Text: "8"}, "On": {Text: "true"}, "At": {Text: "12:30"}, "Name": {Text: "from ssm"}, "Other": {Text: "d"}, "Own": {Text: "inline"},
		"Kept": {Keep: true}, "Escaped": {Text: "${env} ${unknown}"},
	}, values)
	values, err = s.Values(t.Context(), parameters{"/prod/name": "a"}, nil)
	require.NoError(t, err)
	assert.Equal(t, stacks.Value{Text: "new"}, values["Kept"], "a new stack gets the value")
	tags, err := s.TagValues(t.Context(), parameters{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"Team": "own", "Env": "prod"}, tags)
	require.Len(t, s.UnknownKeys, 1)
	assert.Contains(t, s.UnknownKeys[0], "nonsense")
}

func TestConfigFileFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, properties, says string }{
		"none":                  {"", `{"ConfigFile": "/other.yaml"}`, "does not have it"},
		"no slash":              {"a: b", `{"ConfigFile": "c.yaml"}`, "begin with a slash"},
		"no YAML":               {"a: [", `{"ConfigFile": "/c.yaml"}`, "/c.yaml"},
		"extends itself":        {"extends: /c.yaml", `{"ConfigFile": "/c.yaml"}`, "/c.yaml → /c.yaml"},
		"extends nothing":       {"extends: /d.yaml", `{"ConfigFile": "/c.yaml"}`, `extends "/d.yaml"`},
		"extends a list":        {"extends: [a]", `{"ConfigFile": "/c.yaml"}`, "extends must be a text"},
		"parameter a list":      {"parameters: {A: [b]}", `{"ConfigFile": "/c.yaml"}`, "parameters.A must be a text"},
		"parameter, no value":   {"parameters: {A: {type: string}}", `{"ConfigFile": "/c.yaml"}`, "parameters.A needs a value"},
		"parameter's type":      {"parameters: {A: {value: a, type: secret}}", `{"ConfigFile": "/c.yaml"}`, "ssm-parameter"},
		"parameter's fallback":  {"parameters: {A: {value: a, fallback: maybe}}", `{"ConfigFile": "/c.yaml"}`, "fallback"},
		"stack's name a list":   {"stackName: [a]", `{"ConfigFile": "/c.yaml"}`, "stackName must be a text"},
		"nothing":               {"region: a", `{"ConfigFile": "/c.yaml"}`, "StackName is missing, on the step and in its ConfigFile; Template is missing"},
		"action":                {"a: b", `{"StackName": "s", "Template": "t", "Action": "Destroy"}`, `Action is "Destroy"`},
		"variables in a circle": {"a: b", `{"StackName": "${a}", "Template": "t", "Variables": {"a": "${b}", "b": "${a}"}}`, "a → b → a"},
		"variables that grow":   {"a: b", `{"StackName": "${a}", "Template": "t", "Variables": {"a": "${b}${b}${b}${b}", "b": "${c}${c}${c}${c}", "c": "${d}${d}${d}${d}", "d": "` + strings.Repeat("x", 10_000) + `"}}`, "KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := distribution{}
			if test.file != "" {
				files["c.yaml"] = test.file
			}
			_, err := resolve(t, files, test.properties)
			var failure *message.Failure
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, stacks.ErrorConfig, failure.Name)
			assert.Contains(t, failure.Cause, test.says)
		})
	}
}

// TestMissingStored: all parameters that the Systems Manager does not have are told.
func TestMissingStored(t *testing.T) {
	t.Parallel()
	s, err := resolve(t, distribution{"c.yaml": "stackName: s\ntemplate: t\nparameters: {A: {value: /a, type: ssm-parameter}, B: {value: /b, type: ssm-parameter}}"}, `{"ConfigFile": "/c.yaml"}`)
	require.NoError(t, err)
	_, err = s.Values(t.Context(), parameters{}, nil)
	require.ErrorContains(t, err, `parameter A: the Systems Manager has no parameter "/a"`)
	require.ErrorContains(t, err, `parameter B:`)
}
