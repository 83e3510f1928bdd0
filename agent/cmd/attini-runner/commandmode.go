package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/attini-go/runner/agent/internal/aws"
	"github.com/attini-go/runner/agent/protocol"
)

// commandMode runs a command for a job's script. Results go to standard output,
// errors to standard error.
func commandMode(ctx context.Context, arguments []string, s streams) int {
	if err := command(ctx, arguments, s); err != nil {
		fmt.Fprintln(s.stderr, "attini-runner:", err)
		return exitFailed
	}
	return exitOK
}

func command(ctx context.Context, arguments []string, s streams) error {
	name := ""
	if len(arguments) > 0 {
		name, arguments = arguments[0], arguments[1:]
	}
	takes := map[string]int{"version": 0, "save-cdk-stacks": 1, "register-cdk-stacks": 1, "format-cdk-output": 1, "store-artifact": 2}
	wanted, known := takes[name]
	switch {
	case !known:
		return fmt.Errorf("unknown command %q; command-mode has version, save-cdk-stacks, register-cdk-stacks, format-cdk-output, store-artifact", name)
	case len(arguments) != wanted:
		return fmt.Errorf("command-mode %s needs %d arguments, not %d", name, wanted, len(arguments))
	}
	e := environmentOf(s.environment)
	switch name {
	case "version":
		fmt.Fprintln(s.stdout, version)
		return nil
	case "store-artifact":
		return storeArtifact(ctx, e, arguments[0], arguments[1], s)
	}
	request, err := readStacks(arguments[0])
	if err != nil {
		return err
	}
	if name == "format-cdk-output" {
		return formatOutput(request, s)
	}
	return saveStacks(ctx, e, request)
}

func storeArtifact(ctx context.Context, e environment, key, file string, s streams) error {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(e[protocol.EnvRegion]))
	if err != nil {
		return fmt.Errorf("load the AWS configuration: %w", err)
	}
	bucket := e[protocol.EnvArtifactStore]
	if bucket == "" {
		return fmt.Errorf("the environment variable %s is missing", protocol.EnvArtifactStore)
	}
	fmt.Fprintf(s.stdout, "Storing %s as %s in %s\n", file, key, bucket)
	return aws.StoreArtifact(ctx, loaded, bucket, key, file)
}

// stacks describes the stacks that a CDK step deployed: those that
// `cdk ls --long --json` lists, and their outputs by stack name.
type stacks struct {
	DistributionID   string `json:"distributionId"`
	DistributionName string `json:"distributionName"`
	Environment      string `json:"environment"`
	ObjectIdentifier string `json:"objectIdentifier"`
	StepName         string `json:"stepName"`
	Stacks           []struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Environment struct {
			Account string `json:"account"`
			Region  string `json:"region"`
		} `json:"environment"`
	} `json:"stacks"`
	Outputs map[string]json.RawMessage `json:"outputs"`
}

func readStacks(text string) (stacks, error) {
	var request stacks
	if err := json.Unmarshal([]byte(text), &request); err != nil {
		return stacks{}, fmt.Errorf("read the stacks: %w", err)
	}
	return request, nil
}

// saveStacks saves every stack that it can, and returns all errors.
func saveStacks(ctx context.Context, e environment, request stacks) error {
	table := e[protocol.EnvResourceStateTable]
	if table == "" {
		return fmt.Errorf("the environment variable %s is missing", protocol.EnvResourceStateTable)
	}
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(e[protocol.EnvRegion]))
	if err != nil {
		return fmt.Errorf("load the AWS configuration: %w", err)
	}
	origin := aws.StackOrigin{
		DistributionID: request.DistributionID, DistributionName: request.DistributionName, Environment: request.Environment,
		ObjectIdentifier: request.ObjectIdentifier, StepName: request.StepName,
	}
	var problems []error
	for _, listed := range request.Stacks {
		problems = append(problems, aws.SaveStack(ctx, loaded, table, aws.Stack{
			Name:    listed.Name,
			Region:  knownOr(listed.Environment.Region, e[protocol.EnvRegion]),
			Account: knownOr(listed.Environment.Account, e[protocol.EnvAccount]),
		}, origin))
	}
	return errors.Join(problems...)
}

// knownOr replaces a value that the CDK does not know, such as unknown-region.
func knownOr(value, ours string) string {
	if strings.Contains(value, "unknown-") {
		return ours
	}
	return value
}

// formatOutput prints the outputs by stack id.
func formatOutput(request stacks, s streams) error {
	ids, outputs := map[string]string{}, map[string]json.RawMessage{}
	for _, listed := range request.Stacks {
		// Newer versions of the CDK add the name to an id that differs from it.
		listed.ID = strings.TrimSuffix(listed.ID, " ("+listed.Name+")")
		if other, twice := ids[listed.Name]; twice {
			return fmt.Errorf("stacks %q and %q have the same name %q, so their outputs cannot be distinguished; give them different names", other, listed.ID, listed.Name)
		}
		ids[listed.Name] = listed.ID
		outputs[listed.ID] = json.RawMessage("{}")
		if output := request.Outputs[listed.Name]; output != nil {
			outputs[listed.ID] = output
		}
	}
	text, err := json.Marshal(outputs)
	if err != nil {
		return fmt.Errorf("write the outputs: %w", err)
	}
	fmt.Fprintln(s.stdout, string(text))
	return nil
}
