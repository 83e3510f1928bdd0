package localrun_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// TestPrices are those of docs/costs.md, for jobs of half an hour. A Runner whose size or
// machine the template does not price has none, and neither have other steps.
func TestPrices(t *testing.T) {
	t.Parallel()
	template := `
Resources:
  Default: {Type: Attini::Deploy::Runner}
  Large: {Type: Attini::Deploy::Runner, Properties: {Cpu: 2048, Memory: 4096}}
  Own: {Type: Attini::Deploy::Runner, Properties: {TaskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/own:1", ContainerName: c}}
  Sized: {Type: Attini::Deploy::Runner, Properties: {TaskDefinitionArn: "arn:aws:ecs:eu-west-1:111122223333:task-definition/own:1", ContainerName: c, Cpu: 1024, Memory: 2048}}
  Host: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {InstanceType: m5.large, Ami: ami-0123456789abcdef0, InstanceProfileName: p}}}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DefaultRunner: Default
      DeploymentPlan:
        - {Name: Wait, Type: Wait, Seconds: 60}
`
	places, answers := localrun.Places{Steps: map[string]localrun.StepPlaces{}}, ""
	for _, name := range []string{"Default", "Large", "Own", "Sized", "Host"} {
		template += "        - {Name: On" + name + ", Type: AttiniRunnerJob, Properties: {Runner: " + name + ", Commands: [make]}}\n"
		places.Steps["On"+name] = localrun.StepPlaces{Runner: name}
		answers += `, "On` + name + `": {"result": {}, "delay": "30m"}`
	}
	mocks, err := asl.ParseMocks([]byte("{" + answers[1:] + "}"))
	require.NoError(t, err)
	for _, test := range []struct {
		prices localrun.Prices
		want   map[string]float64
	}{
		{localrun.Prices{VCPUHour: 0.04048, GBHour: 0.004445}, map[string]float64{"OnDefault": 0.0167875, "OnLarge": 0.04937, "OnSized": 0.024685}},
		{localrun.Prices{}, map[string]float64{}},
	} {
		result, _ := run(t, t.Context(), template, func(o *localrun.Options) {
			o.Places, o.Answers, o.Prices, o.Time = places, mocks, test.prices, asl.NewVirtualTime(time.Unix(0, 0))
		})
		require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
		found := map[string]float64{}
		for _, step := range result.Steps {
			if step.Price != nil {
				found[step.Name] = *step.Price
			}
		}
		assert.InDeltaMapValues(t, test.want, found, 1e-9)
		assert.Equal(t, len(test.want) > 0, result.Price() != nil)
	}
}
