package transform_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// hostile are templates that take the most work for their length, each of about
// the given number of bytes. What is made of them grows with the length, and
// not with its square.
func hostile() map[string]func(bytes int) object {
	type list = []any
	return map[string]func(int) object{
		"unknown Runners, known ones with long names": func(bytes int) object {
			resources := runners(bytes/600, func(i int) string { return fmt.Sprintf("r%04d", i) + long("x", 200) }, nil)
			resources["Plan"] = chain(bytes/150, func(i int) object { return runnerJob(fmt.Sprintf("q%d", i), "a") })
			return object{"Resources": resources}
		},
		"misspelt Runners": func(bytes int) object {
			resources := runners(bytes/350, func(i int) string { return fmt.Sprintf("Runner%05d", i) }, nil)
			resources["Plan"] = chain(bytes/160, func(i int) object { return runnerJob(fmt.Sprintf("Runnerx%05d", i), "a") })
			return object{"Resources": resources}
		},
		"variables of Fn::Sub": func(bytes int) object {
			template := commands(object{"Fn::Sub": repeat(bytes/6, func(i int) string { return fmt.Sprintf("${P%d}", i%200) })})
			template["Parameters"] = numbered(200, "P", func(int) any { return object{"Type": "String"} })
			return template
		},
		"one variable of Fn::Sub": func(bytes int) object { return commands(object{"Fn::Sub": long("${AWS::Region}", bytes)}) },
		"literals of Fn::Sub":     func(bytes int) object { return commands(object{"Fn::Sub": long("${!a}", bytes)}) },
		"items of Fn::Join": func(bytes int) object {
			return commands(object{"Fn::Join": list{"-", items(bytes/20, object{"Ref": "AWS::Region"})}})
		},
		"own variables of Fn::Sub": func(bytes int) object {
			text := repeat(bytes/22, func(i int) string { return fmt.Sprintf("${v%d}", i) })
			return commands(object{"Fn::Sub": list{text, numbered(bytes/22, "v", func(int) any { return "a" })}})
		},
		"open braces": func(bytes int) object { return commands(long("${", bytes)) },
		"names of substitutions": func(bytes int) object {
			return commands(repeat(bytes/20, func(i int) string { return fmt.Sprintf("${AttiniValue%d}", i) }), object{"Fn::ImportValue": "x"})
		},
		"values of the deployment": func(bytes int) object {
			return commands(eachItem(bytes/30, func(i int) any { return object{"Fn::ImportValue": fmt.Sprint("x", i)} })...)
		},
		"services of dynamic references": func(bytes int) object {
			return commands(repeat(bytes/17, func(i int) string { return fmt.Sprintf("{{resolve:a%d:", i) }))
		},
		"unlike names of steps": func(bytes int) object {
			name := func(letter string, i int) string { return long(letter, 76) + fmt.Sprintf("%04d", i) }
			states := numberedBy(bytes/190, func(i int) string { return name("a", i) }, func(i int) any { return object{"Type": "Pass", "Next": name("b", i)} })
			return object{"Resources": object{"Plan": machineOf(states, name("a", 0))}}
		},
		"misspelt steps": func(bytes int) object {
			states := numbered(bytes/56, "State0000", func(i int) any { return object{"Type": "Pass", "Next": fmt.Sprintf("Stat0000%dx", i)} })
			return object{"Resources": object{"Plan": machineOf(states, "State00000")}}
		},
		"steps at another level": func(bytes int) object {
			n := bytes / 105
			states := numbered(n, "S", func(i int) any { return object{"Type": "Pass", "Next": fmt.Sprint("Q", i)} })
			branches := eachItem(n, func(i int) any {
				q := fmt.Sprint("Q", i)
				return object{"StartAt": q, "States": object{q: object{"Type": "Pass", "End": true}}}
			})
			states["P"] = object{"Type": "Parallel", "Next": "S0", "Branches": branches}
			return object{"Resources": object{"Plan": machineOf(states, "P")}}
		},
		"references to nothing": func(bytes int) object {
			return withRunners(bytes/93, func(i int) object { return object{"RoleArn": object{"Ref": fmt.Sprintf("Rol%05d", i)}} })
		},
		"conditions that are not there": func(bytes int) object {
			template := withRunners(bytes/180, func(i int) object { return object{"RoleArn": object{"Fn::If": list{fmt.Sprint("X", i), "a", "b"}}} })
			template["Conditions"] = numbered(bytes/80, "C", func(int) any { return object{"Fn::Equals": list{"a", "b"}} })
			return template
		},
		"a chain of conditions": func(bytes int) object {
			n := bytes / 90
			template := withRunners(bytes/190, func(int) object { return object{"RoleArn": object{"Fn::If": list{fmt.Sprint("C", n-1), "a", "b"}}} })
			conditions := numbered(n, "C", func(i int) any { return object{"Fn::Not": list{object{"Condition": fmt.Sprint("C", i-1)}}} })
			conditions["C0"] = object{"Fn::Equals": list{"a", "b"}}
			template["Conditions"] = conditions
			return template
		},
		"a long value, joined": func(bytes int) object {
			template := withRunners(1, func(int) object {
				return object{"RoleArn": object{"Fn::Join": list{"", items(bytes/22, object{"Ref": "P"})}}}
			})
			template["Parameters"] = object{"P": object{"Type": "String", "Default": long("x", bytes/2)}}
			return template
		},
		"a long delimiter": func(bytes int) object {
			return withRunners(1, func(int) object {
				return object{"RoleArn": object{"Fn::Join": list{long("x", bytes/2), items(bytes/8, "a")}}}
			})
		},
		"a long list": func(bytes int) object {
			template := withRunners(1, func(int) object { return startup(items(bytes/22, object{"Ref": "P"})) })
			template["Parameters"] = object{"P": object{"Type": "CommaDelimitedList", "Default": long(",", bytes/2)}}
			return template
		},
		"a text that is split": func(bytes int) object {
			template := withRunners(1, func(int) object { return startup(items(bytes/60, object{"Fn::Split": list{"a", object{"Ref": "P"}}})) })
			template["Parameters"] = object{"P": object{"Type": "String", "Default": long("a", bytes/2)}}
			return template
		},
		"a long mapping": func(bytes int) object {
			template := withRunners(1, func(int) object { return startup(items(bytes/70, object{"Fn::FindInMap": list{"M", "k", "v"}})) })
			template["Mappings"] = object{"M": object{"k": object{"v": items(bytes/8, "a")}}}
			return template
		},
		"values that a parameter allows": func(bytes int) object {
			template := withRunners(bytes/150, func(int) object { return object{"Cpu": object{"Ref": "P"}} })
			template["Parameters"] = object{"P": object{"Type": "String", "AllowedValues": eachItem(bytes/20, func(i int) any { return fmt.Sprint("x", i) })}}
			return template
		},
		"patterns of parameters": func(bytes int) object {
			template := withRunners(1, func(int) object { return object{} })
			template["Parameters"] = numbered(bytes/4100, "P", func(int) any {
				return object{"Type": "CommaDelimitedList", "Default": long("a,", 2000), "AllowedPattern": long("(a?){900}", 2000)}
			})
			return template
		},
		"a list and what it allows": func(bytes int) object {
			template := withRunners(1, func(int) object { return object{} })
			template["Parameters"] = object{"P": object{
				"Type": "CommaDelimitedList", "Default": long("a,", bytes/2), "MinLength": long("1", bytes/8),
				"AllowedValues": eachItem(bytes/20, func(i int) any { return fmt.Sprint("x", i) }),
			}}
			return template
		},
		"containers": func(bytes int) object {
			template := withRunners(bytes/220, func(int) object { return object{"TaskDefinitionArn": object{"Ref": "T"}, "ContainerName": "x"} })
			containers := eachItem(bytes/40, func(i int) any { return object{"Name": fmt.Sprint("c", i)} })
			template["Resources"].(object)["T"] = object{"Type": "AWS::ECS::TaskDefinition", "Properties": object{"ContainerDefinitions": containers}}
			return template
		},
		"a Runner of a long name": func(bytes int) object {
			return object{"Resources": object{long("R", bytes/2): object{"Type": "Attini::Deploy::Runner", "Properties": numbered(bytes/22, "a", func(int) any { return 1 })}, "Plan": planOf(runnerJob("", "a"))}}
		},
		"a step of a long name": func(bytes int) object {
			step := runnerJob("", "a")
			maps.Copy(step, numbered(bytes/22, "a", func(int) any { return 1 }))
			return object{"Resources": object{"Plan": machineOf(object{long("s", bytes/2): step}, "A")}}
		},
		"a plan of a long name": func(bytes int) object {
			properties := numbered(bytes/22, "a", func(int) any { return 1 })
			properties["DeploymentPlan"] = list{}
			return object{"Resources": object{long("P", bytes/2): object{"Type": "Attini::Deploy::DeploymentPlan", "Properties": properties}}}
		},
		"a default runner of a long name": func(bytes int) object {
			name := long("R", bytes/4)
			steps := eachItem(bytes/200, func(i int) any {
				return object{"Name": fmt.Sprint("s", i), "Type": "AttiniRunnerJob", "Properties": object{"Commands": list{"a"}}}
			})
			return object{"Resources": object{
				name:   object{"Type": "Attini::Deploy::Runner"},
				"Plan": object{"Type": "Attini::Deploy::DeploymentPlan", "Properties": object{"DefaultRunner": name, "DeploymentPlan": steps}},
			}}
		},
		"a long key": func(bytes int) object {
			return object{"Resources": object{"Plan": machineOf(object{"A": object{"Type": "Pass", "End": true, "Parameters": object{
				long("k", bytes/2): items(bytes/40, object{"Fn::Split": ""}),
			}}}, "A")}}
		},
		"keys from the payload": func(bytes int) object {
			step := runnerJob("R", "a")
			step["Properties"].(object)["Environment"] = numberedBy(bytes/15, func(i int) string { return fmt.Sprintf("A%d.$", i) }, func(int) any { return "$" })
			return object{"Resources": object{"R": object{"Type": "Attini::Deploy::Runner"}, "Plan": machineOf(object{"A": step}, "A")}}
		},
		"a way through many Runners": func(bytes int) object {
			n := bytes / 160
			resources := runners(n, func(i int) string { return fmt.Sprint("r", i) }, nil)
			resources["Plan"] = chain(n, func(i int) object { return runnerJob(fmt.Sprint("r", i), "a") })
			return object{"Resources": resources}
		},
		"Runners that nothing uses": func(bytes int) object { return withRunners(bytes/60, func(int) object { return object{} }) },
	}
}

// TestHostileTemplates: no template makes a report, an answer or work that is
// many times its own length.
func TestHostileTemplates(t *testing.T) {
	const (
		small       = 60_000
		longest     = 4096 + len("…")
		mostReport  = 3_000_000
		mostAnswer  = 40 * small
		mostMemory  = 120 << 20
		mostProblem = 1000 + 1
	)
	account := facts(t).Account()
	for _, name := range slices.Sorted(maps.Keys(hostile())) {
		t.Run(name, func(t *testing.T) {
			text := write(t, hostile()[name](small))
			require.Less(t, len(text), 2*small)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			template, err := cfn.ReadJSON(text)
			require.NoError(t, err)
			expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: pseudo(), Account: account, File: true})
			answer, err := expanded.MarshalJSON()
			require.NoError(t, err)
			runtime.ReadMemStats(&after)

			report := 0
			for _, p := range problems {
				for _, said := range []string{p.Message, p.Path, p.Advice} {
					require.LessOrEqual(t, len(said), longest)
					report += len(said)
				}
			}
			assert.LessOrEqual(t, len(problems), mostProblem)
			assert.LessOrEqual(t, report, mostReport)
			assert.LessOrEqual(t, len(answer), mostAnswer)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(mostMemory), "bytes that were allocated")
		})
	}
}

// BenchmarkHostile expands each with the length that CloudFormation takes, and
// with a quarter of it: ns/B is the same where the work grows with the length.
func BenchmarkHostile(b *testing.B) {
	account := facts(b).Account()
	for _, name := range slices.Sorted(maps.Keys(hostile())) {
		for _, bytes := range []int{250_000, 1_000_000} {
			text := write(b, hostile()[name](bytes))
			b.Run(fmt.Sprintf("%s/%d", name, bytes), func(b *testing.B) {
				b.ReportAllocs()
				before := processorTime()
				for b.Loop() {
					template, err := cfn.ReadJSON(text)
					require.NoError(b, err)
					expanded, _ := transform.Expand(b.Context(), transform.Request{Template: template, Values: pseudo(), Account: account, File: true})
					_, err = expanded.MarshalJSON()
					require.NoError(b, err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/B")
				b.ReportMetric((processorTime()-before).Seconds()/float64(b.N), "cpu-s/op")
			})
		}
	}
}
