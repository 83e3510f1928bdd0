package asl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// refused are the rules and fields of what is wrong with a state S.
func refused(t *testing.T, definition string, options asl.ParseOptions) []string {
	t.Helper()
	_, err := asl.ParseWith([]byte(definition), options)
	if err == nil {
		return nil
	}
	var all *asl.DefinitionError
	require.True(t, errors.As(err, &all))
	var found []string
	for _, p := range all.Problems {
		found = append(found, strings.TrimSpace(p.Field+" "+string(p.Rule)))
	}
	return found
}

func inJSONata(fields string) string {
	return `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {` + fields + `}, "T": {"Type": "Succeed"}}}`
}

// What CreateStateMachine refuses, beyond what parse_test.go has, in both query languages.
func TestRefusals(t *testing.T) {
	t.Parallel()
	task := func(resource, more string) string {
		return single(`"Type": "Task", "End": true, "Resource": "arn:aws:states:::` + resource + `"` + more)
	}
	each := func(config, more, inner string) string {
		return single(`"Type": "Map", "End": true` + more + `, "ItemProcessor": {` + config + `"StartAt": "I", "States": {"I": ` + inner + `}}`)
	}
	const pass = `{"Type": "Pass", "End": true}`
	distributed := func(kind string) string {
		return `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "` + kind + `"}, `
	}
	for name, c := range map[string]struct {
		definition string
		want       []string
	}{
		"no such service":            {task("lamda:invoke", ""), []string{"Resource resource"}},
		"no such action":             {task("dynamodb:query", ""), []string{"Resource resource"}},
		"no such pattern":            {task("lambda:invoke.sync", ""), []string{"Resource resource"}},
		"a pattern that is one":      {task("ecs:runTask.waitForTaskToken", ""), nil},
		"sync:2 of one service":      {task("states:startExecution.sync:2", ""), nil},
		"sync:2 of another":          {task("batch:submitJob.sync:2", ""), []string{"Resource resource"}},
		"an API by its name":         {task("aws-sdk:s3:listBuckets", ""), nil},
		"an API's action missing":    {task("aws-sdk:s3", ""), []string{"Resource resource"}},
		"an API and .sync":           {task("aws-sdk:s3:listBuckets.sync", ""), []string{"Resource resource"}},
		"an API's action, capital":   {task("aws-sdk:s3:ListBuckets", ""), []string{"Resource resource"}},
		"an API's service, capital":  {task("aws-sdk:S3:listBuckets", ""), []string{"Resource resource"}},
		"an API and a token":         {task("aws-sdk:s3:listBuckets.waitForTaskToken", ""), nil},
		"two patterns":               {task("states:startExecution.sync.waitForTaskToken", ""), []string{"Resource resource"}},
		"a pattern that is none":     {task("lambda:invoke.waitForToken", ""), []string{"Resource resource"}},
		"no action":                  {task("lambda", ""), []string{"Resource resource"}},
		"nothing":                    {task("", ""), []string{"Resource resource"}},
		"a token of Bedrock":         {task("bedrock:invokeModel.waitForTaskToken", ""), nil},
		"a token of EKS":             {task("eks:runJob.waitForTaskToken", ""), nil},
		"a role that is a number":    {task("lambda:invoke", `, "Credentials": {"RoleArn": 5}`), []string{"Credentials.RoleArn type"}},
		"a writer that reads":        {each(distributed("STANDARD"), `, "ResultWriter": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {}}`, pass), []string{"ResultWriter.Resource resource"}},
		"a writer without a name":    {each(distributed("STANDARD"), `, "ResultWriter": {"Resource": "", "Parameters": {}}`, pass), []string{"ResultWriter.Resource required"}},
		"a writer":                   {each(distributed("STANDARD"), `, "ResultWriter": {"Resource": "arn:aws-cn:states:::s3:putObject", "Parameters": {}}`, pass), nil},
		"a reader that writes":       {each(distributed("STANDARD"), `, "ItemReader": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {}}`, pass), []string{"ItemReader.Resource resource"}},
		"no headers given":           {each(distributed("STANDARD"), `, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": []}}`, pass), []string{"ItemReader.ReaderConfig.CSVHeaders required"}},
		"tolerance of an inline Map": {each("", `, "ToleratedFailureCount": 1, "ToleratedFailurePercentage": 5.5`, pass), nil},
		"another partition":          {single(`"Type": "Task", "End": true, "Resource": "arn:aws-cn:states:::sqs:sendMesage"`), []string{"Resource resource"}},
		"a selector that is a text":  {task("lambda:invoke", `, "ResultSelector": "$.Payload"`), []string{"ResultSelector type"}},
		"a selector that is a list":  {task("lambda:invoke", `, "ResultSelector": [1]`), []string{"ResultSelector type"}},
		"credentials without a role": {task("lambda:invoke", `, "Credentials": {}`), []string{"Credentials.RoleArn required"}},
		"a token in EXPRESS":         {each(distributed("EXPRESS"), "", `{"Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}`), []string{"Resource resource"}},
		"an activity in EXPRESS":     {each(distributed("EXPRESS"), "", `{"Type": "Task", "End": true, "Resource": "arn:aws:states:eu-west-1:1:activity:a"}`), []string{"Resource resource"}},
		"a token in STANDARD":        {each(distributed("STANDARD"), "", `{"Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}`), nil},
		"DISTRIBUTED of no type":     {each(`"ProcessorConfig": {"Mode": "DISTRIBUTED"}, `, "", pass), []string{"ItemProcessor.ProcessorConfig.ExecutionType required"}},
		"a mode that is none":        {each(`"ProcessorConfig": {"Mode": "distributed"}, `, "", pass), []string{"ItemProcessor.ProcessorConfig.Mode value"}},
		"a label with a blank":       {each(distributed("STANDARD"), `, "Label": "a b"`, pass), []string{"Label value"}},
		"a long label":               {each(distributed("STANDARD"), `, "Label": "`+strings.Repeat("a", 41)+`"`, pass), []string{"Label range"}},
		"two tolerances":             {each(distributed("STANDARD"), `, "ToleratedFailureCount": 1, "ToleratedFailureCountPath": "$.n"`, pass), []string{"ToleratedFailureCountPath exclusive"}},
		"a percentage beyond":        {each(distributed("STANDARD"), `, "ToleratedFailurePercentage": 101`, pass), []string{"ToleratedFailurePercentage range"}},
		"a reader of no format":      {each(distributed("STANDARD"), `, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {}}`, pass), []string{"ItemReader.ReaderConfig required"}},
		"headers that are none":      {each(distributed("STANDARD"), `, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}}`, pass), []string{"ItemReader.ReaderConfig.CSVHeaders required"}},
		"a batch of nothing":         {each(distributed("STANDARD"), `, "ItemBatcher": {"BatchInput": {}}`, pass), []string{"ItemBatcher.MaxItemsPerBatch required"}},
		"a path to a variable":       {single(`"Type": "Pass", "End": true, "ResultPath": "$v.a"`), []string{"ResultPath path"}},
		"a variable's name":          {single(`"Type": "Pass", "End": true, "Assign": {"1st": 1, "a-b.$": "$.x", "states": 1, "ok": 1}`), []string{`Assign.1st variable`, `Assign["a-b.$"] variable`, "Assign.states variable"}},
		"a variable's name of 80":    {single(`"Type": "Pass", "End": true, "Assign": {"` + strings.Repeat("é", 80) + `": 1}`), nil},
		"a variable's name of 81":    {single(`"Type": "Pass", "End": true, "Assign": {"` + strings.Repeat("é", 81) + `": 1}`), []string{`Assign["` + strings.Repeat("é", 81) + `"] variable`}},
		"a state's name of 80":       {`{"StartAt": "` + strings.Repeat("é", 80) + `", "States": {"` + strings.Repeat("é", 80) + `": ` + pass + `}}`, nil},
		"an escape in a function":    {single(`"Type": "Pass", "End": true, "Parameters": {"a.$": "States.Format('say \\\"{}\\\"', $.x)"}`), []string{`Parameters["a.$"] path`}},
		"too few arguments":          {single(`"Type": "Pass", "End": true, "Parameters": {"a.$": "States.Hash($.x)"}`), []string{`Parameters["a.$"] path`}},
		"a language that is none":    {single(`"Type": "Pass", "End": true, "QueryLanguage": "jsonata"`), []string{"QueryLanguage value"}},
		"Output in JSONPath":         {single(`"Type": "Pass", "End": true, "Output": 1`), []string{"Output query-language"}},
		"a field of two states":      {single(`"Type": "Succeed", "Assign": {"a": 1}`), []string{"Assign unknown-field"}},

		"JSONata: Parameters":          {inJSONata(`"Type": "Pass", "Next": "T", "Parameters": {}, "ResultPath": "$.a", "Result": 1`), []string{"Parameters query-language", "ResultPath query-language", "Result query-language"}},
		"JSONata: back to JSONPath":    {inJSONata(`"Type": "Pass", "Next": "T", "QueryLanguage": "JSONPath"`), []string{"QueryLanguage query-language"}},
		"JSONata: broken expression":   {inJSONata(`"Type": "Pass", "Next": "T", "Output": {"a": ["{% $states.input.( %}"]}`), []string{"Output.a[0] expression"}},
		"JSONata: $eval":               {inJSONata(`"Type": "Pass", "Next": "T", "Output": "{% $eval('1') %}"`), []string{"Output expression"}},
		"JSONata: Condition":           {inJSONata(`"Type": "Choice", "Choices": [{"Condition": "{% 1 = %}", "Next": "T"}, {"Next": "T"}, {"Condition": "yes", "Next": "T"}, {"Condition": true, "Next": "T"}]`), []string{"Choices[0].Condition expression", "Choices[1].Condition choice-rule", "Choices[2].Condition type"}},
		"JSONata: Resource":            {inJSONata(`"Type": "Task", "Next": "T", "Resource": "{% $states.input.arn %}"`), []string{"Resource resource"}},
		"JSONata: a role that is one":  {inJSONata(`"Type": "Task", "Next": "T", "Resource": "arn:aws:states:::lambda:invoke", "Credentials": {"RoleArn": "{% $states.input.role %}"}`), nil},
		"JSONata: numbers":             {inJSONata(`"Type": "Wait", "Next": "T", "Seconds": "{% $states.input.s %}"`), nil},
		"JSONata: numbers of a Retry":  {inJSONata(`"Type": "Task", "Resource": "r", "Next": "T", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": "{% 1 %}"}]`), []string{"Retry[0].MaxAttempts number"}},
		"JSONata: a path's field":      {inJSONata(`"Type": "Wait", "Next": "T", "SecondsPath": "$.s"`), []string{"Seconds required", "SecondsPath query-language"}},
		"JSONata: Items":               {inJSONata(`"Type": "Map", "Next": "T", "Items": 5, "ItemProcessor": {"StartAt": "I", "States": {"I": ` + pass + `}}`), []string{"Items type"}},
		"JSONata: names that are text": {inJSONata(`"Type": "Pass", "Next": "T", "Output": {"a.$": "no path"}, "Assign": {"a": " {% %}"}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, refused(t, c.definition, asl.ParseOptions{}))
		})
	}
}

func TestRefusalsOfAnExpressMachine(t *testing.T) {
	t.Parallel()
	const definition = `{"StartAt": "S", "States": {"S": {"Type": "Task", "End": true, "Resource": "arn:aws:states:::states:startExecution.sync"}}}`
	assert.Empty(t, refused(t, definition, asl.ParseOptions{}))
	assert.Equal(t, []string{"Resource resource"}, refused(t, definition, asl.ParseOptions{Express: true}))
}

// What a template's deployment puts into a text cannot be checked before.
func TestSubstitutedTextsAreNotChecked(t *testing.T) {
	t.Parallel()
	const definition = `{"StartAt": "S", "States": {"S": {"Type": "Task", "End": true, "Resource": "arn:${P}:states:::x:y", "InputPath": "${Path}", "Parameters": {"a.$": "${Call}"}, "TimeoutSeconds": "${T}"}}}`
	assert.Equal(t, []string{"Resource resource", "InputPath path", `Parameters["a.$"] path`, "TimeoutSeconds number"}, refused(t, definition, asl.ParseOptions{}))
	assert.Equal(t, []string{"TimeoutSeconds number"}, refused(t, definition, asl.ParseOptions{Substituted: true}), "a number can never be substituted")
}

// Problems have the places of the definition's text, and come in its order.
func TestPlaces(t *testing.T) {
	t.Parallel()
	_, err := asl.Parse([]byte("{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"é\": 5,\n    \"A\": {\"Type\": \"Pass\", \"Next\": \"B\", \"Ende\": true}\n  }\n}"))
	var all *asl.DefinitionError
	require.True(t, errors.As(err, &all))
	var places []asl.Place
	for _, p := range all.Problems {
		places = append(places, p.Place)
	}
	assert.Equal(t, []asl.Place{{Line: 4, Column: 5}, {Line: 5, Column: 35}, {Line: 5, Column: 40}}, places)
	assert.Equal(t, "A", all.Problems[1].State)
	assert.Equal(t, "Next", all.Problems[1].Field)
}
