package fakeecs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Host is an EC2 instance, and with an InstanceArn a container instance of a
// cluster.
type Host struct {
	ID, State, Subnet, InstanceType string
	// Tags are those of its launch template.
	Tags map[string]string
	// Cluster and Runner are what its user data says to the ECS agent.
	Cluster, Runner string
	InstanceArn     string
	// Profile is the name of its instance profile.
	Profile string
	// Launched is when it was started.
	Launched time.Time
}

// host is an instance. The fleet's mutex guards the view.
type host struct {
	view  Host
	token string
	// ended is when it was terminated; forgotten says that EC2 does not know it any
	// more.
	ended     time.Time
	forgotten bool
	// registered is when it has registered; disconnected says that its ECS agent is not
	// connected, twice that it has an older registration, too.
	registered          time.Time
	disconnected, twice bool
	// impaired says that EC2's status checks fail.
	impaired bool
	// deregistered says that its cluster does not know it any more.
	deregistered bool
}

// newHost is an instance of a launch template.
func (f *Service) newHost(ctx context.Context, id, template, version, instanceType, subnet string) (Host, error) {
	found, err := f.templates.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: &template, Versions: []string{version},
	})
	if err != nil || len(found.LaunchTemplateVersions) == 0 || found.LaunchTemplateVersions[0].LaunchTemplateData == nil {
		return Host{}, &Refusal{"InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID " + template + ", does not exist."}
	}
	data := found.LaunchTemplateVersions[0].LaunchTemplateData
	made := Host{ID: id, State: "running", Subnet: subnet, Launched: time.Now(), Tags: map[string]string{}}
	if made.InstanceType = cmp.Or(instanceType, string(data.InstanceType)); f.isSoldOut(made.InstanceType, subnet) {
		return Host{}, &Refusal{"InsufficientInstanceCapacity", "We currently do not have sufficient " + made.InstanceType + " capacity in the Availability Zone you requested."}
	}
	for _, specification := range data.TagSpecifications {
		if specification.ResourceType != ec2types.ResourceTypeInstance {
			continue
		}
		for _, tag := range specification.Tags {
			made.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
	}
	if profile := data.IamInstanceProfile; profile != nil {
		made.Profile = profileName(profile)
	}
	settings, err := boot(ctx, aws.ToString(data.UserData))
	if err != nil {
		return Host{}, err
	}
	made.Cluster = settings["ECS_CLUSTER"]
	var attributes map[string]string
	if text := settings["ECS_INSTANCE_ATTRIBUTES"]; text != "" {
		if err := json.Unmarshal([]byte(text), &attributes); err != nil {
			return Host{}, fmt.Errorf("read the host's attributes: %w", err)
		}
	}
	made.Runner = attributes["runnerResourceName"]
	return made, nil
}

func profileName(profile *ec2types.LaunchTemplateIamInstanceProfileSpecification) string {
	arn := aws.ToString(profile.Arn)
	return cmp.Or(aws.ToString(profile.Name), arn[strings.LastIndex(arn, "/")+1:])
}

// boot runs an instance's user data, and reads what it has written for the ECS
// agent.
func boot(ctx context.Context, userData string) (map[string]string, error) {
	script, err := base64.StdEncoding.DecodeString(userData)
	if err != nil {
		return nil, fmt.Errorf("read the host's user data: %w", err)
	}
	home, err := os.MkdirTemp("", "host-")
	if err != nil {
		return nil, fmt.Errorf("make the host's folder: %w", err)
	}
	defer os.RemoveAll(home)
	file := filepath.Join(home, "ecs.config")
	// The watchdog and all else that would touch this machine is not found.
	for _, name := range []string{"base64", "cat"} {
		program, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(program, filepath.Join(home, name))
		}
		if err != nil {
			return nil, fmt.Errorf("make the host's programs: %w", err)
		}
	}
	interpreter, err := exec.LookPath("sh")
	if err != nil {
		return nil, fmt.Errorf("find the host's shell: %w", err)
	}
	shell := exec.CommandContext(ctx, interpreter)
	shell.Env = []string{"PATH=" + home}
	shell.Stdin = bytes.NewReader(bytes.ReplaceAll(script, []byte("/etc/ecs/ecs.config"), []byte(file)))
	if output, err := shell.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run the host's user data: %w: %s", err, output)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the ECS agent's settings: %w", err)
	}
	settings := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			settings[name] = value
		}
	}
	return settings, nil
}

// maxAttribute is how many characters the value of an attribute can have (ECS API,
// "Attribute").
const maxAttribute = 128

// Register registers a host with its cluster, as its ECS agent does.
func (f *Service) Register(id string) error {
	f.mutex.Lock()
	h := f.host(id)
	if h == nil || h.view.State != "running" {
		f.mutex.Unlock()
		return errors.New("register the host " + id + ": it does not run")
	}
	cluster, profile, runner := h.view.Cluster, h.view.Profile, h.view.Runner
	f.mutex.Unlock()
	if length := utf8.RuneCountInString(runner); length > maxAttribute {
		return fmt.Errorf("register the host %s: InvalidParameterException: the value of the attribute runnerResourceName has %d characters, at most %d are allowed", id, length, maxAttribute)
	}
	if err := f.use(Use{
		Service: "ec2.amazonaws.com", Profile: profile, Resource: f.arn("cluster", cluster),
		Actions: []string{"ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:Poll", "ecs:SubmitTaskStateChange"},
	}); err != nil {
		return fmt.Errorf("register the host %s: %w", id, err)
	}
	f.mutex.Lock()
	if h.view.State != "running" {
		f.mutex.Unlock()
		return errors.New("register the host " + id + ": it has ended meanwhile")
	}
	h.registered, h.twice = time.Now(), f.faults[runner].RegisterTwice
	h.view.InstanceArn = f.arn("container-instance", cluster+"/"+strings.TrimPrefix(id, "i-"))
	view := f.instance(h)
	f.mutex.Unlock()
	f.emit(runner, "ECS Container Instance State Change", view)
	return nil
}

// host finds a host; the mutex is held.
func (f *Service) host(id string) *host {
	at := slices.IndexFunc(f.hosts, func(h *host) bool { return h.view.ID == id })
	if at < 0 {
		return nil
	}
	return f.hosts[at]
}

// place finds the host that a request's constraints leave; the mutex is held.
func (f *Service) place(input runTaskInput) (placed *host, reason string) {
	registered := false
	for _, h := range f.hosts {
		if h.view.InstanceArn == "" || h.view.State != "running" || h.view.Cluster != clusterName(input.Cluster) {
			continue
		}
		registered = true
		if !slices.ContainsFunc(input.PlacementConstraints, func(c struct{ Type, Expression string }) bool { return !h.view.meets(c.Expression) }) {
			return h, ""
		}
	}
	if !registered {
		return nil, "No Container Instances were found in your cluster."
	}
	return nil, "MemberOf placement constraint unsatisfied."
}

// meets reports whether a host is one of those that an expression of the cluster
// query language names: NAME == VALUE.
func (h Host) meets(expression string) bool {
	name, value, ok := strings.Cut(expression, " == ")
	if !ok {
		return false
	}
	return map[string]string{"attribute:runnerResourceName": h.Runner, "ec2InstanceId": h.ID}[strings.TrimSpace(name)] == strings.TrimSpace(value)
}

// instance is a host as DescribeContainerInstances and its events have it; the
// mutex is held.
func (f *Service) instance(h *host) map[string]any {
	count := 0
	for _, t := range f.tasks {
		if t.view.ContainerInstanceArn == h.view.InstanceArn && t.view.LastStatus != "STOPPED" {
			count++
		}
	}
	running := h.view.State == "running"
	return map[string]any{
		"containerInstanceArn": h.view.InstanceArn, "ec2InstanceId": h.view.ID, "clusterArn": f.arn("cluster", h.view.Cluster),
		"status": map[bool]string{true: "ACTIVE", false: "INACTIVE"}[running], "agentConnected": running && !h.disconnected,
		"runningTasksCount": count, "pendingTasksCount": 0,
		"attributes": []map[string]string{{"name": "ecs.os-type", "value": "linux"}, {"name": "runnerResourceName", "value": h.view.Runner}},
	}
}

func (f *Service) listInstances(_ context.Context, body []byte) (any, error) {
	var input struct{ Cluster, Filter string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found := []string{}
	for _, h := range f.hosts {
		if time.Since(h.registered) >= f.faults[h.view.Runner].Lag && h.view.InstanceArn != "" && !h.deregistered && h.view.State == "running" && h.view.Cluster == clusterName(input.Cluster) &&
			(input.Filter == "" || h.view.meets(input.Filter)) {
			if h.twice {
				found = append(found, h.view.InstanceArn+oldRegistration)
			}
			found = append(found, h.view.InstanceArn)
		}
	}
	return map[string]any{"containerInstanceArns": found}, nil
}

// oldRegistration ends the ARN of a host's registration that is not connected any more.
const oldRegistration = "-old"

// deregister removes a container instance. ECS does not look at the tasks on it any
// more when it is forced to.
func (f *Service) deregister(_ context.Context, body []byte) (any, error) {
	var input struct {
		Cluster, ContainerInstance string
		Force                      bool
	}
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, h := range f.hosts {
		switch {
		case h.view.InstanceArn == "" || h.view.Cluster != clusterName(input.Cluster):
		case input.ContainerInstance == h.view.InstanceArn+oldRegistration && h.twice:
			h.twice = false
			return map[string]any{"containerInstance": f.instance(h)}, nil
		case input.ContainerInstance == h.view.InstanceArn:
			answer := f.instance(h)
			for _, t := range f.tasks {
				if t.view.ContainerInstanceArn == h.view.InstanceArn && t.view.LastStatus != "STOPPED" && !input.Force {
					return nil, invalid("Found running tasks on the instance.")
				}
			}
			h.deregistered = true
			return map[string]any{"containerInstance": answer}, nil
		}
	}
	return nil, invalid("Referenced container instance " + input.ContainerInstance + " not found.")
}

func (f *Service) describeInstances(_ context.Context, body []byte) (any, error) {
	var input struct {
		Cluster            string
		ContainerInstances []string
	}
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found := []any{}
	for _, h := range f.hosts {
		if h.view.InstanceArn == "" {
			continue
		}
		if h.twice && slices.Contains(input.ContainerInstances, h.view.InstanceArn+oldRegistration) {
			old := f.instance(h)
			old["containerInstanceArn"], old["agentConnected"] = h.view.InstanceArn+oldRegistration, false
			found = append(found, old)
		}
		if slices.Contains(input.ContainerInstances, h.view.InstanceArn) {
			found = append(found, f.instance(h))
		}
	}
	return map[string]any{"containerInstances": found, "failures": []any{}}, nil
}
