package fakeaws

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
)

// machines are the state machines that moto has of MiniStack, by ARN: stacks make
// them there, executions run here.
type machines struct {
	mutex       sync.Mutex
	definitions map[string]string
}

// startExecution has moto know the state machine as it is now, and start it.
func (c *Cloud) startExecution(w http.ResponseWriter, r *http.Request) {
	body, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	var asked struct {
		StateMachineArn string `json:"stateMachineArn"`
	}
	if json.Unmarshal(body, &asked) == nil {
		if err := c.copyMachine(r.Context(), asked.StateMachineArn); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	c.moto.ServeHTTP(w, r)
}

// copyMachine brings a state machine from MiniStack to moto. One that MiniStack
// does not know is moto's own.
func (c *Cloud) copyMachine(ctx context.Context, arn string) error {
	c.machines.mutex.Lock()
	defer c.machines.mutex.Unlock()
	var machine struct {
		Name       string `json:"name"`
		Definition string `json:"definition"`
		RoleArn    string `json:"roleArn"`
	}
	named := map[string]string{"stateMachineArn": arn}
	region := Region
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		region = parts[3]
	}
	err := internalCall(ctx, c.base, region, http.MethodPost, "/", "states", "AWSStepFunctions.DescribeStateMachine", named, &machine)
	var unknown *refused
	if errors.As(err, &unknown) {
		return nil
	}
	if err != nil {
		return err
	}
	known, copied := c.machines.definitions[arn]
	switch {
	case copied && known == machine.Definition:
		return nil
	case copied:
		err = internalCall(ctx, c.moto, region, http.MethodPost, "/", "states", "AWSStepFunctions.UpdateStateMachine",
			map[string]string{"stateMachineArn": arn, "definition": machine.Definition, "roleArn": machine.RoleArn}, nil)
	default:
		err = internalCall(ctx, c.moto, region, http.MethodPost, "/", "states", "AWSStepFunctions.CreateStateMachine",
			map[string]string{"name": machine.Name, "definition": machine.Definition, "roleArn": machine.RoleArn}, nil)
	}
	if err == nil {
		c.machines.definitions[arn] = machine.Definition
	}
	return err
}
