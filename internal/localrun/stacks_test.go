package localrun_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/localrun"
)

const database = `
Parameters: {Size: {Type: Number}, AttiniEnvironmentName: {Type: String}, Zone: {Type: String, Default: z}}
Conditions: {Big: !Equals [!Ref Size, "9"]}
Resources: {Table: {Type: AWS::DynamoDB::Table}}
Outputs:
  TableName: {Value: !Ref Table}
  TableArn: {Value: !GetAtt Table.Arn}
  Url: {Value: !Sub "https://${Table}.${AWS::Region}/${Size}/${AttiniEnvironmentName}"}
  Imported: {Value: !ImportValue other}
  Hidden: {Condition: Big, Value: x}
`

// distribution is a directory with files.
func distribution(t *testing.T, files map[string]string) string {
	t.Helper()
	directory := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(directory, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600))
	}
	return directory
}

const stackPlan = `
        - {Name: Db, Type: AttiniCfn, Properties: {ConfigFile: /db.yaml, Parameters: {Size: 5}, Region: eu-north-1}}
        - {Name: Old, Type: AttiniCfn, Properties: {StackName: old, Action: Delete}}
        - {Name: App, Type: AttiniSam, Properties: {StackName: app, OutputPath: App, Project: {Path: /app}, Parameters: {Table.$: $.output.Db.TableName}}}
`

func TestLocalStacks(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"db.yaml": "stackName: db\ntemplate: /templates/db.yaml\nparameters: {Zone: {value: /zone, type: ssm-parameter}}", "templates/db.yaml": database,
		"app/template.yaml": "Parameters: {Table: {Type: String}}\nResources: {}\nOutputs: {Table: {Value: !Ref Table}}",
	}
	directory := distribution(t, files)
	archive := filepath.Join(t.TempDir(), "shop.zip")
	file, err := os.Create(archive)
	require.NoError(t, err)
	writer := zip.NewWriter(file)
	require.NoError(t, writer.AddFS(os.DirFS(directory)))
	require.NoError(t, writer.Close())
	require.NoError(t, file.Close())
	for _, source := range []string{directory, archive} {
		deployment, problems := deploy(t, plan(stackPlan), localrun.Facts{Region: "eu-west-1", Account: "000000000000", StackName: "local", Stored: map[string]string{"/zone": "a"}})
		require.NoError(t, problems.Err())
		result, _ := runDeployment(t, t.Context(), deployment, func(o *localrun.Options) { o.Source = source })
		assert.Equal(t, map[string]any{
			"Db": map[string]any{
				"TableName": "db.Table", "TableArn": "db.Table.Arn", "Url": "https://db.Table.eu-north-1/5/local", "Imported": "db.Imported",
			},
			"Old":           map[string]any{},
			"AppPackageSam": map[string]any{"result": "/app/template.yaml"},
			"App":           map[string]any{"App": map[string]any{"Table": "db.Table"}},
		}, outputs(t, result))
	}
}

// TestLocalStackFailures: what would fail on AWS fails here, with the same error.
func TestLocalStackFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ step, failure, says string }{
		"no template":       {"Type: AttiniCfn, Properties: {StackName: s, Template: /none.yaml}", "StackConfigError", "does not have it"},
		"a broken template": {"Type: AttiniCfn, Properties: {StackName: s, Template: /broken.yaml}", "StackConfigError", "broken.yaml"},
		"no parameter":      {"Type: AttiniCfn, Properties: {StackName: s, Template: /db.yaml}", "StackConfigError", "Size"},
		"no configuration":  {"Type: AttiniCfn, Properties: {ConfigFile: /none.yaml}", "StackConfigError", "none.yaml"},
		"no stored value":   {"Type: AttiniCfn, Properties: {ConfigFile: /stored.yaml}", "StackConfigError", "SystemsManagerParameters"},
		"a URL":             {"Type: AttiniCfn, Properties: {StackName: s, Template: 'https://x/t.yaml'}", "StackConfigError", "--lookups"},
		"no project":        {"Type: AttiniSam, Properties: {StackName: s, Project: {Path: /none}}", "StackConfigError", "/none/template.yaml"},
		"nobody to ask":     {"Type: AttiniManualApproval", "States.Runtime", "--approve Step"},
		"no document":       {"Type: AttiniImport, Properties: {SourceType: S3, Source: {Bucket: b, Key: k}, Mapping: {A: $.a}}", "ImportError", "Objects"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := distribution(t, map[string]string{
				"db.yaml": database, "broken.yaml": "a: [", "stored.yaml": "stackName: s\ntemplate: /db.yaml\nparameters: {Size: {value: /size, type: ssm-parameter}}",
			})
			result, _ := run(t, t.Context(), plan("        - {Name: Step, "+test.step+"}\n        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: ['true']}}\n"), func(o *localrun.Options) { o.Source = source })
			require.NotNil(t, result.Error)
			assert.Equal(t, test.failure, result.Error.Name)
			assert.Contains(t, result.Error.Cause, test.says)
		})
	}
}

// TestLocalLookups: outputs and documents that the user tells are taken.
func TestLocalLookups(t *testing.T) {
	t.Parallel()
	document := filepath.Join(t.TempDir(), "values.yaml")
	require.NoError(t, os.WriteFile(document, []byte("vpc: {id: v}"), 0o600))
	deployment, problems := deploy(t, plan(`
        - {Name: Far, Type: AttiniCfn, Properties: {StackName: far, Template: 's3://b/t.yaml'}}
        - {Name: Values, Type: AttiniImport, Properties: {SourceType: S3, Source: {Bucket: b, Key: values.yaml}, Mapping: {Vpc: $.vpc.id}}}
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: ['true']}}
`), localrun.Facts{Lookups: localrun.Lookups{
		Stacks: map[string]map[string]string{"far": {"Id": "1"}}, Objects: map[string]string{"b/values.yaml": document},
	}})
	require.NoError(t, problems.Err())
	result, _ := runDeployment(t, t.Context(), deployment, nil)
	found := outputs(t, result)
	assert.Equal(t, map[string]any{"Id": "1"}, found["Far"])
	assert.Equal(t, map[string]any{"Vpc": "v"}, found["Values"])
}

// TestLocalApproval: an approval's message is in the payload; a rejection is an error that a
// Catch can take.
func TestLocalApproval(t *testing.T) {
	t.Parallel()
	template := plan(`
        - {Name: Ask, Type: AttiniManualApproval}
        - {Name: Each, Type: Map, ItemsPath: $.customData.list, ItemSelector: {output: {}}, ItemProcessor: [{Name: AskEach, Type: AttiniManualApproval}]}
        - {Name: Joined, Type: AttiniMergeOutput}
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: ['true']}, InputPath: $$.Execution.Input}
`)
	asked := []string{}
	result, _ := run(t, t.Context(), template, func(o *localrun.Options) {
		o.Input = json.RawMessage(`{"customData": {"list": [1]}}`)
		o.Approve = func(_ context.Context, step string) (approvals.Answer, error) {
			asked = append(asked, step)
			return approvals.Answer{Approved: step == "Ask", Message: "no"}, nil
		}
	})
	assert.Equal(t, []string{"Ask", "AskEach"}, asked)
	require.NotNil(t, result.Error)
	assert.Equal(t, "ManuallyAborted", result.Error.Name)
	assert.Equal(t, "no", result.Error.Cause)
}

// TestLocalStacksInJSONata: the same steps in JSONata, nested, with a Catch.
func TestLocalStacksInJSONata(t *testing.T) {
	t.Parallel()
	source := distribution(t, map[string]string{
		"t.yaml": "Parameters: {Size: {Type: Number}}\nResources: {}\nOutputs: {Size: {Value: !Ref Size}}", "app/template.yaml": "Resources: {}\nOutputs: {Url: {Value: u}}",
		"one.yaml": "stackName: one\ntemplate: /t.yaml\nparameters: {Size: 1}", "two.yaml": "stackName: two\ntemplate: /t.yaml\nparameters: {Size: 2}",
	})
	template := `
Resources:
  R: {Type: Attini::Deploy::Runner}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DefaultRunner: R
      DeploymentPlan:
        QueryLanguage: JSONata
        StartAt: Db
        States:
          Db: {Type: AttiniCfn, Properties: {StackName: "{% 'db-' & $states.input.environment %}", Template: /t.yaml, Parameters: {Size: "{% $states.input.customData.size %}"}}, Assign: {size: "{% $states.result.Size %}"}, Next: App}
          App: {Type: AttiniSam, Properties: {StackName: app, Project: {Path: /app}}, Next: Each}
          Each:
            Type: AttiniMap
            Items: "{% $states.input.customData.files %}"
            ItemProcessor: {StartAt: One, States: {One: {Type: AttiniCfn, Properties: {}, Output: "{% {'output': {'One' & $states.result.Size: $states.result}} %}", End: true}}}
            Output: "{% {'output': $merge([$states.input.output, $states.result.output]), 'deploymentOriginData': $states.input.deploymentOriginData} %}"
            Next: Missing
          Missing: {Type: AttiniCfn, Properties: {StackName: s, Template: /none.yaml}, Catch: [{ErrorEquals: [StackConfigError], Next: Job, Output: "{% $states.input %}"}], Next: Job}
          Job: {Type: AttiniRunnerJob, Properties: {Commands: ["{% 'echo ' & $size & ' > $ATTINI_OUTPUT' %}"]}, End: true}
`
	result, _ := run(t, t.Context(), template, func(o *localrun.Options) {
		o.Source = source
		o.Input = json.RawMessage(`{"customData": {"size": 7, "files": ["/one.yaml", "/two.yaml"]}}`)
	})
	assert.Equal(t, map[string]any{
		"Db": map[string]any{"Size": "7"}, "AppPackageSam": map[string]any{"result": "/app/template.yaml"}, "App": map[string]any{"Url": "u"},
		"One1": map[string]any{"Size": "1"}, "One2": map[string]any{"Size": "2"}, "Job": float64(7),
	}, outputs(t, result))
}
