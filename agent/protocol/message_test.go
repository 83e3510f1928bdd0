package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testToken = "AQCtoken/secret+value="

// fullBody is a message as the launcher sends it.
const fullBody = `{"Properties":{"Commands":["make plan"],"Runner":"BuildRunner","Environment":{"LEVEL":"3"}},
 "deploymentPlanExecutionMetadata":{"retryCounter":2,"sfnToken":"` + testToken + `","stepName":"Build",
   "executionArn":"arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:2f0c","executionStartTime":"2024-05-01T10:00:00.000Z",
   "deploymentExecutionArn":"arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:deployment-1"},
 "deploymentOriginData":{"distributionName":"shop","deploymentTime":1700000000123,
   "deploymentSource":{"deploymentSourcePrefix":"dev/shop/7c9e/distribution-origin","deploymentSourceBucket":"attini-artifact-store-eu-west-1-111122223333"},
   "environment":"dev","distributionId":"7c9e","deploymentName":"dev-shop","objectIdentifier":"dev/shop/shop.zip#v1",
   "stackName":"dev-shop-deployment-plan","distributionTags":{"team":"core"},"version":"1.4.0","samPackaged":false},
 "output":{},"dependencies":{},"customData":{},"stackParameters":{"AttiniEnvironmentName":"dev"},"appConfig":null,
 "taskConfigHashCode":-619745872}`

func TestParseMessageReadsEveryField(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(fullBody))
	require.NoError(t, err)
	assert.Equal(t, Job{Runner: "BuildRunner", Commands: []string{"make plan"}, Environment: map[string]string{"LEVEL": "3"}}, m.Job)
	assert.Equal(t, testToken, m.Metadata.TaskToken)
	assert.Equal(t, "Build", m.Metadata.StepName)
	assert.Equal(t, "arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:2f0c", m.Metadata.ExecutionARN)
	assert.Equal(t, "arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:deployment-1", m.Metadata.DeploymentExecutionARN)
	assert.Equal(t, "2024-05-01T10:00:00.000Z", m.Metadata.ExecutionStartTime)
	assert.Equal(t, 2, m.Metadata.RetryCount)
	assert.Equal(t, DeploymentOrigin{
		DistributionName: "shop", DistributionID: "7c9e", Environment: "dev", ObjectIdentifier: "dev/shop/shop.zip#v1",
		StackName: "dev-shop-deployment-plan", DeploymentName: "dev-shop",
		Source: DeploymentSource{Bucket: "attini-artifact-store-eu-west-1-111122223333", Prefix: "dev/shop/7c9e/distribution-origin"},
	}, m.Origin)
	assert.Equal(t, int32(-619745872), m.ConfigurationHash)
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestMalformedMessages: only a broken launcher sends them, and their steps must not
// succeed.
func TestMalformedMessages(t *testing.T) {
	t.Parallel()
	good, err := ParseMessage([]byte(fullBody))
	require.NoError(t, err)
	require.NoError(t, good.CheckJob())
	require.NoError(t, good.CheckOrigin())
	change := func(old, new string) string {
		require.Contains(t, fullBody, old)
		return strings.Replace(fullBody, old, new, 1)
	}
	for name, test := range map[string]struct{ body, job, origin string }{
		"Commands is a text":    {body: change(`["make plan"]`, `"make plan"`), job: "Properties.Commands of the message is not a list"},
		"Commands is null":      {body: change(`["make plan"]`, `null`), job: "Properties.Commands of the message is not a list"},
		"no Commands":           {body: change(`"Commands":["make plan"],`, ``), job: "Properties.Commands of the message is not a list"},
		"no commands at all":    {body: change(`["make plan"]`, `[]`)},
		"Properties is a list":  {body: `{"Properties":[1],` + change(`"Properties"`, `"Other"`)[1:], job: "Properties of the message is not an object"},
		"no execution":          {body: change(`"executionArn"`, `"other"`), origin: "deploymentPlanExecutionMetadata.executionArn of the message is missing"},
		"no origin":             {body: change(`"deploymentOriginData"`, `"other"`), origin: "deploymentOriginData of the message is not an object"},
		"no hash":               {body: change(`"taskConfigHashCode"`, `"other"`), origin: "taskConfigHashCode of the message is not a whole number of 32 bits"},
		"a hash above 32 bits":  {body: change(`-619745872`, `2147483648`), origin: "taskConfigHashCode of the message is not a whole number of 32 bits"},
		"a hash that is a text": {body: change(`-619745872`, `"-619745872"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(test.body))
			require.NoError(t, err)
			assert.Equal(t, test.job, textOf(m.CheckJob()))
			assert.Equal(t, test.origin, textOf(m.CheckOrigin()))
		})
	}
}

func TestParseMessageDefaults(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an empty object": `{}`,
		"nulls":           `{"Properties":null,"deploymentPlanExecutionMetadata":null,"deploymentOriginData":null,"taskConfigHashCode":null}`,
		"inner nulls": `{"Properties":{"Commands":null,"Runner":null,"Environment":null},"deploymentPlanExecutionMetadata":{"sfnToken":null,"retryCounter":null},` +
			`"deploymentOriginData":{"environment":null,"deploymentSource":null}}`,
		"wrong types": `{"Properties":[1],"deploymentPlanExecutionMetadata":"x","deploymentOriginData":3,"taskConfigHashCode":{}}`,
		"other case":  `{"properties":{"commands":["x"],"runner":"R"},"TASKCONFIGHASHCODE":3}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(body))
			require.NoError(t, err)
			assert.Empty(t, m.Job.Runner)
			assert.Empty(t, m.Job.Commands)
			assert.Empty(t, m.Job.Environment)
			assert.Zero(t, m.Metadata)
			assert.Zero(t, m.Origin)
			assert.Zero(t, m.ConfigurationHash)
		})
	}
}

// TestParseMessageTakesScalarsAsText: null is the text "null" and nested values
// are empty, because messages of the original framework are read the same way.
func TestParseMessageTakesScalarsAsText(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(`{"Properties":{"Runner": 7 ,
		"Commands":["a", 1 , 12.50, 123456789012345678901234567890, true, false, null, "null", {"a":1}, ["b"], "", "\u00e5\n"],
		"Environment":{"S":"x","I":1,"D":1.0,"T":true,"N":null,"L":[1],"O":{"a":1},"E":"","":"k"}}}`))
	require.NoError(t, err)
	assert.Equal(t, "7", m.Job.Runner)
	assert.Equal(t, []string{"a", "1", "12.50", "123456789012345678901234567890", "true", "false", "null", "null", "", "", "", "å\n"}, m.Job.Commands)
	assert.Equal(t, map[string]string{"S": "x", "I": "1", "D": "1.0", "T": "true", "N": "null", "L": "", "O": "", "E": "", "": "k"}, m.Job.Environment)
}

func TestParseMessageKeepsTheTextNull(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(`{"Properties":{"Runner":"null"}}`))
	require.NoError(t, err)
	assert.Equal(t, "null", m.Job.Runner)
}

func TestParseMessageReadsTheHash(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int32{
		`2147483647`: 2147483647, `-2147483648`: -2147483648, `"-5"`: -5, `"12"`: 12,
		`2147483648`: 0, `"x"`: 0, `true`: 0, `[1]`: 0, `""`: 0,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(`{"taskConfigHashCode":` + text + `}`))
			require.NoError(t, err)
			assert.Equal(t, want, m.ConfigurationHash)
		})
	}
}

func TestParseMessageLastOfEqualKeysCounts(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(`{"a":1,"Properties":{"Runner":"first"},"b":2,"Properties":{"Runner":"x","Runner":"last"},"a":3}`))
	require.NoError(t, err)
	assert.Equal(t, "last", m.Job.Runner)
	assert.Equal(t, `{"a":3,"b":2}`, string(m.Input()))
}

func TestParseMessageErrorsHoldNothingOfTheBody(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, test := range map[string]struct{ body, want string }{
		"nothing":       {"", "it is not JSON"},
		"text":          {secret, "it is not JSON"},
		"cut off":       {`{"` + secret + `":"` + secret, "it is not JSON"},
		"two documents": {`{"a":"` + secret + `"}{}`, "it is not JSON"},
		"trailing text": {`{} ` + secret, "it is not JSON"},
		"too deep":      {`{"` + secret + `":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}`, "it is not JSON"},
		"a list":        {`["` + secret + `"]`, "it is not a JSON object"},
		"a string":      {`"` + secret + `"`, "it is not a JSON object"},
		"null":          {`null`, "it is not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(test.body))
			require.EqualError(t, err, "read a job message: "+test.want)
			assert.Nil(t, m)
		})
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":          {`{}`, `{}`},
		"only removed":     {`{"Properties":{},"RunnerConfig":1,"attiniActionType":"x","deploymentPlanExecutionMetadata":{}}`, `{}`},
		"order":            {`{"z":1,"Properties":{},"a":2,"RunnerConfig":{},"m":3}`, `{"z":1,"a":2,"m":3}`},
		"big numbers":      {`{"n":123456789012345678901234567890,"d":12.50,"e":1E+400}`, `{"n":123456789012345678901234567890,"d":12.50,"e":1E+400}`},
		"blanks":           {"{ \"a\" : [ 1 ,\n 2 ] , \"b c\" : { } }", `{"a":[1,2],"b c":{}}`},
		"only at the top":  {`{"x":{"Properties":1,"attiniActionType":2}}`, `{"x":{"Properties":1,"attiniActionType":2}}`},
		"null stays":       {`{"appConfig":null}`, `{"appConfig":null}`},
		"the hash stays":   {`{"taskConfigHashCode":-1}`, `{"taskConfigHashCode":-1}`},
		"texts as written": {`{"<k&>":"<v&>\u00e5","q\"":"å"}`, `{"<k&>":"<v&>\u00e5","q\"":"å"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage([]byte(test.body))
			require.NoError(t, err)
			assert.Equal(t, test.want, string(m.Input()))
		})
	}
}

func TestInputOfAFullMessage(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(fullBody))
	require.NoError(t, err)
	input := string(m.Input())
	assert.NotContains(t, input, testToken)
	assert.NotContains(t, input, "\n")
	assert.True(t, strings.HasPrefix(input, `{"deploymentOriginData":{"distributionName":"shop","deploymentTime":1700000000123,`))
	assert.True(t, strings.HasSuffix(input, `"stackParameters":{"AttiniEnvironmentName":"dev"},"appConfig":null,"taskConfigHashCode":-619745872}`))
}

func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{fullBody, `{}`, `{"a":1,"a":2}`, `[]`, `{"Properties":{"Commands":[null,1,{}]}}`, `{"\ud800":"\udfff"}`, "\xff", `{"x":1e60123}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := ParseMessage(body)
		if err != nil {
			assert.Nil(t, m)
			return
		}
		input := m.Input()
		require.True(t, json.Valid(input))
		want, got := decode(t, body), decode(t, input)
		for _, key := range []string{KeyProperties, KeyRunnerConfig, KeyActionType, KeyMetadata} {
			delete(want, key)
		}
		assert.Equal(t, want, got)
	})
}

// decode keeps the digits of numbers, which may be beyond a float.
func decode(t *testing.T, object []byte) map[string]any {
	t.Helper()
	var decoded map[string]any
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&decoded))
	return decoded
}
