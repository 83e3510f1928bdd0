package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// hostOverdue is how long a host has to register; the launcher waits as long.
	hostOverdue = 270 * time.Second
	// startSlow is how long a task may start before that is worth a word.
	startSlow = 2 * time.Minute
	// takeTime is how long a job may wait while an agent is free: a receive takes 20 s,
	// and the previous agent's last one hides a message for 60 s.
	takeTime = 90 * time.Second
)

// runner adds what a runner's facts show. Most count only while a step waits for it: a
// cold runner has no task, and that is no fault.
func (d *diagnosis) runner(r Runner) {
	about := "runner " + r.Name
	waiting := d.waitingFor(r.Name)
	for _, task := range r.Stopped {
		d.exit(r, task)
	}
	d.roles(r)
	if q := r.Queue; q != nil {
		if q.Missing {
			d.add(Finding{
				Rule: "queue-unusable", Kind: KindCause, Cause: "the runner's queue does not exist", Evidence: []string{about + ": no queue " + q.URL},
				Advice: "deploy the stack again", Next: "aws cloudformation describe-stack-resources --stack-name {stack} --region {region}",
			})
		}
		if q.DeadLetters > 0 {
			d.add(Finding{
				Rule: "dead-letters", Kind: KindSuspect, Cause: "messages were received 100 times and no agent took them", Evidence: []string{fmt.Sprintf("%s: %d messages in the dead-letter queue", about, q.DeadLetters)},
				Advice: "their steps have ended; see why the runner could not start, then delete the messages or move them back", Next: "aws sqs list-dead-letter-source-queues --region {region} --queue-url {queue}",
			})
		}
	}
	d.missing(r, about)
	if len(waiting) == 0 {
		return
	}
	switch {
	case r.Missing:
		d.add(Finding{
			Rule: "configuration-missing", Kind: KindCause, Cause: "the runner is not deployed, or is being deleted", Evidence: []string{about + ": the state table has no item"},
			Advice: "deploy the stack again", Next: "aws cloudformation describe-stacks --stack-name {stack} --region {region}",
		})
	case r.MissingConfiguration != "":
		d.add(Finding{
			Rule: "configuration-missing", Kind: KindCause, Cause: "the runner's configuration is not in the state table", Evidence: []string{about + ": no configuration " + r.MissingConfiguration},
			Advice: "deploy the stack again, and start the plan with the new deployment's input", Next: "runnerctl runs {stack}",
		})
	default:
		d.waits(r, about, waiting)
	}
}

// missing adds what the Runner names and does not exist.
func (d *diagnosis) missing(r Runner, about string) {
	for _, subnet := range r.Subnets {
		if subnet.Missing {
			d.add(Finding{
				Rule: "network-parameters", Kind: KindCause, Cause: "a subnet of the Runner does not exist", Evidence: []string{about + ": no subnet " + subnet.ID},
				Advice: "give the Runner Subnets of this account, and deploy again", Next: "aws ec2 describe-subnets --region {region}",
			})
		}
	}
	for _, group := range r.MissingGroups {
		d.add(Finding{
			Rule: "network-parameters", Kind: KindCause, Cause: "a security group of the Runner does not exist", Evidence: []string{about + ": no security group " + group},
			Advice: "give the Runner SecurityGroups of its subnets' VPC, and deploy again", Next: "aws ec2 describe-security-groups --region {region}",
		})
	}
	for _, image := range r.MissingImages {
		d.add(Finding{
			Rule: "image-missing", Kind: KindCause, Cause: "the registry does not have the image or its tag", Evidence: []string{about + ": Amazon ECR has no image " + image},
			Advice: "push the image, or name one that the registry has, in this region", Next: "aws ecr describe-images --repository-name REPOSITORY",
		})
	}
}

// waitingFor returns the steps that wait for a runner.
func (d *diagnosis) waitingFor(runner string) []Step {
	var steps []Step
	for _, step := range d.o.Execution.Waiting {
		if step.Runner == runner {
			steps = append(steps, step)
		}
	}
	return steps
}

// waits says why steps wait for a runner that is deployed.
func (d *diagnosis) waits(r Runner, about string, waiting []Step) {
	longest := time.Duration(0)
	for _, step := range waiting {
		longest = max(longest, d.o.Now.Sub(step.Since))
	}
	visible, inFlight := 0, 0
	if r.Queue != nil {
		visible, inFlight = r.Queue.Visible, r.Queue.InFlight
	}
	t := r.Task
	running := t != nil && !t.Gone && t.Status == "RUNNING"
	ended := t != nil && (t.Gone || t.Status == "STOPPED" || t.Status == "DEPROVISIONING")
	const describe = "aws ecs describe-tasks --cluster {cluster} --tasks {task} --region {region}"
	switch h := r.Host; {
	case ended:
		d.add(Finding{
			Rule: "state-stale", Kind: KindSymptom, Cause: "the state table names a task that has ended", Evidence: []string{about + ": " + t.ARN},
			Advice: "the launcher's check or the next job repairs it within minutes; if it does not, look for disabled event rules and lost events", Next: describe,
		})
	case h != nil && t == nil && !h.Registered && (h.Gone || h.State == "terminated" || h.State == "shutting-down"):
		d.add(Finding{
			Rule: "host-ended", Kind: KindCause, Cause: "the EC2 host ended before it joined the cluster", Evidence: []string{strings.TrimRight(fmt.Sprintf("%s: instance %s is %s %s %s", about, h.ID, orGone(h.State), h.ReasonCode, h.Reason), " ")},
			Advice: "Client.InternalError is the KMS key of the volume; otherwise TerminateInstances in CloudTrail says what ended it", Next: "aws ec2 describe-instances --instance-ids {host} --region {region}",
		})
	case h != nil && t == nil && !h.Registered && d.o.Now.Sub(h.BootedAt) > hostOverdue:
		d.add(Finding{
			Rule: "host-unregistered", Kind: KindCause, Cause: "the EC2 host did not join the cluster", Evidence: []string{fmt.Sprintf("%s: instance %s runs for %s and is no container instance of %s", about, h.ID, ago(d.o.Now.Sub(h.BootedAt)), r.Cluster)},
			Advice: "use an Ami with the ECS agent, a subnet that reaches ecs, ecs-agent and ecs-telemetry, and an instance profile whose role has AmazonEC2ContainerServiceforEC2Role", Next: "aws ec2 get-console-output --latest --instance-id {host} --region {region}",
		})
	case h != nil && h.Registered && !h.Connected && !running:
		d.add(Finding{
			Rule: "ecs-agent-disconnected", Kind: KindCause, Cause: "the host's ECS agent is not connected", Evidence: []string{about + ": instance " + h.ID},
			Advice: "give its subnet a way to ecs, ecs-agent and ecs-telemetry; check the host's memory and disk", Next: "aws ecs list-container-instances --cluster {cluster} --region {region}",
		})
	case t != nil && !running && !t.CreatedAt.IsZero() && d.o.Now.Sub(t.CreatedAt) > startSlow:
		d.add(Finding{
			Rule: "start-slow", Kind: KindSymptom, Cause: "the task is starting", Evidence: []string{fmt.Sprintf("%s: %s for %s%s", about, t.Status, ago(d.o.Now.Sub(t.CreatedAt)), pulling(*t, d.o.Now))},
			Advice: "use a smaller image or one in this region; give the step a longer HeartbeatSeconds", Next: describe,
		})
	case running && r.Isolated && len(r.Claims) > 0 && visible+inFlight > 0:
		d.add(Finding{
			Rule: "waits-its-turn", Kind: KindNotice, Cause: "each job of the runner has a task of its own; others wait for their turn", Evidence: []string{fmt.Sprintf("%s: %s runs, %d wait", about, claimed(r.Claims), visible+inFlight)},
			Advice: "declare a second Runner, or leave out Isolation where jobs need not be kept apart", Next: "runnerctl logs {stack} -f",
		})
	case running && visible > 0 && r.MaxConcurrentJobs > 0 && len(r.Claims) >= r.MaxConcurrentJobs:
		d.add(Finding{
			Rule: "waits-its-turn", Kind: KindNotice, Cause: "the runner has as many jobs as it may have; others wait for their turn", Evidence: []string{fmt.Sprintf("%s: %d jobs run (%s), %d wait", about, len(r.Claims), claimed(r.Claims), visible)},
			Advice: "raise MaxConcurrentJobs, or declare a second Runner", Next: "runnerctl logs {stack} -f",
		})
	case running && visible > 0 && longest > takeTime:
		d.add(Finding{
			Rule: "job-not-taken", Kind: KindSymptom, Cause: "the task runs, but its agent takes no job", Evidence: []string{fmt.Sprintf("%s: %d messages wait, %d jobs run", about, visible, len(r.Claims))},
			Advice: "its startup commands may still run, its role may not receive, or it is of another configuration: read its log", Next: "aws logs tail {stack} --since 1h",
		})
	case t == nil && d.o.Now.Before(r.StartLockedUntil), t == nil && h != nil && !h.Registered:
		// A start is under way; there is nothing to say yet.
	case t == nil && visible > 0 && longest > takeTime:
		d.add(Finding{
			Rule: "job-not-taken", Kind: KindSymptom, Cause: "a job is queued, and the runner has no task", Evidence: []string{fmt.Sprintf("%s: %d messages wait; %d starts in a row have failed", about, visible, r.StartFailures)},
			Advice: "the start failed or an event was lost; the launcher's log has the reason", Next: "aws logs tail /aws/lambda/attini-action --since 1h",
		})
	case t == nil && inFlight > 0 && longest > takeTime:
		d.add(Finding{
			Rule: "job-not-taken", Kind: KindNotice, Cause: "an agent that has ended holds the message; SQS delivers it again within 60 s", Evidence: []string{fmt.Sprintf("%s: %d messages are in flight", about, inFlight)},
			Advice: "wait a minute", Next: "runnerctl doctor {stack}",
		})
	case r.Queue != nil && !r.Queue.Missing && visible == 0 && inFlight == 0 && len(r.Claims) == 0 && longest > takeTime:
		d.add(Finding{
			Rule: "job-lost", Kind: KindSymptom, Cause: "a step waits, and no message, claim or task belongs to it", Evidence: []string{about + ": the queue is empty"},
			Advice: "the job was of an older deployment, or its message is in the dead-letter queue; stop the execution and start the plan again", Next: "runnerctl stop {execution}",
		})
	}
}

func orGone(state string) string {
	if state == "" {
		return "gone"
	}
	return state
}

// pulling says how long the image is being pulled.
func pulling(t Task, now time.Time) string {
	if t.PullStarted.IsZero() || !t.PullStopped.IsZero() {
		return ""
	}
	return fmt.Sprintf(", pulling its image for %s", ago(now.Sub(t.PullStarted)))
}

func claimed(claims []Claim) string {
	names := make([]string, len(claims))
	for i, c := range claims {
		names[i] = c.Step
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// exit adds what the exit code of a container means that has taken no job
// (docs/wire.md, "Bootstrap").
func (d *diagnosis) exit(r Runner, task Task) {
	if task.TookJobs {
		return
	}
	for _, c := range task.Containers {
		if c.Exit == nil || c.Reason != "" || task.StopCode == "UserInitiated" {
			continue
		}
		f := Finding{
			Kind: KindCause, at: task.StoppedAt, Evidence: []string{fmt.Sprintf("runner %s: container %s of %s ended with %d before it took a job", r.Name, c.Name, task.ARN, *c.Exit)},
			Next: "aws ecs describe-tasks --cluster {cluster} --tasks {task} --region {region}",
		}
		switch *c.Exit {
		case 0, 2, 64:
			f.Rule, f.Cause = "entry-point", "the image's entry point took the agent's command as its arguments"
			f.Advice = `give the task definition the EntryPoint ["/bin/sh", "-c", "exec \"$0\" \"$@\""], or the image ENTRYPOINT []`
		case 65:
			f.Rule, f.Cause, f.Advice = "bootstrap-failed", "the downloaded agent has another SHA-256 than the installation", "install again with the release's SHA-256"
		case 69:
			f.Rule, f.Cause, f.Advice = "bootstrap-failed", "the agent could not be downloaded", "give the task a way to the download's address, or put the agent into the image"
		case 70, 71, 72, 73:
			f.Rule, f.Cause, f.Advice = "bootstrap-failed", "the agent does not run in this image", "use an image that has the agent; the container's log names what is missing"
		case 126, 127, 139:
			f.Rule, f.Cause, f.Advice = "filesystem", "the container may not execute a program, or does not have it", "use an image with /bin/sh, whose user may execute it"
		case 137:
			f.Rule, f.Cause, f.Advice = "out-of-memory", "the container was killed, mostly for lack of memory", "give the Runner more Memory, or a smaller MaxConcurrentJobs"
		case 1, 255:
			f.Rule, f.Kind, f.Cause = "container-ended", KindSuspect, "the container ended before it took a job"
			f.Advice = "read its log: \"exec format error\" means an image for another processor; otherwise the agent says why it could not start"
		default:
			f.Rule, f.Kind, f.Cause, f.Advice = "container-ended", KindSuspect, "the container ended before it took a job", "read its log"
		}
		d.add(f)
	}
}

// roles adds roles that are missing, not trusted or not permitted enough.
func (d *diagnosis) roles(r Runner) {
	for _, role := range r.Roles {
		about := fmt.Sprintf("runner %s: %s %s", r.Name, role.Purpose, role.ARN)
		f := Finding{Kind: KindCause, Next: "aws iam get-role --role-name " + role.ARN[strings.LastIndexByte(role.ARN, '/')+1:]}
		switch {
		case role.Missing:
			f.Rule, f.Cause, f.Advice = "role-not-assumable", "a role of the runner does not exist", "create it, or name another and deploy again"
			f.Evidence = []string{about + " does not exist"}
		case role.Untrusted != "":
			f.Rule, f.Cause, f.Advice = "role-not-assumable", "a role of the runner does not trust "+role.Untrusted, "let "+role.Untrusted+" assume it"
			f.Evidence = []string{about + " does not trust " + role.Untrusted}
		case len(role.Denied) > 0:
			f.Rule, f.Kind, f.Cause, f.Advice = "role-lacks-permissions", KindSuspect, "a role of the runner lacks permissions", "attach attini-runner-basic-execution-policy to a task's role, AmazonECSTaskExecutionRolePolicy to an execution role"
			f.Evidence = []string{about + " may not " + strings.Join(role.Denied, ", ")}
		default:
			continue
		}
		d.add(f)
	}
}
