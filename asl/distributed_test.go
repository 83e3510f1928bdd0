package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// distributed is a machine of one distributed Map, whose iterations fail for the text "bad".
func distributed(fields string) string {
	return `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, ` + fields + `"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "C", "States": {
		"C": {"Type": "Choice", "Choices": [{"Variable": "$", "StringEquals": "bad", "Next": "F"}], "Default": "P"},
		"P": {"Type": "Pass", "End": true}, "F": {"Type": "Fail", "Error": "Bad", "Cause": "why"}}}}}}`
}

func reads(text string) func(context.Context, asl.ItemSource) (io.ReadCloser, error) {
	return func(context.Context, asl.ItemSource) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

func TestItemReaders(t *testing.T) {
	t.Parallel()
	reader := func(config string) string {
		return `"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key.$": "$.k"}, "ReaderConfig": {` + config + `}}, `
	}
	const csv = "\ufeffname,size\r\na,1\n\"b \"\"x\"\"\",\nc,3,extra\n"
	for name, c := range map[string]struct{ config, file, want string }{
		"JSON":                    {`"InputType": "JSON"`, ` [1, {"a": 2}] `, `[1,{"a":2}]`},
		"JSON, some":              {`"InputType": "JSON", "MaxItems": 1`, `[1, 2]`, `[1]`},
		"JSON, all":               {`"InputType": "JSON", "MaxItems": 0`, `[1, 2]`, `[1,2]`},
		"JSON, as the input says": {`"InputType": "JSON", "MaxItemsPath": "$.n"`, `[1, 2, 3]`, `[1,2]`},
		"JSON, inside":            {`"InputType": "JSON", "ItemsPointer": "/~0a/b~1c"`, `{"~a": {"b/c": [5]}}`, `[5]`},
		"JSON, an object":         {`"InputType": "JSON"`, `{"a": 1, "b": 2}`, `[1,2]`},
		"JSON lines":              {`"InputType": "JSONL"`, "{\"a\": 1}\n\n 2 \n\"x\"", `[{"a":1},2,"x"]`},
		"JSON lines, some":        {`"InputType": "JSONL", "MaxItems": 2`, "1\n2\nno JSON", `[1,2]`},
		"CSV":                     {`"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"`, csv, `[{"name":"a","size":"1"},{"name":"b \"x\"","size":""},{"name":"c","size":"3"}]`},
		"CSV, other delimiter":    {`"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "TAB"`, "a\tb\n1\t2,3\n", `[{"a":"1","b":"2,3"}]`},
		"CSV, given headers":      {`"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["x"], "MaxItems": 1`, "1,2\n3,4\n", `[{"x":"1"}]`},
		"CSV, nothing":            {`"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"`, "", `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := parse(t, distributed(reader(c.config))).Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"k": "key", "n": "2"}`)}, asl.Options{
				Items: func(ctx context.Context, source asl.ItemSource) (io.ReadCloser, error) {
					assert.Equal(t, asl.ItemSource{State: "M", Path: "M", Resource: "arn:aws:states:::s3:getObject", Arguments: json.RawMessage(`{"Bucket":"b","Key":"key"}`)}, source)
					return reads(c.file)(ctx, source)
				},
			})
			require.NoError(t, err)
			assert.Equal(t, c.want, string(output))
		})
	}
	for file, want := range map[string]string{
		`5`: "Attempting to map over non-iterable node.", `[`: "the items are not JSON", "": "the items are not JSON",
	} {
		_, err := parse(t, distributed(reader(`"InputType": "JSON"`))).Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"k": "key"}`)}, asl.Options{Items: reads(file)})
		assert.Equal(t, asl.ItemReaderFailed, failureOf(t, err).Name)
		assert.Contains(t, failureOf(t, err).Cause, want)
	}
	_, err := parse(t, distributed(reader(`"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"`))).Run(t.Context(), asl.Execution{Input: json.RawMessage(`{"k": "key"}`)}, asl.Options{Items: reads("a,a\n")})
	assert.Equal(t, "CSV headers cannot contain duplicates.", failureOf(t, err).Cause)
	_, err = execute(t, distributed(reader(`"InputType": "JSON"`)), `{"k": "key"}`)
	assert.Equal(t, asl.ItemReaderFailed, failureOf(t, err).Name, "a run that cannot read fails the state that reads")
}

func TestItemBatcher(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ batcher, want string }{
		"by number":        {`{"MaxItemsPerBatch": 2}`, `[{"Items":["a","b"]},{"Items":["c"]}]`},
		"by size":          {`{"MaxInputBytesPerBatch": 22}`, `[{"Items":["a","b"]},{"Items":["c"]}]`},
		"just as large":    {`{"MaxInputBytesPerBatch": 19}`, `[{"Items":["a","b"]},{"Items":["c"]}]`},
		"a byte too large": {`{"MaxInputBytesPerBatch": 18}`, `[{"Items":["a"]},{"Items":["b"]},{"Items":["c"]}]`},
		"never empty":      {`{"MaxInputBytesPerBatch": 1}`, `[{"Items":["a"]},{"Items":["b"]},{"Items":["c"]}]`},
		"with what it has": {`{"MaxItemsPerBatchPath": "$.n", "BatchInput": {"n.$": "$.n", "m": 1}}`, `[{"BatchInput":{"n":3,"m":1},"Items":["a","b","c"]}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, distributed(`"ItemsPath": "$.l", "ItemBatcher": `+c.batcher+`, `), `{"l": ["a", "b", "c"], "n": 3}`)
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
	output, err := execute(t, distributed(`"ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}, "ItemBatcher": {"MaxItemsPerBatch": 2}, `), `["a", "b", "c"]`)
	require.NoError(t, err)
	assert.Equal(t, `[{"Items":[{"v":"a","i":0},{"v":"b","i":1}]},{"Items":[{"v":"c","i":2}]}]`, output)
}

func TestToleratedFailures(t *testing.T) {
	t.Parallel()
	for fields, tolerated := range map[string]bool{
		``: false, `"ToleratedFailureCount": 0, `: false, `"ToleratedFailureCount": 1, `: true, `"ToleratedFailurePercentage": 24, `: false, `"ToleratedFailurePercentage": 25, `: true,
		`"ToleratedFailureCount": 5, "ToleratedFailurePercentage": 1, `: false, `"ToleratedFailurePercentagePath": "$[3]", `: true,
	} {
		output, err := execute(t, distributed(fields), `["a", "bad", "c", "25.5"]`)
		if tolerated {
			require.NoError(t, err, fields)
			assert.Equal(t, `["a",null,"c","25.5"]`, output)
			continue
		}
		failed := failureOf(t, err)
		assert.Equal(t, asl.ExceedToleratedFailureThreshold, failed.Name, fields)
		assert.Equal(t, "The specified tolerated failure threshold was exceeded", failed.Cause)
	}
	for path, want := range map[string]string{`"ToleratedFailureCountPath": "$[0]"`: "ToleratedFailureCount cannot be negative.", `"ToleratedFailurePercentagePath": "$[1]"`: "ToleratedFailurePercentage must be between 0 and 100."} {
		_, err := execute(t, distributed(path+", "), `[-1, 100.1]`)
		assert.Equal(t, &asl.Error{Name: asl.Runtime, Cause: want, State: "M"}, failureOf(t, err))
	}
}

// own is what differs from run to run in the files of a ResultWriter.
var own = regexp.MustCompile(`[0-9a-f-]{36}-\d|\d{4}-[0-9T:.-]+Z`)

func TestResultWriter(t *testing.T) {
	t.Parallel()
	succeeded := func(text string) string {
		return `{"ExecutionArn":"arn:aws:states:::execution:M:*","Input":"` + text + `","InputDetails":{"Included":true},"Name":"*","Output":"` + text +
			`","OutputDetails":{"Included":true},"StartDate":"*","Status":"SUCCEEDED","StopDate":"*"}`
	}
	const bad = `{"ExecutionArn":"arn:aws:states:::execution:M:*","Cause":"why","Error":"Bad","Input":"\"bad\"","InputDetails":{"Included":true},"Name":"*",` +
		`"OutputDetails":{"Included":true},"StartDate":"*","Status":"FAILED","StopDate":"*"}`
	for name, c := range map[string]struct {
		config string
		want   map[string]string
	}{
		"with nothing said": {``, map[string]string{"SUCCEEDED_0.json": "[" + succeeded(`\"a\"`) + "," + succeeded(`[\"b\"]`) + "]", "FAILED_0.json": "[" + bad + "]"}},
		"NONE":              {`, "WriterConfig": {"OutputType": "JSONL", "Transformation": "NONE"}`, map[string]string{"SUCCEEDED_0.jsonl": succeeded(`\"a\"`) + "\n" + succeeded(`[\"b\"]`) + "\n", "FAILED_0.jsonl": bad + "\n"}},
		"COMPACT":           {`, "WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"}`, map[string]string{"SUCCEEDED_0.json": `["a",["b"]]`, "FAILED_0.json": "[" + bad + "]"}},
		"flat JSON lines":   {`, "WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"}`, map[string]string{"SUCCEEDED_0.jsonl": "\"a\"\n\"b\"\n", "FAILED_0.jsonl": bad + "\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mutex sync.Mutex
			written := map[string]string{}
			output, err := parse(t, distributed(`"ToleratedFailureCount": 1, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p/"}`+c.config+`}, `)).
				Run(t.Context(), asl.Execution{Input: json.RawMessage(`["a", "bad", ["b"]]`)}, asl.Options{Results: func(_ context.Context, file asl.ResultFile) error {
					mutex.Lock()
					defer mutex.Unlock()
					assert.Equal(t, "b", file.Bucket)
					written[path.Base(file.Key)] = string(file.Data)
					if !strings.HasSuffix(file.Key, "manifest.json") {
						written[path.Base(file.Key)] = own.ReplaceAllString(string(file.Data), "*")
					}
					return nil
				}})
			require.NoError(t, err)
			var result struct{ ResultWriterDetails struct{ Bucket, Key string } }
			require.NoError(t, json.Unmarshal(output, &result))
			assert.Regexp(t, `^p/[0-9a-f-]{36}/manifest\.json$`, result.ResultWriterDetails.Key)
			assert.Contains(t, written["manifest.json"], `"ResultFiles":{"FAILED":[{"Key":"p/`)
			delete(written, "manifest.json")
			assert.Equal(t, c.want, written)
		})
	}
	_, err := parse(t, distributed(`"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}, `)).
		Run(t.Context(), asl.Execution{Input: json.RawMessage(`[1]`)}, asl.Options{Results: func(context.Context, asl.ResultFile) error { return errors.New("disk full") }})
	assert.Equal(t, &asl.Error{Name: asl.ResultWriterFailed, Cause: "disk full", State: "M"}, failureOf(t, err))
}

// Without a place to write to, a ResultWriter shapes the Map's output.
func TestResultWriterWithoutAPlace(t *testing.T) {
	t.Parallel()
	for transformation, want := range map[string]string{"COMPACT": `["a",["b"]]`, "FLATTEN": `["a","b"]`} {
		output, err := execute(t, distributed(`"ResultWriter": {"WriterConfig": {"Transformation": "`+transformation+`", "OutputType": "JSON"}}, `), `["a", ["b"]]`)
		require.NoError(t, err)
		assert.Equal(t, want, output)
	}
	output, err := execute(t, distributed(`"ResultWriter": {"WriterConfig": {"Transformation": "NONE", "OutputType": "JSON"}}, `), `["a"]`)
	require.NoError(t, err)
	assert.Contains(t, output, `"Output":"\"a\"","OutputDetails":{"Included":true}`)
}

// Each execution of a distributed Map has a history of its own: 25,000 events bound each, not all of them together.
func TestADistributedMapOfManyItems(t *testing.T) {
	t.Parallel()
	items := "[" + strings.Repeat("1,", 9_999) + "1]"
	output, err := execute(t, distributed(`"ResultSelector": {"n.$": "States.ArrayLength($)"}, `), items)
	require.NoError(t, err)
	assert.Equal(t, `{"n":10000}`, output)
	_, err = execute(t, strings.ReplaceAll(distributed(``), `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, `, ``), items)
	assert.Equal(t, asl.Runtime, failureOf(t, err).Name, "an inline Map's iterations share one history")
}
