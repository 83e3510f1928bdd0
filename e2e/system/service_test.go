package system_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	awsports "github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// samTool is what a runner's image has of the SAM CLI: it builds and packages by copying.
const samTool = `#!/bin/sh
set -eu
command=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
  --build-dir) build=$2 ;;
  --template-file) template=$2 ;;
  --output-template-file) packaged=$2 ;;
  esac
  shift
done
case $command in
build) mkdir -p "$build" && cp "$template" "$build/template.yaml" ;;
package) cp "$template" "$packaged" ;;
esac
`

// TestServiceExample: the example of a service, as it is, from its archive: two environments
// with stacks, a packaged application, jobs, and an approval between them.
func TestServiceExample(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.cfnFake.Play("shop-test-network", "shop-test", "shop-production-network", "shop-production")
	require.NoError(t, os.WriteFile(filepath.Join(a.folder, "image", "sam"), []byte(samTool), 0o700))
	distribution := "shop-" + uuid.NewString()[:8]
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	require.NoError(t, writer.AddFS(os.DirFS("../../examples/service")))
	require.NoError(t, writer.Close())
	_, err := a.objects.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account),
		Key:    aws.String("dev/" + distribution + "/1/distribution-origin/" + distribution + ".zip"), Body: bytes.NewReader(archive.Bytes()),
	})
	require.NoError(t, err)
	template, err := os.ReadFile("../../examples/service/init-stack.yaml")
	require.NoError(t, err)
	// The installation has no administrator's role for stacks.
	text := bytes.ReplaceAll(template, []byte("          Properties:\n            ConfigFile:"), []byte("          Properties:\n            StackRoleArn: "+stackRole+"\n            ConfigFile:"))
	s := a.deploy(t, string(text), "AttiniDistributionName="+distribution, "AttiniDistributionId=1")
	execution := s.first(t)
	store, steps := awsports.NewWaitingSteps(a.config(keyTests), "AttiniWaitingStepsV1"), awsports.ApprovalSteps{Steps: awsports.NewSteps(a.config(keyTests))}
	var waiting approvals.Waiting
	require.Eventually(t, func() bool {
		waiting, err = approvals.Resolve(t.Context(), store, s.name, "Release", "")
		return err == nil
	}, soon, tick, "the release does not wait for an approval")
	assert.Empty(t, a.cfnFake.Played("shop-production"), "nothing is released before")
	require.NoError(t, approvals.Give(t.Context(), store, steps, waiting, approvals.Answer{Approved: true, Message: "go"}))
	payload := s.output(t, execution)
	assert.Equal(t, map[string]any{"message": "go"}, outputOf(t, payload, "Release"))
	assert.Equal(t, map[string]any{"migrated": "shop-test.TableName"}, outputOf(t, payload, "Migrate"))
	production, _ := outputOf(t, payload, "Production").(map[string]any)
	assert.Equal(t, "512", production["MemorySize"])
	assert.Equal(t, map[string]any{"url": "shop-production.Url"}, outputOf(t, payload, "Tell"))
	assert.Equal(t, "production", a.cfnFake.Tags("shop-production")["Environment"])
}
