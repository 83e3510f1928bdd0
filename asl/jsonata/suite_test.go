package jsonata_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata"
)

// suiteVariable names the folder test/test-suite of the language's own repository.
// The suite is not part of this one: without the variable, its test is skipped.
const suiteVariable = "JSONATA_SUITE"

// suiteCase is one case of the language's own suite.
type suiteCase struct {
	name       string
	Expression string          `json:"expr"`
	File       string          `json:"expr-file"`
	Data       json.RawMessage `json:"data"`
	Dataset    *string         `json:"dataset"`
	Bindings   map[string]any  `json:"-"`
	Result     json.RawMessage `json:"result"`
	Undefined  bool            `json:"undefinedResult"`
	Code       string          `json:"code"`
	Token      *string         `json:"token"`
	Error      struct {
		Code    string  `json:"code"`
		Message string  `json:"message"`
		Token   *string `json:"token"`
	} `json:"error"`
	Unordered   bool            `json:"unordered"`
	RawBindings json.RawMessage `json:"bindings"`
}

// outsideDialect are the groups of the suite that Step Functions' dialect does not
// have: $eval, and the operators ?? and ?: of later versions.
func outsideDialect() []string {
	return []string{"function-eval/", "coalescing-operator/", "default-operator/"}
}

// newerCases are cases of versions after 2.0.6 in which that version differs, as
// this package does; docs/decisions/0023-jsonata.md has them.
func newerCases() []string {
	return []string{"function-contains/case007.json[0]", "function-tomillis/parseDateTime.json[46]"}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(suiteVariable)
	if folder == "" {
		t.Skipf("%s is not set", suiteVariable)
	}
	passed, inDialect := 0, 0
	for _, c := range readSuite(t, folder) {
		if slices.ContainsFunc(outsideDialect(), func(group string) bool { return strings.HasPrefix(c.name, group) }) {
			continue
		}
		inDialect++
		problem := runSuiteCase(folder, c)
		if problem == "" {
			passed++
		} else if !slices.Contains(newerCases(), c.name) {
			t.Errorf("%s: %s\n\t%s", c.name, strings.TrimSpace(c.Expression), problem)
		}
	}
	t.Logf("%d of %d cases pass (%.2f %%)", passed, inDialect, 100*float64(passed)/float64(inDialect))
}

func readSuite(t *testing.T, folder string) []suiteCase {
	files, err := filepath.Glob(filepath.Join(folder, "groups", "*", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var cases []suiteCase
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		// Go's strings hold no halves of surrogate pairs; the expression can escape them.
		data = bytes.ReplaceAll(data, []byte(`\uD800`), []byte(`\\uD800`))
		read := make([]suiteCase, 1)
		if strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
			err = json.Unmarshal(data, &read)
		} else {
			err = json.Unmarshal(data, &read[0])
		}
		require.NoError(t, err, file)
		for i := range read {
			name, _ := filepath.Rel(filepath.Join(folder, "groups"), file)
			read[i].name = fmt.Sprintf("%s[%d]", name, i)
			if read[i].File != "" {
				text, err := os.ReadFile(filepath.Join(filepath.Dir(file), read[i].File))
				require.NoError(t, err)
				read[i].Expression = string(text)
			}
		}
		cases = append(cases, read...)
	}
	return cases
}

// runSuiteCase returns what differs, or an empty text.
func runSuiteCase(folder string, c suiteCase) (problem string) {
	defer func() {
		if r := recover(); r != nil {
			problem = fmt.Sprint("panic: ", r)
		}
	}()
	wanted := c.Code
	if c.Error.Code != "" {
		wanted = c.Error.Code
	}
	value, defined, err := evaluateSuiteCase(folder, c)
	switch {
	case err != nil:
		var e *jsonata.Error
		if !errors.As(err, &e) {
			return "error without a code: " + err.Error()
		}
		if e.Code != wanted {
			return fmt.Sprintf("error %v, want code %q, result %s", err, wanted, c.Result)
		}
		if c.Error.Message != "" && c.Error.Message != e.Message {
			return fmt.Sprintf("message %q, want %q", e.Message, c.Error.Message)
		}
		for _, token := range []*string{c.Token, c.Error.Token} {
			if token != nil && *token != e.Token {
				return fmt.Sprintf("token %q, want %q", e.Token, *token)
			}
		}
		return ""
	case wanted != "":
		got, _ := jsonata.Encode(value)
		return fmt.Sprintf("%s (defined: %v), want the error %s", got, defined, wanted)
	case c.Undefined:
		if defined {
			got, _ := jsonata.Encode(value)
			return fmt.Sprintf("%s, want undefined", got)
		}
		return ""
	case !defined:
		return fmt.Sprintf("undefined, want %s", c.Result)
	}
	got, err := jsonata.Encode(value)
	if err != nil {
		return err.Error()
	}
	if !equalJSON(got, c.Result, c.Unordered) {
		return fmt.Sprintf("%s, want %s", got, c.Result)
	}
	return ""
}

func evaluateSuiteCase(folder string, c suiteCase) (any, bool, error) {
	expression, err := jsonata.Compile(c.Expression)
	if err != nil {
		return nil, false, err
	}
	var input any = jsonata.Undefined{}
	switch {
	case c.Data != nil:
		input, err = jsonata.Decode(c.Data)
	case c.Dataset != nil:
		var data []byte
		if data, err = os.ReadFile(filepath.Join(folder, "datasets", *c.Dataset+".json")); err == nil {
			input, err = jsonata.Decode(data)
		}
	}
	if err != nil {
		return nil, false, err
	}
	variables := map[string]any{}
	if len(c.RawBindings) > 0 {
		bindings, err := jsonata.Decode(c.RawBindings)
		if err != nil {
			return nil, false, err
		}
		if object, ok := bindings.(*jsonata.Object); ok {
			for name, value := range object.All() {
				variables[name] = value
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return expression.Evaluate(ctx, input, variables)
}

// equalJSON compares without regard to the order of keys.
func equalJSON(got, want []byte, unordered bool) bool {
	var left, right any
	if json.Unmarshal(got, &left) != nil || json.Unmarshal(want, &right) != nil {
		return false
	}
	if unordered {
		left, right = sortedTexts(left), sortedTexts(right)
	}
	a, _ := json.Marshal(left)
	b, _ := json.Marshal(right)
	return string(a) == string(b)
}

// sortedTexts sorts the items of an array by their JSON.
func sortedTexts(value any) any {
	items, ok := value.([]any)
	if !ok {
		return value
	}
	texts := make([]string, len(items))
	for i, item := range items {
		text, _ := json.Marshal(item)
		texts[i] = string(text)
	}
	slices.Sort(texts)
	return texts
}
