package transform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// large is a template of about 1 MB: 500 resources, 20 of them Runners, and a
// plan of 200 steps.
func large() []byte {
	resources := map[string]any{}
	for i := range 20 {
		resources[fmt.Sprintf("Runner%02d", i)] = map[string]any{
			"Type": "Attini::Deploy::Runner",
			"Properties": map[string]any{
				"Image":               map[string]any{"Ref": "Image"},
				"Cpu":                 1024,
				"Memory":              map[string]any{"Ref": "Memory"},
				"RunnerConfiguration": map[string]any{"JobTimeout": 600, "MaxConcurrentJobs": map[string]any{"Ref": "Jobs"}},
				"Startup":             map[string]any{"Commands": []any{"apt-get update", "apt-get install -y jq"}},
			},
		}
	}
	var steps []any
	for i := range 200 {
		steps = append(steps, map[string]any{
			"Name": fmt.Sprintf("Step%03d", i), "Type": "AttiniRunnerJob",
			"Properties": map[string]any{
				"Runner":      fmt.Sprintf("Runner%02d", i%20),
				"Environment": map[string]any{"STAGE": map[string]any{"Ref": "Stage"}},
				"Commands":    []any{map[string]any{"Fn::Sub": "deploy --stage ${Stage} --region ${AWS::Region} ${!HOME}"}, "echo done"},
			},
		})
	}
	resources["Plan"] = map[string]any{"Type": "Attini::Deploy::DeploymentPlan", "Properties": map[string]any{"DeploymentPlan": steps}}
	for i := len(resources); i < 500; i++ {
		resources[fmt.Sprintf("Policy%03d", i)] = map[string]any{
			"Type": "AWS::IAM::ManagedPolicy",
			"Properties": map[string]any{
				"Description": strings.Repeat("Lets the deployment read what it needs. ", 24),
				"PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
					map[string]any{"Effect": "Allow", "Action": []any{"s3:GetObject", "s3:ListBucket", "sqs:SendMessage"}, "Resource": map[string]any{"Fn::Sub": "arn:aws:s3:::bucket-${AWS::Region}/*"}},
					map[string]any{"Effect": "Allow", "Action": strings.Split(strings.Repeat("ec2:DescribeInstances,", 30), ","), "Resource": "*"},
				}},
			},
		}
	}
	text, err := json.Marshal(map[string]any{
		"Parameters": map[string]any{
			"Image": map[string]any{"Type": "String"}, "Stage": map[string]any{"Type": "String"},
			"Memory": map[string]any{"Type": "Number"}, "Jobs": map[string]any{"Type": "Number"},
		},
		"Resources": resources,
	})
	if err != nil {
		panic(err)
	}
	return text
}

// BenchmarkExpand is what the macro does with a large template, beside
// decoding and encoding the same bytes with the standard library: the two in
// turn, so that a busy machine is busy for both.
func BenchmarkExpand(b *testing.B) {
	text, account := large(), facts(b).Account()
	values := pseudo()
	values.Parameters = map[string]string{"Image": "debian:stable", "Stage": "prod", "Memory": "4096", "Jobs": "5"}
	var ours, theirs time.Duration
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		start := time.Now()
		template, err := cfn.ReadJSON(text)
		require.NoError(b, err)
		expanded, problems := transform.Expand(b.Context(), transform.Request{Template: template, Values: values, Account: account})
		require.NoError(b, problems.Err())
		_, err = expanded.MarshalJSON()
		require.NoError(b, err)
		ours += time.Since(start)

		start = time.Now()
		var decoded any
		require.NoError(b, json.Unmarshal(text, &decoded))
		_, err = json.Marshal(decoded)
		require.NoError(b, err)
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/expand")
	b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "ms/json")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "expand/json")
}

// BenchmarkValidate is what runnerctl validate does with the same template, which has
// nothing wrong, and with one in YAML; beside the same JSON. It counts processor
// time, which a busy machine does not change much.
func BenchmarkValidate(b *testing.B) {
	template, problems := cfn.Read(large())
	require.NoError(b, problems.Err())
	template.Set("Transform", cfn.Seq(cfn.Str("AttiniDeploymentPlan"), cfn.Str("AWS::Serverless-2016-10-31")))
	asJSON, err := template.MarshalJSON()
	require.NoError(b, err)
	var asYAML bytes.Buffer
	require.NoError(b, cfn.WriteYAML(&asYAML, template))
	for _, form := range []struct {
		name string
		text []byte
	}{{"json", asJSON}, {"yaml", asYAML.Bytes()}} {
		b.Run(form.name, func(b *testing.B) {
			var ours, theirs time.Duration
			b.SetBytes(int64(len(form.text)))
			for b.Loop() {
				ours += busy(func() {
					template, problems := cfn.Read(form.text)
					require.NoError(b, problems.Err())
					_, problems = transform.Expand(b.Context(), transform.Request{Template: template, File: true})
					require.NoError(b, problems.Err())
				})
				theirs += busy(func() {
					var decoded any
					require.NoError(b, json.Unmarshal(asJSON, &decoded))
					_, err = json.Marshal(decoded)
					require.NoError(b, err)
				})
			}
			b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/validate")
			b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "ms/json")
			b.ReportMetric(ours.Seconds()/theirs.Seconds(), "validate/json")
		})
	}
}

// busy is the processor time that a function takes, with the garbage that it leaves.
func busy(f func()) time.Duration {
	before := processorTime()
	f()
	runtime.GC()
	return processorTime() - before
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
