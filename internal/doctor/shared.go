package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// installation adds what is wrong with the part of the account that stacks share.
func (d *diagnosis) installation() {
	in := d.o.Installation
	if !in.Checked {
		return
	}
	const describe = "aws cloudformation describe-stacks --region {region}"
	if !in.Macro {
		evidence := "no stack of this region has the macro AttiniDeploymentPlan"
		if in.StackStatus != "" {
			evidence = "the installation's stack is " + in.StackStatus + " and has no macro"
		}
		d.add(Finding{Rule: "macro-missing", Kind: KindCause, Cause: "the runner is not installed in this region", Evidence: []string{evidence}, Advice: "install it in this account and region", Next: describe})
	}
	versions := map[string][]string{}
	for _, f := range in.Functions {
		d.function(f)
		if f.Version != "" {
			versions[f.Version] = append(versions[f.Version], f.Name)
		}
	}
	if len(versions) > 1 {
		var evidence []string
		for version, names := range versions {
			slices.Sort(names)
			evidence = append(evidence, version+": "+strings.Join(names, ", "))
		}
		slices.Sort(evidence)
		d.add(Finding{Rule: "versions-differ", Kind: KindSuspect, Cause: "the installation's functions are of several versions", Evidence: evidence, Advice: "deploy the installation again", Next: describe})
	}
	if in.LostEvents > 0 {
		d.add(Finding{
			Rule: "events-lost", Kind: KindSuspect, Cause: "a function of the installation failed to handle events", Evidence: []string{fmt.Sprintf("%d events are in the installation's dead-letter queue", in.LostEvents)},
			Advice: "read the functions' logs, mend the cause, then delete the events", Next: "aws logs tail /aws/lambda/attini-deployment-plan-setup --since 2h",
		})
	}
}

// function adds what keeps a function from being called.
func (d *diagnosis) function(f Function) {
	finding := Finding{Kind: KindCause, Next: "aws lambda get-function-configuration --region {region} --function-name " + f.Name}
	rule := "function-" // and what is wrong with it
	switch {
	case f.Missing:
		rule += "missing"
		finding.Cause, finding.Advice = "function "+f.Name+" does not exist", "deploy the installation again"
	case f.Stopped:
		rule += "stopped"
		finding.Cause, finding.Advice = "function "+f.Name+" has reserved concurrency 0, so every call is refused", "remove its reserved concurrency"
	case f.State == "Failed" || f.State == "Inactive":
		rule += "unusable"
		finding.Cause, finding.Advice = "function "+f.Name+" is "+f.State, "deploy the installation again"
	case f.Update == "Failed":
		rule, finding.Kind = rule+"unusable", KindSuspect
		finding.Cause, finding.Advice = "the last update of function "+f.Name+" failed", "deploy the installation again"
	default:
		return
	}
	finding.Rule = rule
	finding.Evidence = []string{strings.TrimRight(fmt.Sprintf("%s: state %s, last update %s %s", f.Name, f.State, f.Update, f.Reason), " ")}
	d.add(finding)
}

// execution adds what the execution itself shows.
func (d *diagnosis) execution() {
	e := d.o.Execution
	switch {
	case e.Status == "" && e.Expected:
		d.add(Finding{
			Rule: "plan-not-started", Kind: KindSymptom, Cause: "the deployment did not start its plan", Evidence: []string{"the stack is complete and the plan has no execution of it"},
			Advice: "if the deployment changed nothing, nothing starts; otherwise look for disabled event rules, lost events and the lifecycle function's log", Next: "aws logs tail /aws/lambda/attini-deployment-plan-setup --since 2h",
		})
	case e.Superseded && (e.Status == "RUNNING" || e.Status == "FAILED"):
		d.add(Finding{
			Rule: "deployment-superseded", Kind: KindSuspect, Cause: "a later deployment has started another execution; agents drop this one's jobs", Evidence: []string{e.ARN},
			Advice: "stop it, and look at the newest one", Next: "runnerctl runs {stack}",
		})
	case e.Status == "TIMED_OUT":
		d.add(Finding{
			Rule: "no-sign-of-life", Kind: KindSymptom, Cause: "the plan took longer than its TimeoutSeconds", Evidence: []string{e.ARN},
			Advice: "the cause is elsewhere: a runner that did not start, or a job that took too long", Next: "runnerctl logs {stack}",
		})
	}
	for _, step := range e.Waiting {
		if step.Runner == "" && d.o.Now.Sub(step.Since) > takeTime {
			d.add(Finding{
				Rule: "waits-for-others", Kind: KindNotice, Cause: "a step waits for an approval, a time or another service", Evidence: []string{fmt.Sprintf("step %s, for %s", step.Name, ago(d.o.Now.Sub(step.Since)))},
				Advice: "answer it, or wait", Next: "aws stepfunctions get-execution-history --reverse-order --max-results 20 --region {region} --execution-arn {execution}",
			})
		}
	}
}

// network adds what keeps the subnets and security groups from AWS: as evidence to a
// finding that it explains, or by itself while a step waits for a runner without a
// running task.
func (d *diagnosis) network() {
	for _, r := range d.o.Runners {
		starting := len(d.waitingFor(r.Name)) > 0 && (r.Task == nil || r.Task.Status != "RUNNING")
		if len(r.ClosedGroups) > 0 {
			d.blocked("runner "+r.Name+": no security group lets port 443 out: "+strings.Join(r.ClosedGroups, ", "), starting, Finding{
				Cause:  "the security groups of the runner let nothing out to AWS",
				Advice: "allow port 443 out in one of the Runner's SecurityGroups", Next: "aws ec2 describe-security-groups --region {region} --group-ids " + strings.Join(r.ClosedGroups, " "),
			})
		}
		for _, s := range r.Subnets {
			if s.Missing {
				continue
			}
			if s.Blocked != "" {
				d.blocked(fmt.Sprintf("runner %s: subnet %s: %s", r.Name, s.ID, s.Blocked), starting, Finding{
					Cause:  "a subnet of the runner has no way to AWS",
					Advice: "AssignPublicIp ENABLED in a public subnet; in a private one a NAT gateway or the endpoints that docs/doctor.md lists", Next: "aws ec2 describe-route-tables --region {region}",
				})
			}
			if s.AddressesKnown && s.FreeAddresses == 0 && (starting || d.has("network-interface", "host-network")) {
				d.add(Finding{
					Rule: "network-interface", Kind: KindSuspect, Cause: "a subnet of the runner has no free address", Evidence: []string{"runner " + r.Name + ": subnet " + s.ID},
					Advice: "give the Runner subnets with free addresses", Next: "aws ec2 describe-subnets --region {region}",
				})
			}
		}
	}
}

// blocked adds the evidence of a blocked network to the finding that it explains; without
// one, while a runner starts or a step had no sign of life, it is a finding.
func (d *diagnosis) blocked(evidence string, starting bool, f Finding) {
	explained := []string{"registry-unreachable", "layers-unreachable", "host-unregistered", "ecs-agent-disconnected", "bootstrap-failed", "secret-missing", "log-group-missing"}
	i := slices.IndexFunc(d.findings, func(f Finding) bool { return slices.Contains(explained, f.Rule) })
	switch {
	case i >= 0:
		d.findings[i].Evidence = append([]string{evidence}, d.findings[i].Evidence...)
	case starting || d.has("no-sign-of-life"):
		f.Rule, f.Kind, f.Evidence = "registry-unreachable", KindSuspect, []string{evidence}
		d.add(f)
	}
}
